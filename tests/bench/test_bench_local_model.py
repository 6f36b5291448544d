"""What the log of a real server tells of a reply."""

import pytest

from bench.terminal.local_model import Watched, speed_told

LOG = """\
INFO:     127.0.0.1:54342 - "POST /v1/chat/completions HTTP/1.1" 200 OK
llama_perf_context_print: prompt eval time =     141.88 ms /    20 tokens (    7.09 ms per token)
llama_perf_context_print:        eval time =    2837.30 ms /   119 runs   (   23.84 ms per token)
llama_perf_context_print:       total time =    3257.05 ms /   139 tokens
"""


def test_a_speed_is_that_of_writing_alone():
    assert speed_told(LOG) == pytest.approx(119 / (3.25705 - 0.14188))


def test_there_is_none_before_the_reply_is_over():
    assert speed_told(LOG[: LOG.index("total time")]) is None
    assert speed_told("prompt eval time = 141.88 ms / 20 tokens") is None


def test_medians_are_compared():
    assert Watched(curl=[10.0, 20.0, 90.0], hat_tui=[1.0, 19.0, 25.0]).ratio == pytest.approx(0.95)
