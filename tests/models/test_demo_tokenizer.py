import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.demo import bpe
from models.demo.corpus import sample_texts

TOKENIZER = bpe.train(sample_texts(random.Random(2), 500), 500)


@given(st.text())
def test_any_text_comes_out_as_it_went_in(text: str) -> None:
    assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


@given(st.text(alphabet="a<|im_start|>\n 0é"))
def test_text_with_marks_comes_out_as_it_went_in(text: str) -> None:
    assert TOKENIZER.decode(TOKENIZER.encode_marked(text)) == text


def test_a_mark_is_one_token_only_where_marks_are_read() -> None:
    assert TOKENIZER.encode_marked("<|im_end|>") == [TOKENIZER.special(bpe.IM_END)]
    assert len(TOKENIZER.encode("<|im_end|>")) > 1


def test_digits_are_tokens_of_their_own() -> None:
    assert [TOKENIZER.decode([number]) for number in TOKENIZER.encode("2026")] == ["2", "0", "2", "6"]


def test_the_same_texts_make_the_same_tokenizer() -> None:
    assert bpe.train(sample_texts(random.Random(2), 500), 500).merges == TOKENIZER.merges


def test_a_tokenizer_has_the_size_asked_for_and_one_spelling_for_each_token() -> None:
    vocabulary = TOKENIZER.vocabulary()

    assert len(vocabulary) == len(TOKENIZER) == 500
    assert len(set(vocabulary)) == 500


def test_frequent_words_are_short_and_unseen_ones_are_spelt() -> None:
    assert len(TOKENIZER.encode(" hat")) < 4
    assert len(TOKENIZER.encode("ъ")) == 2


@pytest.mark.parametrize("text", ["", " ", "\n\n", "a\r\n b", "'LL", "²x", "_x_", "\udc80"])
def test_odd_texts_are_split_without_loss(text: str) -> None:
    pieces = [bpe.spelt(text.encode("utf-8", errors="surrogatepass"))]
    spelt = "".join(TOKENIZER.vocabulary()[number] for number in TOKENIZER.encode(text))
    assert spelt == "".join(pieces)
