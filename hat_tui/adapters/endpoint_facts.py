"""What servers tell of themselves: which models they offer, how long a context, and which program they are."""

from collections.abc import Mapping
from typing import Any

from hat_tui.frozen import frozen

CONTEXT_KEYS = (
    "n_ctx",
    "max_model_len",
    "context_length",
    "context_window",
    "max_context_length",
    "loaded_context_length",
)
"""Where an entry of /v1/models tells the context in tokens: llama-server, vLLM, OpenRouter and TGI, Groq, LM Studio."""

OWNERS = {"me": "llama_cpp.server", "llamacpp": "llama-server", "vllm": "vLLM", "library": "Ollama", "sglang": "SGLang"}
"""Programs by what stands as `owned_by` in their list of models."""


class Unreachable(Exception):
    """A server that cannot be used; the message says why and what to do, `wants_key` that a key is missing or wrong."""

    wants_key = False


@frozen
class OfferedModel:
    """A model that a request can name. `n_ctx` is None where the server does not tell it."""

    name: str
    n_ctx: int | None = None


@frozen
class EndpointFacts:
    """`kind` is the server's program, "" when it is not known. `models` is empty where the server lists none.

    `slots` is how many replies it makes at once, None where it does not tell.
    """

    kind: str
    models: tuple[OfferedModel, ...]
    slots: int | None = None

    def n_ctx(self, model: str = "") -> int | None:
        """The context of a model in tokens, of the first one without a name; None when it is not told."""
        return next((offered.n_ctx for offered in self.models if not model or offered.name == model), None)


def facts_from(listing: Any, props: Any = None) -> EndpointFacts:
    """Facts from the answers to GET /v1/models and, of llama-server, GET /props. Anything unexpected is passed over."""
    entries = listing.get("data", listing.get("models")) if isinstance(listing, Mapping) else listing
    entries = [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []
    props = props if isinstance(props, Mapping) else {}
    settings = props.get("default_generation_settings")
    told = _positive(settings.get("n_ctx")) if isinstance(settings, Mapping) else None
    models = tuple(
        OfferedModel(name, _context(entry) or told)
        for entry in entries
        if isinstance(name := entry.get("id", entry.get("name")), str) and name
    )
    owner = str(entries[0].get("owned_by", "")) if entries else ""
    return EndpointFacts(OWNERS.get(owner, ""), models, _positive(props.get("total_slots")))


def _context(entry: Mapping[str, Any]) -> int | None:
    return next((length for key in CONTEXT_KEYS if (length := _positive(entry.get(key)))), None)


def _positive(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
