import pytest
from hypothesis import given
from hypothesis import strategies as st

from hat_tui.server.log_line import (
    LONGEST_LINE,
    Answered,
    ClientLeft,
    ContextOpened,
    Level,
    Listening,
    Loading,
    LogReader,
    PromptStarted,
    PromptTimed,
    ReplyEnded,
    ReplyTimed,
    RequestBroke,
    TemplateTaken,
    read_event,
    safe_text,
)

WRITTEN = {
    "load_tensors: loading model tensors, this can take a while... (load_mode = mmap)": Loading(),
    "................": Loading(16),
    "llama_context: n_ctx                 = 4096": ContextOpened(4096),
    "Guessed chat format: chatml": TemplateTaken("guessed", "chatml"),
    "Using gguf chat template: {% for m in messages %}": TemplateTaken("gguf"),
    "Using fallback chat format: llama-2": TemplateTaken("fallback", "llama-2"),
    "INFO:     Uvicorn running on http://127.0.0.1:18731 (Press CTRL+C to quit)": Listening("http://127.0.0.1:18731"),
    "Llama.generate: 312 prefix-match hit, remaining 190 prompt tokens to eval": PromptStarted(312, 190),
    "llama_perf_context_print: prompt eval time =     412.36 ms /    12 tokens (   34.36 ms per token)": PromptTimed(
        412.36, 12
    ),
    "llama_perf_context_print:        eval time =    3847.88 ms /    30 runs   (  128.26 ms per token)": ReplyTimed(
        3847.88, 30
    ),
    "llama_perf_context_print:       total time =    4274.53 ms /    42 tokens": ReplyEnded(4274.53),
    'INFO:     127.0.0.1:54842 - "POST /v1/chat/completions HTTP/1.1" 200 OK': Answered(
        "127.0.0.1:54842", "POST", "/v1/chat/completions", 200
    ),
    "ERROR:    Exception in ASGI application": RequestBroke(),
    "Disconnected from client (via refresh/close) Address(host='127.0.0.1', port=54880)": ClientLeft(),
    "print_info: n_ctx_train           = 8192": None,
    "llama_context: n_ctx_seq             = 4096": None,
    "": None,
}


@pytest.mark.parametrize(("line", "event"), WRITTEN.items(), ids=range(len(WRITTEN)))
def test_each_line_of_the_server_is_understood(line, event):
    assert read_event(line) == event


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("create_tensor: loading tensor blk.0.ffn_up.weight", Level.DEBUG),
        ("llama_model_loader: - kv   0: general.name str = error failed", Level.DEBUG),
        ("INFO:     Application startup complete.", Level.INFO),
        ('INFO:     127.0.0.1:1 - "GET /v1/models HTTP/1.1" 401 Unauthorized', Level.WARNING),
        ("Using fallback chat format: llama-2", Level.WARNING),
        ("llama_model_load: error loading model: unknown model architecture: 'x'", Level.ERROR),
        ("ValueError: Failed to create llama_context", Level.ERROR),
        ("ggml_aligned_malloc: insufficient memory (attempted to allocate 2929.75 MB)", Level.ERROR),
    ],
)
def test_a_line_has_the_level_its_wording_tells(line, level):
    (read,) = LogReader().feed(line.encode() + b"\n")
    assert read.level is level


def test_a_traceback_is_an_error_to_its_last_line():
    text = "Traceback (most recent call last):\n  File x, line 1\n    call()\nValueError: no\nINFO:     fine\n"
    assert [line.level for line in LogReader().feed(text.encode())] == [Level.ERROR] * 4 + [Level.INFO]


def test_dots_of_a_line_not_ended_are_counted():
    reader = LogReader()
    reader.feed(b"x\n.....")
    assert reader.dots == 5
    reader.feed(b"..\n")
    assert reader.dots == 0


def test_a_progress_line_keeps_what_was_written_last():
    assert [line.text for line in LogReader().feed(b"10%\r20%\r100%\r\nnext\r\n")] == ["100%", "next"]


def test_no_control_sequence_survives():
    hostile = (
        "\x1b[31mred\x1b[0m \x1b]52;c;aGk=\x07\x1b]0;title\x1b\\ \x1bP1$q\x1b\\a\x07b\x9b2Jc\u202eabc\u200b\ttab\x1b"
    )
    assert safe_text(hostile) == "red  a␇bc<U+202E>abc<U+200B> tab"


@given(st.text())
def test_whatever_is_written_is_safe_to_show(text):
    assert all(char.isprintable() or char == "�" or not char.isascii() for char in safe_text(text))
    assert not {"\x1b", "\x9b", "\r", "\x07", "\u202e"} & set(safe_text(text))


@given(st.text(alphabet=st.characters(exclude_characters="\r", exclude_categories=["Cs"])), st.data())
def test_lines_do_not_depend_on_where_the_pipe_cuts(text, data):
    written = text.encode()
    cut = data.draw(st.integers(0, len(written)))
    whole, parts = LogReader(), LogReader()
    expected = whole.feed(written) + whole.close()
    assert parts.feed(written[:cut]) + parts.feed(written[cut:]) + parts.close() == expected


@given(st.binary())
def test_no_bytes_break_the_reader(data):
    reader = LogReader()
    for line in reader.feed(data) + reader.close():
        assert "\n" not in line.text


def test_an_endless_line_is_folded():
    reader = LogReader()
    lines = reader.feed(b"x" * (3 * LONGEST_LINE + 5)) + reader.close()
    assert max(len(line.text) for line in lines) == LONGEST_LINE
    assert sum(len(line.text) for line in lines) == 3 * LONGEST_LINE + 5
