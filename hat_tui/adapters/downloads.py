"""The model hub as the screens use it: opened when something is asked of it, its troubles in one kind."""

import threading
from collections.abc import Callable
from pathlib import Path

from hat_tui.adapters.model_download import DownloadTrouble, ModelHub
from hat_tui.gguf.repository import DownloadProgress, RemoteModel, Repository
from hat_tui.services import NotDownloaded


class Downloads:
    """Models of a hub, brought into one folder."""

    def __init__(self, folder: Path, hub: Callable[[], ModelHub] = ModelHub) -> None:
        """`hub` opens the hub; importing what it needs takes a while, so not before it is used."""
        self._folder = folder
        self._open = hub
        self._hub: ModelHub | None = None

    def repository(self, id: str) -> Repository:
        """What a repository holds. Raises NotDownloaded."""
        try:
            return self._opened().repository(id)
        except DownloadTrouble as trouble:
            raise NotDownloaded(str(trouble)) from trouble

    def download(
        self,
        repository: Repository,
        model: RemoteModel,
        on_progress: Callable[[DownloadProgress], None],
        cancelled: threading.Event,
    ) -> Path:
        """Bring a model here; where it lies. Raises NotDownloaded, also when it was stopped."""
        try:
            return self._opened().download(
                repository, model, self._folder, on_progress=on_progress, cancelled=cancelled
            )
        except DownloadTrouble as trouble:
            raise NotDownloaded(str(trouble)) from trouble

    def _opened(self) -> ModelHub:
        self._hub = self._hub or self._open()
        return self._hub
