"""The model library as a person uses it: a download from a hub of this machine, stopped, continued, loaded, asked."""

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from terminal_session import MODEL, TerminalSession

pytest.importorskip("huggingface_hub", reason="needs the extra: pip install hat-tui[hub]")
pytestmark = pytest.mark.e2e

NAME = "tiny-q8_0.gguf"


class Hub(ThreadingHTTPServer):
    """Has one repository, me/tiny, with the demo model in it. The first download stays where it is at the half."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = MODEL.read_bytes()
        self.starts: list[int] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        if self.path.startswith("/api/models/me/tiny"):
            self._send(json.dumps(self._listing()).encode(), 200)
        else:
            self._send_file()

    def _listing(self) -> dict[str, object]:
        content = self.server.content
        lfs = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}
        file = {"rfilename": NAME, "size": len(content), "blobId": "0" * 40, "lfs": lfs}
        return {"id": "me/tiny", "sha": "abc123", "siblings": [file], "cardData": {"license": "mit"}, "tags": []}

    def _send_file(self) -> None:
        content, start = self.server.content, int((self.headers.get("Range") or "bytes=0-")[6:-1])
        self.server.starts.append(start)
        half = len(content) // 2
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if start:
            self.wfile.write(content[start:])
            return
        self.wfile.write(content[:half])
        # Slow from here on, until the client leaves.
        for at in range(half, len(content)):
            if self.server.over.wait(0.2):
                return
            self.wfile.write(content[at : at + 1])
            self.wfile.flush()

    def _send(self, body: bytes, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


def test_a_model_is_downloaded_from_inside_stopped_continued_loaded_and_asked(tmp_path: Path, hub: Hub) -> None:
    models = tmp_path / "models"
    models.mkdir()
    flags = ("--models-dir", str(models), "--model", str(MODEL))
    with TerminalSession(tmp_path, *flags, HF_ENDPOINT=hub.url) as chat:
        chat.until("● ready")
        chat.send(b"Hello\r")
        chat.until_kept("=== end 2 ")
        chat.send(b"\x13")
        chat.until("type to narrow the list", "memory needed by context")
        chat.send(b"\x04")
        chat.until("any repository of the hub by its name")
        chat.send(b"me/tiny\r")
        chat.until("Which file of me/tiny (mit)?")
        chat.send(b"\r")
        chat.until("Downloading tiny-q8_0", "50%")
        chat.send(b"\x1b")
        chat.until("are kept: download again to continue")
        assert not (models / NAME).exists()
        chat.send(b"\r")
        chat.until("tiny-q8_0.gguf is here")
        assert hub.starts[0] == 0
        assert hub.starts[-1] >= len(hub.content) // 2
        assert (models / NAME).read_bytes() == hub.content
        chat.send(b"\r")
        chat.until("From here on tiny-q8_0 answers.")
        chat.send(b"Hello\r")
        chat.until_kept("=== end 4 ")
        assert "=== assistant 4 " in chat.session_text()
        assert "model=tiny-q8_0" in chat.session_text()


def test_a_launch_is_changed_in_the_form_keeps_the_conversation_and_is_remembered(tmp_path: Path) -> None:
    with TerminalSession(tmp_path, "--model", str(MODEL)) as chat:
        chat.until("● ready")
        chat.send(b"Hello\r")
        chat.until_kept("=== end 2 ")
        before = chat.servers()
        chat.send(b"\x1bl")
        chat.until("Launch hat-demo", "--n_ctx 2048")
        chat.send(b"512")
        chat.until("--n_ctx 512")
        chat.send(b"\r")
        assert chat.pump(20, lambda: bool(chat.servers()) and not chat.servers() & before)
        chat.until("● ready")
        chat.send(b"And now?\r")
        chat.until_kept("=== end 4 ")
        chat.send(b"\x11")
        assert chat.wait() == 0
    with TerminalSession(tmp_path, "--model", str(MODEL)) as chat:
        chat.until("● ready")
        chat.send(b"\x1bl")
        chat.until("Launch hat-demo", "--n_ctx 512")
