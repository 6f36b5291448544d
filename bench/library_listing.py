"""How long the model library takes to list 50 GGUF files with vocabularies of 150,000 tokens, cold.

    python bench/library_listing.py

Cold: nothing is remembered of the files; each round is a new process's work. They may be in the system's file cache.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from gguf_maker import STRING, U32, header_bytes, made_vocabulary, tokenizer_fields  # noqa: E402

from hat_tui.adapters.model_folder import ModelFolder  # noqa: E402

FILES, TOKENS, TENSORS, ROUNDS = 50, 150_000, 290, 7


def main() -> None:
    fields = [
        ("general.architecture", STRING, "llama"),
        ("llama.block_count", U32, 28),
        ("llama.context_length", U32, 32768),
        *tokenizer_fields(made_vocabulary(TOKENS)),
        ("tokenizer.chat_template", STRING, "{{ messages }}" * 300),
    ]
    data = header_bytes(fields, [(f"blk.{n}.attn_q.weight", (4, 8), 0, bytes(128)) for n in range(TENSORS)])
    with tempfile.TemporaryDirectory() as folder:
        for number in range(FILES):
            Path(folder, f"model-{number}.gguf").write_bytes(data)
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            listed = ModelFolder([Path(folder)]).list()
            times.append(time.perf_counter() - began)
            if sum(bool(model.facts and model.facts.vocabulary == TOKENS) for model in listed) != FILES:
                sys.exit("The listing is not complete.")
    print(
        f"{FILES} files of {len(data) / 1e6:.1f} MB header, {TOKENS} tokens and as many merges each: "
        f"median {statistics.median(times):.3f} s, worst {max(times):.3f} s"
    )


if __name__ == "__main__":
    main()
