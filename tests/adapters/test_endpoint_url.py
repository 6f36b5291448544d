"""What people type as a server's address."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hat_tui.adapters.endpoint_url import BadURL, is_near, normalised, root, where


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("http://localhost:8000/v1", "http://localhost:8000/v1"),
        ("http://localhost:8000", "http://localhost:8000/v1"),
        ("http://localhost:8000/v1/", "http://localhost:8000/v1"),
        ("  'http://localhost:8000/'  ", "http://localhost:8000/v1"),
        ("<http://localhost:8000>", "http://localhost:8000/v1"),
        ("localhost:8000", "http://localhost:8000/v1"),
        ("192.168.1.52:8000/v1", "http://192.168.1.52:8000/v1"),
        ("192.168.1.52", "http://192.168.1.52/v1"),
        ("livingroom", "http://livingroom/v1"),
        ("HTTP://LivingRoom.local:8000", "http://livingroom.local:8000/v1"),
        ("api.example.com", "https://api.example.com/v1"),
        ("api.example.com:8080", "http://api.example.com:8080/v1"),
        ("api.example.com:443", "https://api.example.com:443/v1"),
        ("https://api.example.com/openai/v1", "https://api.example.com/openai/v1"),
        ("https://example.com/v1beta/openai/", "https://example.com/v1beta/openai"),
        ("https://example.com/llm", "https://example.com/llm/v1"),
        ("http://0.0.0.0:8000", "http://127.0.0.1:8000/v1"),
        ("[::]:8000", "http://127.0.0.1:8000/v1"),
        ("::1", "http://[::1]/v1"),
        ("[::1]:8000", "http://[::1]:8000/v1"),
        ("http://[fd00::52]:8000/v1", "http://[fd00::52]:8000/v1"),
        ("http://[fe80::1%25eth0]:8000", "http://[fe80::1%25eth0]:8000/v1"),
        ("http://localhost:8000/v1/chat/completions", "http://localhost:8000/v1"),
        ("http://localhost:8000/v1/models", "http://localhost:8000/v1"),
    ],
)
def test_an_address_becomes_the_base_of_its_api(typed, url):
    assert normalised(typed) == url


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Give the server's URL"),
        ("   ", "Give the server's URL"),
        ("ftp://example.com", "not ftp://"),
        ("http://", "names no host"),
        ("http:///v1", "names no host"),
        ("http://exa mple.com", "no spaces"),
        ("http://example.com\x1b[31m", "no spaces or invisible"),
        ("http://example.com:99999", "from 1 to 65535"),
        ("http://example.com:0", "from 1 to 65535"),
        ("http://example.com:port", "from 1 to 65535"),
        ("http://me:secret@example.com", "Leave name and password out"),
        ("http://me:secret@127.0.0.1:8000", "Leave name and password out"),
        ("http://example.com/v1?key=secret", "Leave out what follows"),
        ("http://[::1", "cannot be read"),
        ("http://<b>", "names no host"),
    ],
)
def test_what_is_no_address_is_told_without_repeating_it(typed, sentence):
    with pytest.raises(BadURL, match=sentence) as told:
        normalised(typed)
    assert "secret" not in str(told.value)


@given(st.text())
def test_any_text_is_an_address_or_told(typed):
    with suppress(BadURL):
        url = normalised(typed)
        assert normalised(url) == url
        assert where(url) in url


def test_what_is_no_part_of_the_api_stands_beside_its_version():
    assert root("http://localhost:8000/v1") == "http://localhost:8000"
    assert root("https://example.com/llm/v1") == "https://example.com/llm"
    assert root("https://example.com/v1beta/openai") == "https://example.com/v1beta/openai"


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "::1", "10.0.0.7", "192.168.1.52", "box", "box.local", "fd00::1"]
)
def test_this_machine_and_the_local_network_are_near(host):
    assert is_near(host)


@pytest.mark.parametrize("host", ["example.com", "8.8.8.8", "2606:4700::1111"])
def test_the_rest_of_the_world_is_far(host):
    assert not is_near(host)
