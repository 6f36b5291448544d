"""The model file that is shipped, by its header alone."""

from pathlib import Path

import pytest
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hat_tui.gguf.header import Header, read_header
from hat_tui.gguf.tensor_types import TENSOR_TYPES
from models.demo.bpe import Tokenizer
from models.demo.corpus import Packer

MODEL = Path(__file__).parents[2] / "models" / "hat-demo.gguf"


@pytest.fixture(scope="module")
def header() -> Header:
    with MODEL.open("rb") as file:
        return read_header(file, exact=True)


def test_it_is_whole_and_at_most_eight_megabytes(header: Header) -> None:
    assert header.missing == 0
    assert MODEL.stat().st_size <= 8_000_000


def test_it_says_what_it_is(header: Header) -> None:
    told = header.metadata

    assert told["general.architecture"] == "llama"
    assert told["general.name"] == "hat-demo"
    assert told["general.license"] == "Apache-2.0"
    assert "hat-tui" in str(told["general.description"])


def test_it_has_a_long_enough_context_and_its_own_small_tokenizer(header: Header) -> None:
    told = header.metadata
    context, vocabulary = told["llama.context_length"], told["llama.vocab_size"]

    assert isinstance(context, int)
    assert context >= 2048
    assert isinstance(vocabulary, int)
    assert 1000 <= vocabulary <= 2000
    assert told["tokenizer.ggml.model"] == "gpt2"


def test_its_template_writes_chatml_as_the_training_did(header: Header) -> None:
    template = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True).from_string(
        str(header.metadata["tokenizer.chat_template"])
    )
    said = [("system", "Be kind."), ("user", "Hi.\n Count"), ("assistant", " 1, 2."), ("user", "")]
    messages = [{"role": role, "content": text} for role, text in said]
    tokenizer = Tokenizer([])
    packer = Packer(tokenizer)

    prompt = template.render(messages=messages, add_generation_prompt=True)

    trained = "".join(tokenizer.decode(packer.message(role, text)) for role, text in said)
    assert prompt == f"{trained}<|im_start|>assistant\n"


def test_its_weights_are_q8_0(header: Header) -> None:
    kinds = {TENSOR_TYPES[tensor.type].name for tensor in header.tensors if len(tensor.shape) > 1}

    assert kinds == {"Q8_0"}
