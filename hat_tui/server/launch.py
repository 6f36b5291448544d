"""What a server of our own is started with: options in, config file and command line out.

The defaults are the safe and fast ones for llama_cpp.server 0.3.36 on a CPU. Its own defaults keep the logits of every
prompt token (`logits_all`: gigabytes with a large vocabulary), let any second request cut the first one off
(`interrupt_requests`), and lock the weights in memory (`use_mlock`).
"""

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import PurePath
from typing import Final

from hat_tui.frozen import frozen

DEFAULT_CONTEXT: Final = 4096
"""Tokens of context when none are asked for, never more than the model was trained with."""

CACHE_TYPES: Final[Mapping[str, int]] = {
    "f32": 0,
    "f16": 1,
    "bf16": 30,
    "q8_0": 8,
    "q5_1": 7,
    "q5_0": 6,
    "q4_1": 3,
    "q4_0": 2,
    "iq4_nl": 20,
}
"""KV cache types by name: llama.cpp's `kv_cache_types` and their numbers in `enum ggml_type`."""

ROPE_SCALINGS: Final[Mapping[str, int]] = {"none": 0, "linear": 1, "yarn": 2, "longrope": 3}
"""`enum llama_rope_scaling_type` by name."""

SERVER_SETTINGS: Final = frozenset(
    ["host", "port", "ssl_keyfile", "ssl_certfile", "api_key", "interrupt_requests", "disable_ping_events", "root_path"]
)
# fmt: off
MODEL_SETTINGS: Final = frozenset([
    "model", "model_alias", "n_gpu_layers", "split_mode", "main_gpu", "tensor_split", "vocab_only", "use_mmap",
    "use_mlock", "kv_overrides", "rpc_servers", "seed", "n_ctx", "n_batch", "n_ubatch", "n_threads", "n_threads_batch",
    "rope_scaling_type", "rope_freq_base", "rope_freq_scale", "yarn_ext_factor", "yarn_attn_factor", "yarn_beta_fast",
    "yarn_beta_slow", "yarn_orig_ctx", "mul_mat_q", "logits_all", "embedding", "offload_kqv", "flash_attn",
    "last_n_tokens_size", "lora_base", "lora_path", "numa", "chat_format", "chat_template_kwargs", "clip_model_path",
    "cache", "cache_type", "cache_size", "hf_tokenizer_config_path", "hf_pretrained_model_name_or_path",
    "hf_model_repo_id", "draft_model", "draft_model_num_pred_tokens", "type_k", "type_v", "verbose",
])
# fmt: on
"""Every setting of llama_cpp.server 0.3.36, which reads each of them from the environment too."""

_READ_FROM_ENVIRONMENT = {name.upper() for name in SERVER_SETTINGS | MODEL_SETTINGS} | {
    "CONFIG_FILE",
    "MODELS",
    "WEB_CONCURRENCY",
    "FORWARDED_ALLOW_IPS",
}
_SECRET_NAME = re.compile(r"(^|_)(KEY|APIKEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS)(_|$)", re.IGNORECASE)
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


@frozen
class ServedModel:
    """One GGUF file behind the server, and the name by which requests pick it (by default the file's stem)."""

    path: str
    alias: str = ""
    trained_context: int | None = None

    @property
    def name(self) -> str:
        return self.alias or PurePath(self.path).stem


@frozen
class LaunchOptions:
    """Everything a person may choose about the server. None leaves a choice to the defaults named in each line."""

    models: tuple[ServedModel, ...]
    host: str = "127.0.0.1"
    port: int = 0
    """0: a free one."""
    n_ctx: int | None = None
    """Tokens; None: 4096 or the trained length if that is less; 0: the trained length."""
    threads: int | None = None
    """None: one for each physical core."""
    threads_batch: int | None = None
    """For reading prompts; None: as `threads`."""
    chat_format: str = ""
    """Empty: the template in the GGUF, else llama-2."""
    n_gpu_layers: int = 0
    flash_attention: bool = False
    cache_type_k: str = "f16"
    cache_type_v: str = "f16"
    lora: str = ""
    rope_scaling: str = ""
    rope_freq_base: float | None = None
    rope_freq_scale: float | None = None
    draft: bool = False
    """Guess the next tokens from the prompt itself (prompt lookup); keeps the logits of every token."""
    rpc_servers: str = ""
    """Comma-separated `host:port` of llama.cpp RPC servers; needs a build with GGML_RPC."""
    seed: int | None = None
    cache: bool = False
    """Keep evaluated prompts of several conversations in memory."""
    tls_key_file: str = ""
    tls_certificate: str = ""
    api_key: str = field(default="", repr=False)
    extra: tuple[tuple[str, str], ...] = ()
    """Any other setting of the installed server, as text. A list or an object is written as JSON."""

    @property
    def scheme(self) -> str:
        return "https" if self.tls_certificate else "http"

    def context_of(self, model: ServedModel) -> int:
        """The context in tokens this model is started with; 0 is the trained length, whatever it is."""
        if self.n_ctx is not None:
            return self.n_ctx
        return min(DEFAULT_CONTEXT, model.trained_context) if model.trained_context else DEFAULT_CONTEXT


def for_model(path: str, trained_context: int | None = None) -> LaunchOptions:
    """The default launch of one GGUF file."""
    return LaunchOptions((ServedModel(path, trained_context=trained_context),))


def config(options: LaunchOptions, *, port: int, cores: int) -> str:
    """The content of the server's JSON config file. It may hold the key: write it for the owner alone."""
    server, _ = _split_extra(options.extra)
    settings: dict[str, object] = {
        "host": options.host,
        "port": port,
        "interrupt_requests": False,
        **({"api_key": options.api_key} if options.api_key else {}),
        **(
            {"ssl_keyfile": options.tls_key_file, "ssl_certfile": options.tls_certificate}
            if options.scheme == "https"
            else {}
        ),
        **server,
    }
    names = [model.name for model in options.models]
    settings["models"] = [
        # A name that two files share would hide one of them: those go by their paths.
        {
            "model_alias": model.name if names.count(model.name) == 1 else model.path,
            **_model_settings(options, model, cores),
        }
        for model in options.models
    ]
    return json.dumps(settings, indent=2, ensure_ascii=False)


def _model_settings(options: LaunchOptions, model: ServedModel, cores: int) -> dict[str, object]:
    threads = options.threads or cores
    settings: dict[str, object] = {
        "model": model.path,
        "n_ctx": options.context_of(model),
        "n_threads": threads,
        "n_threads_batch": options.threads_batch or threads,
        "logits_all": False,
        "use_mlock": False,
    }
    chosen: dict[str, object] = {
        "chat_format": options.chat_format or None,
        # An RPC server counts as a GPU: without layers for it, it would hold nothing.
        "n_gpu_layers": options.n_gpu_layers or (-1 if options.rpc_servers else None),
        "flash_attn": options.flash_attention or None,
        "type_k": None if options.cache_type_k == "f16" else CACHE_TYPES[options.cache_type_k],
        "type_v": None if options.cache_type_v == "f16" else CACHE_TYPES[options.cache_type_v],
        "lora_path": options.lora or None,
        "rope_scaling_type": ROPE_SCALINGS[options.rope_scaling] if options.rope_scaling else None,
        "rope_freq_base": options.rope_freq_base,
        "rope_freq_scale": options.rope_freq_scale,
        "draft_model": "prompt-lookup-decoding" if options.draft else None,
        "rpc_servers": options.rpc_servers or None,
        "seed": options.seed,
        "cache": options.cache or None,
    }
    settings |= {name: value for name, value in chosen.items() if value is not None}
    return settings | _split_extra(options.extra)[1]


def _split_extra(extra: Iterable[tuple[str, str]]) -> tuple[dict[str, object], dict[str, object]]:
    """The extra settings of the server, and those of each model. The server itself turns text into numbers."""
    server: dict[str, object] = {}
    model: dict[str, object] = {}
    for name, text in extra:
        (server if name in SERVER_SETTINGS else model)[name] = extra_value(text)
    return server, model


def extra_value(text: str) -> object:
    """What the text of an extra setting stands for. Raises ValueError for what begins as JSON and is none."""
    return json.loads(text) if text.lstrip()[:1] in ("[", "{") else text


def launch_line(options: LaunchOptions, *, port: int, cores: int, python: str = "python") -> str:
    """The same launch as one line for a shell, to read and to copy. The key is not in it."""
    settings = json.loads(config(options, port=port, cores=cores))
    models = settings.pop("models")
    if options.api_key:
        settings["api_key"] = "…"
    words = [python, "-m", "llama_cpp.server"]
    for name, value in {**models[0], **settings}.items():
        if name == "model_alias" and len(models) == 1:
            continue
        words.append(f"--{name}")
        words.extend(_as_words(value))
    line = " ".join(word if word == "…" else shlex.quote(word) for word in words)
    return line if len(models) == 1 else f"{line}  # and {len(models) - 1} more by a config file"


def _as_words(value: object) -> list[str]:
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, list):
        return [str(item) for item in value]
    return [json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)]


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment the server gets: without variables that would override its settings, and without secrets.

    Output is unbuffered UTF-8, so that a line is read when it is written.

    GNU OpenMP's threads shall spin for some microseconds when they wait for each other, then sleep. By default they
    spin on, and where anything else runs each uses up its time slices waiting for the other. Measured with a 0.2 B
    Q8_0 model and two threads on two cores, tokens/s alone and beside other programs: by default 100 and 2, with this
    count 91 and 35, asleep at once (OMP_WAIT_POLICY=passive) 70 and 55.
    """
    kept = {name: value for name, value in environment.items() if not is_stripped(name)}
    if "OMP_WAIT_POLICY" not in kept:
        kept.setdefault("GOMP_SPINCOUNT", "1000")
    return kept | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8:replace"}


def is_stripped(variable: str) -> bool:
    """Whether the server must not see this variable: named as a setting of it (in any case), or as a secret."""
    return variable.upper() in _READ_FROM_ENVIRONMENT or bool(_SECRET_NAME.search(variable))


def is_loopback(host: str) -> bool:
    return host in LOOPBACK or host.startswith("127.")
