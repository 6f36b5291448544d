import pytest
from hypothesis import given
from hypothesis import strategies as st

from hat_tui.server.diagnosis import Cause, Installation, diagnose, install_command, rebuild_command

LAST_LINES = {
    "llama_model_load: error loading model: tensor 'blk.0.ffn_down' data is not within the file bounds, model is "
    "corrupted or incomplete": Cause.TRUNCATED,
    "gguf_init_from_reader: failed to read key-value pairs": Cause.TRUNCATED,
    "gguf_init_from_reader: invalid magic characters: 'hell', expected 'GGUF'": Cause.NOT_GGUF,
    "gguf_init_from_reader: failed to read magic": Cause.NOT_GGUF,
    "llama_model_load: error loading model: unknown model architecture: 'llamb'": Cause.UNKNOWN_ARCHITECTURE,
    "ValueError: Model path does not exist: /tmp/nothere.gguf": Cause.NO_FILE,
    "ggml_aligned_malloc: insufficient memory (attempted to allocate 2929.75 MB)": Cause.NO_MEMORY,
    "[Errno 98] error while attempting to bind on address ('::1', 18734): address already in use": Cause.PORT_TAKEN,
    "[Errno 10048] error while attempting to bind on address": Cause.PORT_TAKEN,
    "[Errno 99] error while attempting to bind on address: cannot assign requested address": Cause.NO_ADDRESS,
    "encoding with 'idna' codec failed (UnicodeError: label empty or too long)": Cause.NO_ADDRESS,
    "'utf-8' codec can't encode character '\\udce9' in position 48: surrogates not allowed": Cause.BAD_SETTING,
    "llama_init_from_model: quantized V cache requires flash_attn to be enabled": Cause.CACHE_TYPE,
    "models.0.n_ctx\n  Input should be greater than or equal to 0 [type=greater_than_equal, x]": Cause.BAD_SETTING,
    "__main__.py: error: argument --n_ctx: invalid int value: 'x'": Cause.BAD_SETTING,
    "ModuleNotFoundError: No module named 'llama_cpp'": Cause.NOT_INSTALLED,
    "No RPC server answers at 10.0.0.2:50052": Cause.NO_RPC,
    "RPC is not supported by this build of llama.cpp": Cause.BAD_BUILD,
    "RuntimeError: Failed to load shared library '/x/libllama.so': libgomp.so.1: cannot open": Cause.BAD_BUILD,
}  # fmt: skip


@pytest.mark.parametrize(("line", "cause"), LAST_LINES.items(), ids=[str(cause) for cause in LAST_LINES.values()])
def test_the_last_lines_tell_the_cause(line, cause):
    told = diagnose(1, ["llama_context: x", *line.split("\n"), "Traceback (most recent call last):"])
    assert told.cause is cause
    assert told.what.endswith(".")
    assert told.next_step


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (-11, Cause.BAD_BUILD),
        (-4, Cause.BAD_BUILD),
        (-9, Cause.KILLED),
        (-6, Cause.ASSERTION),
        (-7, Cause.TRUNCATED),
        (0xC0000005, Cause.BAD_BUILD),
        (0xC0000005 - 2**32, Cause.BAD_BUILD),
        (0xC000001D, Cause.BAD_BUILD),
        (0xC0000017, Cause.NO_MEMORY),
        (-15, Cause.KILLED),
        (3, Cause.OTHER),
        (0, Cause.OTHER),
        (None, Cause.OTHER),
    ],
)
def test_the_way_it_ended_tells_the_cause(code, cause):
    assert diagnose(code, []).cause is cause


def test_a_segmentation_fault_is_not_blamed_on_an_old_line():
    lines = ["failed to read tensor data", *["fine"] * 30]
    assert diagnose(-11, lines).cause is Cause.BAD_BUILD
    assert diagnose(-11, [*lines, "failed to allocate buffer"]).cause is Cause.NO_MEMORY


def test_the_rebuild_command_fits_the_machine():
    place = Installation("/v/bin/python", "0.3.36", "x86_64", "linux")
    assert "-mno-amx-tile" in rebuild_command(place, portable=False)
    assert rebuild_command(place, portable=True).startswith("CMAKE_ARGS=-DGGML_NATIVE=OFF /v/bin/python -m pip install")
    assert "--no-cache-dir" in rebuild_command(place, portable=True)
    assert "amx" not in rebuild_command(Installation(machine="arm64", system="darwin"), portable=False)
    assert rebuild_command(Installation(system="win32"), portable=False).startswith("cmd /c")
    assert install_command(place) == "/v/bin/python -m pip install 'llama-cpp-python[server]==0.3.36'"


@given(st.none() | st.integers(-(2**33), 2**33), st.lists(st.text()))
def test_every_ending_gets_a_sentence(code, lines):
    told = diagnose(code, lines)
    assert told.what.endswith(".")
    assert str(told)
