"""The launch options one by one: the table that a form, the flags and what is remembered of a model walk."""

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, Literal

from hat_tui.frozen import frozen
from hat_tui.server.launch import (
    CACHE_TYPES,
    MODEL_SETTINGS,
    ROPE_SCALINGS,
    SERVER_SETTINGS,
    LaunchOptions,
    extra_value,
    is_loopback,
)

Value = int | float | bool | str | None


class BadLaunch(ValueError):
    """A launch option that cannot be taken; the message says what would be."""


@frozen
class LaunchSpec:
    """One launch option. Empty text stands for what `otherwise` says."""

    name: str
    label: str
    kind: Literal["int", "float", "flag", "choice", "text", "file"]
    help: str
    otherwise: str = ""
    low: float = 0
    high: float = 0
    choices: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    def format(self, value: Value) -> str:
        """The value as it stands in the form; `parse` reads it back."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        return "" if value is None else str(value)

    def parse(self, text: str) -> Value:
        """The value a person typed. Raises BadLaunch with a sentence to show beside the field."""
        text = text.strip()
        match self.kind:
            case "flag":
                if text.lower() in ("yes", "on", "true", "1"):
                    return True
                if text.lower() in ("no", "off", "false", "0", ""):
                    return False
                raise BadLaunch(f"{self.label} is yes or no, not “{text}”.")
            case "choice":
                if text and text not in self.choices:
                    raise BadLaunch(f"{self.label} is one of {', '.join(self.choices)}, not “{text}”.")
                return text
            case "int" | "float" if text:
                return self._number(text)
            case "int" | "float":
                return None
        return text

    def _number(self, text: str) -> int | float:
        kind = "a whole number" if self.kind == "int" else "a number"
        try:
            number = int(text) if self.kind == "int" else float(text)
        except ValueError:
            raise BadLaunch(f"{self.label} is {kind}, not “{text}”.") from None
        if not self.low <= number <= self.high:
            raise BadLaunch(f"{self.label} is from {self.low:g} to {self.high:g}, not {text}.")
        return number


_THREADS = 1024
LAUNCH_SPECS: tuple[LaunchSpec, ...] = (
    LaunchSpec("n_ctx", "Context (n_ctx)", "int", "tokens the model sees at once; 0 for the length it was trained "
               "with", "4096, or the trained length if that is less", 0, 1 << 24),
    LaunchSpec("threads", "Threads", "int", "for writing replies", "one for each physical core", 1, _THREADS),
    LaunchSpec("threads_batch", "Threads for prompts", "int", "for reading prompts", "as for replies", 1, _THREADS),
    LaunchSpec("chat_format", "Chat format", "text", "how a conversation is written for the model",
               "the template in the model file, else llama-2"),
    LaunchSpec("n_gpu_layers", "GPU layers", "int", "layers on the GPU, -1 for all; needs a build with one", "0",
               -1, 10_000),
    LaunchSpec("flash_attention", "Flash attention", "flag", "less memory for a long context", "no"),
    LaunchSpec("cache_type_k", "Type of cached keys", "choice", "q8_0 takes half the memory of f16, and nearly "
               "twice the time to read a prompt", "f16",
               choices=tuple(CACHE_TYPES)),
    LaunchSpec("cache_type_v", "Type of cached values", "choice", "a quantized one needs flash attention", "f16",
               choices=tuple(CACHE_TYPES)),
    LaunchSpec("lora", "LoRA file", "file", "an adapter in GGUF format to put on the model", "none"),
    LaunchSpec("rope_scaling", "RoPE scaling", "choice", "to go beyond the trained context", "as in the model file",
               choices=tuple(ROPE_SCALINGS)),
    LaunchSpec("rope_freq_base", "RoPE base", "float", "base frequency", "as in the model file", 0, 1e9),
    LaunchSpec("rope_freq_scale", "RoPE scale", "float", "frequency factor", "as in the model file", 0, 1000),
    LaunchSpec("draft", "Prompt lookup", "flag", "guess next words from the prompt: faster where replies repeat it; "
               "takes memory for a whole context of logits", "no"),
    LaunchSpec("rpc_servers", "RPC servers", "text", "host:port, comma-separated: machines that hold a part of the "
               "model; needs a build with GGML_RPC", "none"),
    LaunchSpec("seed", "Seed", "int", "of the server's random numbers", "random", 1, (1 << 32) - 1),
    LaunchSpec("cache", "Prompt cache", "flag", "keep read prompts of several conversations, up to 2 GB", "no"),
    LaunchSpec("host", "Address", "text", "127.0.0.1 for this machine alone; a LAN address to share", "127.0.0.1"),
    LaunchSpec("port", "Port", "int", "0 for a free one", "0", 0, 65535),
    LaunchSpec("tls_key_file", "TLS key file", "file", "to serve HTTPS", "none"),
    LaunchSpec("tls_certificate", "TLS certificate", "file", "to serve HTTPS", "none"),
)  # fmt: skip


def launch_spec(name: str) -> LaunchSpec:
    """The spec of that name. KeyError when there is none."""
    return {spec.name: spec for spec in LAUNCH_SPECS}[name]


def with_text(options: LaunchOptions, name: str, text: str) -> LaunchOptions:
    """The options with one of them as a person typed it. Raises BadLaunch."""
    value = launch_spec(name).parse(text)
    if value is None or value == "":
        value = _default(name)
    changed: dict[str, Any] = {name: value}
    return replace(options, **changed)


def _default(name: str) -> Any:
    return next(field.default for field in fields(LaunchOptions) if field.name == name)


def with_extra(options: LaunchOptions, text: str, known: Collection[str] = ()) -> LaunchOptions:
    """The options with one more `name=value` for the server; `known` are the settings of the installed one.

    Raises BadLaunch for a text without "=", a setting the server does not have, one that has a field of its own, or a
    list or an object that is no JSON, as each is while it is typed.
    """
    name, equals, value = text.partition("=")
    name = name.strip().lstrip("-").replace("-", "_")
    if not equals or not name:
        raise BadLaunch(f"A server option is written name=value, not “{text}”.")
    settings = known or SERVER_SETTINGS | MODEL_SETTINGS
    if name not in settings:
        near = difflib.get_close_matches(name, settings, n=1)
        raise BadLaunch(f"The installed server has no setting “{name}”{f': did you mean {near[0]}?' if near else '.'}")
    if name in _HAS_A_FIELD:
        raise BadLaunch(f"Use {_HAS_A_FIELD[name]} in place of the server option {name}.")
    try:
        extra_value(value)
    except (ValueError, RecursionError):
        raise BadLaunch(f'{name} takes JSON, such as [0.5, 0.5] or {{"a": 1}}, not “{value.strip()}”.') from None
    others = tuple(pair for pair in options.extra if pair[0] != name)
    return replace(options, extra=(*others, (name, value.strip())))


_HAS_A_FIELD: Mapping[str, str] = {
    "api_key": "HAT_TUI_SERVER_KEY or a key file",
    "model": "--model",
    "models": "--model",
    "host": "--host",
    "port": "--port",
    "n_ctx": "--n-ctx",
    "interrupt_requests": "nothing: with it, every second request ends the first,",
}


def problems(
    options: LaunchOptions, *, formats: Collection[str] = (), exposed: bool = False
) -> Iterator[tuple[str, str]]:
    """What would make the launch fail or harm, as field names with sentences.

    `formats` are the chat formats the installed server knows. `exposed` is true when a person has said twice that
    strangers may use the server.
    """
    if not options.models:
        yield "models", "Choose a model."
    if options.chat_format and formats and options.chat_format not in formats:
        yield "chat_format", f"The installed server has no chat format “{options.chat_format}”."
    if CACHE_TYPES[options.cache_type_v] not in _PLAIN_TYPES and not options.flash_attention:
        yield "cache_type_v", "A quantized type of cached values needs flash attention."
    if bool(options.tls_key_file) != bool(options.tls_certificate):
        yield "tls_certificate", "HTTPS needs both the key file and the certificate."
    if not is_loopback(options.host) and not options.api_key and not exposed:
        yield "host", "Anyone who reaches this address could use the server: give it a key."


_PLAIN_TYPES = (CACHE_TYPES["f32"], CACHE_TYPES["f16"], CACHE_TYPES["bf16"])


def warnings(options: LaunchOptions) -> Iterator[tuple[str, str]]:
    """What will work, but not as a person may expect, as field names with sentences."""
    for model in options.models:
        trained, asked = model.trained_context, options.context_of(model)
        if trained and asked > trained and not options.rope_scaling:
            yield "n_ctx", f"{model.name} was trained with {trained} tokens: beyond them it writes nonsense."
    if not is_loopback(options.host) and not options.tls_certificate:
        yield "host", "Without TLS, others on the network can read what is written."
    if options.rpc_servers:
        yield "rpc_servers", "RPC servers obey anyone who reaches them: only within a network you trust."
    if options.draft:
        yield "draft", "Prompt lookup keeps logits for every token of the context: gigabytes with a large vocabulary."


def remembered(options: LaunchOptions) -> dict[str, Any]:
    """What to keep of a model's launch, by name: only what differs from the defaults. Never the key."""
    kept: dict[str, Any] = {
        spec.name: value for spec in LAUNCH_SPECS if (value := getattr(options, spec.name)) != _default(spec.name)
    }
    return kept | ({"extra": dict(options.extra)} if options.extra else {})


def recalled(options: LaunchOptions, kept: Mapping[str, Any]) -> LaunchOptions:
    """The options with what was remembered on top; what cannot be taken any more is left out."""
    for spec in LAUNCH_SPECS:
        value = kept.get(spec.name)
        if isinstance(value, bool | int | float | str):
            try:
                options = with_text(options, spec.name, spec.format(value))
            except BadLaunch:
                continue
    extra = kept.get("extra")
    if isinstance(extra, Mapping):
        for name, value in extra.items():
            try:
                options = with_extra(options, f"{name}={value}")
            except BadLaunch:
                continue
    return options
