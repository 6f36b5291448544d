"""Stands in for llama_cpp.server: takes its config file, writes its kind of lines, ends as the model's name says."""

import json
import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"object":"list","data":[{"id":"pretend"}]}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def main():
    config = json.loads(Path(sys.argv[sys.argv.index("--config_file") + 1]).read_text())
    way = Path(config["models"][0]["model"]).stem
    print("load_tensors: loading model tensors, this can take a while...")
    for _ in range(20):
        sys.stderr.write(".")
    sys.stderr.flush()
    if way == "truncated":
        sys.exit(
            "\nllama_model_load: error loading model: tensor 'x' data is not within the file bounds, model is corrupted"
        )
    if way == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    if way == "stuck":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    server = ThreadingHTTPServer((config["host"], config["port"]), Handler)
    if way == "flood":
        print("\n" + "\n".join(f"line {n}" for n in range(20_000)))
    print(
        f"\nINFO:     Uvicorn running on http://{config['host']}:{config['port']} key {config.get('api_key')}",
        flush=True,
    )
    print("environment " + " ".join(sorted(os.environ)), flush=True)
    if way == "silent":
        time.sleep(3600)
    server.serve_forever()


if __name__ == "__main__":
    main()
