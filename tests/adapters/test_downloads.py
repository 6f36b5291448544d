"""The hub as the screens use it: opened late, its troubles in one kind."""

import threading
from pathlib import Path

import pytest

from hat_tui.adapters.downloads import Downloads
from hat_tui.adapters.model_download import Cancelled, DownloadTrouble
from hat_tui.gguf.repository import RemoteFile, RemoteModel, Repository
from hat_tui.services import NotDownloaded

MODEL = RemoteModel("m", (RemoteFile("m.gguf", 4),))
REPOSITORY = Repository("own/m", "abc", "mit", (MODEL,))


class Hub:
    """Knows one repository; a download stops when it is told to."""

    def repository(self, id: str) -> Repository:
        if id != REPOSITORY.id:
            raise DownloadTrouble(f"There is no repository {id}.")
        return REPOSITORY

    def download(self, repository, model, folder: Path, *, on_progress, cancelled: threading.Event) -> Path:
        if cancelled.is_set():
            raise Cancelled("Stopped. 2 MB are kept.")
        return folder / model.files[0].name


def test_the_hub_is_opened_when_something_is_asked_of_it_and_once(tmp_path: Path) -> None:
    opened: list[Hub] = []

    def hub() -> Hub:
        opened.append(Hub())
        return opened[-1]

    downloads = Downloads(tmp_path, hub)
    assert opened == []
    repository = downloads.repository("own/m")
    assert downloads.download(repository, MODEL, print, threading.Event()) == tmp_path / "m.gguf"
    assert len(opened) == 1


def test_every_trouble_is_of_one_kind_and_says_what_the_hub_said(tmp_path: Path) -> None:
    downloads = Downloads(tmp_path, Hub)
    with pytest.raises(NotDownloaded, match="no repository own/x"):
        downloads.repository("own/x")
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(NotDownloaded, match="are kept"):
        downloads.download(REPOSITORY, MODEL, print, cancelled)


def test_without_the_extra_it_is_told_what_to_install(tmp_path: Path) -> None:
    def missing() -> Hub:
        raise DownloadTrouble("Downloading needs the extra: pip install 'hat-tui[hub]'.")

    with pytest.raises(NotDownloaded, match=r"hat-tui\[hub\]"):
        Downloads(tmp_path, missing).repository("own/m")
