"""A checkpoint to `models/hat-demo.gguf`: llama architecture, Q8_0, ChatML, with the facts about it in the file.

`python -m models.demo.export build/demo/checkpoint.pt models/hat-demo.gguf`
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import gguf
import numpy as np
import torch

from models.demo.bpe import END_OF_TEXT, IM_END, SPECIALS, Tokenizer
from models.demo.network import Network, Shape

CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] + ('\\n ' if message['role'] == 'user' else '\\n') }}"
    "{{ message['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
DESCRIPTION = (
    "A tiny chat model that ships with hat-tui: it guides through the program, remembers what it is told within its "
    "window, and says so when it does not know. Trained on text written for it; not for any other use."
)


def load(path: Path) -> tuple[Network, Tokenizer]:
    """The network and tokenizer of a checkpoint that the trainer wrote."""
    saved = torch.load(path, map_location="cpu", weights_only=True)
    network = Network(Shape(**saved["shape"]))
    network.load_state_dict(saved["network"])
    return network, Tokenizer(saved["merges"])


def write(network: Network, tokenizer: Tokenizer, path: Path) -> None:
    """Write the model file; a file that is there is replaced."""
    writer = gguf.GGUFWriter(path, "llama")
    _describe(writer, network.shape, tokenizer)
    for name, weight in _tensors(network):
        values = weight.detach().float().numpy()
        if values.ndim == 1:
            writer.add_tensor(name, values)
        else:
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(name, gguf.quants.quantize(np.ascontiguousarray(values), kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _describe(writer: gguf.GGUFWriter, shape: Shape, tokenizer: Tokenizer) -> None:
    writer.add_name("hat-demo")
    writer.add_description(DESCRIPTION)
    writer.add_license("Apache-2.0")
    writer.add_languages(["en"])
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_rope_dimension_count(shape.head_width)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokenizer.vocabulary())
    control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
    writer.add_token_types([control] * len(SPECIALS) + [normal] * (len(tokenizer) - len(SPECIALS)))
    writer.add_token_merges(tokenizer.merge_lines())
    writer.add_bos_token_id(tokenizer.special(END_OF_TEXT))
    writer.add_eos_token_id(tokenizer.special(IM_END))
    writer.add_pad_token_id(tokenizer.special(END_OF_TEXT))
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)


def _tensors(network: Network) -> Iterator[tuple[str, torch.Tensor]]:
    yield "token_embd.weight", network.embedding.weight
    yield "output_norm.weight", network.norm
    yield "output.weight", network.head.weight
    for index, block in enumerate(network.blocks):
        prefix = f"blk.{index}."
        query, key, value = block.query_key_value.weight.chunk(3)
        gate, up = block.gate_up.weight.chunk(2)
        yield prefix + "attn_norm.weight", block.attention_norm
        yield prefix + "attn_q.weight", query
        yield prefix + "attn_k.weight", key
        yield prefix + "attn_v.weight", value
        yield prefix + "attn_output.weight", block.attention_out.weight
        yield prefix + "ffn_norm.weight", block.feed_norm
        yield prefix + "ffn_gate.weight", gate
        yield prefix + "ffn_up.weight", up
        yield prefix + "ffn_down.weight", block.down.weight


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    network, tokenizer = load(arguments.checkpoint)
    write(network, tokenizer, arguments.target)
    print(f"{arguments.target}: {arguments.target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
