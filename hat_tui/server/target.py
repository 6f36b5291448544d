"""Where replies come from: a model that we run, or a server that is there already."""

from dataclasses import field

from hat_tui.frozen import frozen
from hat_tui.server.launch import LaunchOptions


@frozen
class LocalModel:
    """A GGUF file behind a llama_cpp.server of our own."""

    options: LaunchOptions

    @property
    def label(self) -> str:
        return self.options.models[0].name


@frozen
class RemoteServer:
    """An OpenAI-compatible server by its base URL. `model` is the one to ask, "" for its first."""

    url: str
    key: str = field(default="", repr=False)
    model: str = ""
    name: str = ""

    @property
    def label(self) -> str:
        return self.name or self.url


Target = LocalModel | RemoteServer
