"""Models to begin with: small, in GGUF format, fit for a processor without a GPU.

Facts are those of each model's card or technical report, by its makers; what could not be found there is left empty.
The repositories of "the article's" models are those its README names. A file's own header, read once it is here, says
more, and says it of that very file.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Recommended:
    """A model worth trying. `file` picks one of the repository's by name or quantization.

    `licence` "" and `trained_context` 0 where no source tells. `chat_format` is "" where the template in the GGUF is to
    be used.
    """

    name: str
    repository: str
    file: str
    parameters: str
    licence: str
    trained_context: int
    chat_format: str
    about: str
    source: str


CATALOGUE: Final[tuple[Recommended, ...]] = (
    Recommended(
        "SmolLM2 360M Instruct", "HuggingFaceTB/SmolLM2-360M-Instruct-GGUF", "q8_0", "360M", "apache-2.0", 8192, "",
        "English; answers at once on any machine", "model card and config of HuggingFaceTB/SmolLM2-360M-Instruct",
    ),
    Recommended(
        "Qwen2.5 0.5B Instruct", "Qwen/Qwen2.5-0.5B-Instruct-GGUF", "q8_0", "0.5B", "apache-2.0", 32768, "",
        "many languages; follows simple instructions", "Qwen2.5 model cards and technical report, arXiv 2412.15115",
    ),
    Recommended(
        "Qwen3 0.6B", "Qwen/Qwen3-0.6B-GGUF", "q8_0", "0.6B", "apache-2.0", 32768, "",
        "many languages; thinks before it answers, unless told /no_think", "model card of Qwen/Qwen3-0.6B",
    ),
    Recommended(
        "Gemma 3 1B", "ggml-org/gemma-3-1b-it-GGUF", "Q4_K_M", "1B", "gemma", 32768, "",
        "many languages; terms of use apply", "model card of google/gemma-3-1b-it",
    ),
    Recommended(
        "TinyLlama 1.1B Chat", "TheBloke/TinyLlama-1.1B-Chat-v1.0-GGUF", "Q4_K_M", "1.1B", "", 2048, "",
        "English; the model of the article's script", "TinyLlama report, arXiv 2401.02385",
    ),
    Recommended(
        "LFM2 1.2B", "LiquidAI/LFM2-1.2B-GGUF", "Q4_K_M", "1.2B", "lfm1.0", 32768, "",
        "eight languages; reads prompts fast on a processor", "model card of LiquidAI/LFM2-1.2B",
    ),
    Recommended(
        "Llama 3.2 1B Instruct", "bartowski/Llama-3.2-1B-Instruct-GGUF", "Q4_K_M", "1.2B", "llama3.2", 131072, "",
        "eight languages; community licence", "model card of meta-llama/Llama-3.2-1B-Instruct",
    ),
    Recommended(
        "Qwen2.5 1.5B Instruct", "Qwen/Qwen2.5-1.5B-Instruct-GGUF", "q4_k_m", "1.5B", "apache-2.0", 32768, "",
        "many languages; a good all-round model of its size", "Qwen2.5 model cards and report, arXiv 2412.15115",
    ),
    Recommended(
        "SmolLM2 1.7B Instruct", "HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF", "q4_k_m", "1.7B", "apache-2.0", 8192, "",
        "English; writes and rewrites well", "SmolLM2 report, arXiv 2502.02737, and config of the model",
    ),
    Recommended(
        "Qwen3 1.7B", "Qwen/Qwen3-1.7B-GGUF", "q8_0", "1.7B", "apache-2.0", 32768, "",
        "many languages; thinks before it answers, unless told /no_think", "model card of Qwen/Qwen3-1.7B",
    ),
    Recommended(
        "H2O-Danube 1.8B Chat", "brittlewis12/h2o-danube-1.8b-chat-GGUF", "Q5_K_M", "1.8B", "apache-2.0", 16384, "",
        "English; the article's first model", "H2O-Danube report, arXiv 2401.16818, and the article",
    ),
    Recommended(
        "Cosmo 1B", "tsunemoto/cosmo-1b-GGUF", "Q4_K_M", "1.8B", "apache-2.0", 2048, "",
        "English; trained on synthetic textbooks; the article's third model", "model card of HuggingFaceTB/cosmo-1b",
    ),
    Recommended(
        "Gemma 2B", "asedmammad/gemma-2b-it-GGUF", "Q4_K_M", "2B", "gemma", 8192, "gemma",
        "English; the article's second model", "the article; Gemma's terms of use",
    ),
)  # fmt: skip
