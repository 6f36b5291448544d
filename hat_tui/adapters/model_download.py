"""Models from a model hub: listed, and downloaded so that a cut costs nothing and a wrong byte is noticed.

huggingface_hub (the extra `hub`) knows the hub's API, addresses, tokens (HF_TOKEN, or a saved login) and the mirror
(HF_ENDPOINT). The bytes are fetched here: huggingface_hub 2 keeps no part of a file whose download was cut.
"""

import errno
import hashlib
import importlib
import importlib.util
import os
import re
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hat_tui.adapters.file_lock import lock_file
from hat_tui.gguf.repository import DownloadProgress, RemoteFile, RemoteModel, Repository, models_of

_TIMEOUT_S = 20.0
_RETRIES = 5
_DISK_MARGIN = 64 << 20
_TOLD_EVERY_S = 0.1
_SPEED_OVER_S = 5.0

OnProgress = Callable[[DownloadProgress], None]


class DownloadTrouble(Exception):
    """A list or a download that failed; the message says why, what is kept, and what to do."""


class Cancelled(DownloadTrouble):
    """The person stopped the download. What has arrived is kept."""


def is_available() -> bool:
    """Whether the extra `hub` is installed."""
    return importlib.util.find_spec("huggingface_hub") is not None


class ModelHub:
    """A model hub: the one HF_ENDPOINT names, else huggingface_hub's own. All methods block: run them in a thread."""

    def __init__(self, endpoint: str | None = None, *, pause_s: float = 1.0) -> None:
        """`pause_s` is the wait before the first retry; it doubles with each. Raises DownloadTrouble without `hub`."""
        try:
            self._hub: Any = importlib.import_module("huggingface_hub")
            self._utils: Any = importlib.import_module("huggingface_hub.utils")
            self._errors: Any = importlib.import_module("huggingface_hub.errors")
            constants: Any = importlib.import_module("huggingface_hub.constants")
            self._http: Any = importlib.import_module("httpx2")
        except ImportError:
            raise DownloadTrouble("Downloading needs the extra: pip install 'hat-tui[hub]'.") from None
        # Otherwise it also asks the hub which programs to watch for, and tells it what runs here.
        constants.HF_HUB_DISABLE_TELEMETRY = True
        endpoint = endpoint or os.environ.get("HF_ENDPOINT") or constants.ENDPOINT
        self.endpoint = str(endpoint).rstrip("/")
        self.pause_s = pause_s

    def repository(self, id: str) -> Repository:
        """The GGUF models of a repository, with their sizes and checksums. Raises DownloadTrouble."""
        if not re.fullmatch(r"[\w.-]{1,96}/[\w.-]{1,96}", id):
            raise DownloadTrouble(f"A repository is written owner/name, not “{id[:80]}”.")
        api = self._hub.HfApi(endpoint=self.endpoint)
        try:
            info = api.model_info(id, files_metadata=True, timeout=_TIMEOUT_S)
        except Exception as error:
            raise self.translated(error, id) from error
        files = [_remote_file(entry) for entry in info.siblings or ()]
        card: Any = info.card_data or {}
        return Repository(id, str(info.sha or "main"), str(card.get("license") or ""), models_of(files))

    def download(
        self,
        repository: Repository,
        model: RemoteModel,
        folder: Path,
        *,
        on_progress: OnProgress = lambda progress: None,
        cancelled: threading.Event | None = None,
    ) -> Path:
        """Bring all files of a model into `folder`; the path of the first. Raises DownloadTrouble, Cancelled.

        `on_progress` is called from this thread, ten times a second. What was downloaded before is not downloaded
        again: a whole file is compared with its checksum, a part of one is continued.
        """
        cancelled = cancelled or threading.Event()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._check_room(model, folder)
            for file in model.files:
                _Download(self, repository, file, folder, on_progress, cancelled).run()
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DownloadTrouble(
                    f"The disk of {folder} is full. Make room, then download again: it continues."
                ) from error
            raise DownloadTrouble(f"{folder} cannot be written: {error.strerror or error}.") from error
        return folder / model.files[0].name

    def _check_room(self, model: RemoteModel, folder: Path) -> None:
        here = sum(_size_of(place) for file in model.files for place in (folder / file.name, part_of(folder, file)))
        missing = model.size - here
        free = shutil.disk_usage(folder).free
        if missing > 0 and missing + _DISK_MARGIN > free:
            told = f"{_size(missing)} are needed in {folder}, and {_size(free)} are free."
            raise DownloadTrouble(f"{told} Make room, or choose a smaller file.")

    def stream(self, repository: Repository, file: RemoteFile, start: int) -> Any:
        """An open response for a file's bytes from `start` on, as a context manager."""
        url = self._hub.hf_hub_url(repository.id, file.path, revision=repository.revision, endpoint=self.endpoint)
        headers = dict(self._utils.build_hf_headers())
        headers["Accept-Encoding"] = "identity"  # a range of a compressed answer is no range of the file
        if start:
            headers["Range"] = f"bytes={start}-"
        return self._utils.get_session().stream("GET", url, headers=headers, timeout=_TIMEOUT_S)

    def is_passing(self, error: Exception) -> bool:
        """Whether the same request may succeed a little later."""
        if isinstance(error, self._errors.HfHubHTTPError):
            return bool(error.response.status_code in (408, 429, 500, 502, 503, 504))
        return isinstance(error, self._http.TransportError)

    def raise_for(self, response: Any) -> None:
        """Raise huggingface_hub's error for a bad status."""
        self._utils.hf_raise_for_status(response)

    def translated(self, error: Exception, id: str) -> Exception:
        """The error in a person's words; an error of another kind comes back as it is."""
        errors = self._errors
        status = error.response.status_code if isinstance(error, errors.HfHubHTTPError) else 0
        match error:
            case errors.GatedRepoError():
                what = f"{id} is only given to those who accept its licence: do so on its page, then set HF_TOKEN."
            case errors.HfHubHTTPError() if status == 401:  # said of what is private and of what does not exist
                what = f"There is no {id}, or it is private, or HF_TOKEN is wrong: check the name and the token."
            case errors.RepositoryNotFoundError():
                what = f"There is no repository {id}. Check the name."
            case errors.RemoteEntryNotFoundError() | errors.RevisionNotFoundError():
                what = f"The file is no longer in {id}. List the repository again."
            case errors.HfHubHTTPError() if status == 403:
                what = "The hub refuses the token. Check HF_TOKEN, or unset it for public models."
            case errors.HfHubHTTPError() if status == 429:
                what = "The hub asks to slow down. Try again in some minutes; a token in HF_TOKEN gives more."
            case errors.HfHubHTTPError():
                what = f"The hub answers {status}. Try again later."
            case errors.OfflineModeIsEnabled():
                what = "HF_HUB_OFFLINE is set: unset it to download."
            case self._http.TimeoutException():
                what = f"{self.endpoint} does not answer. Check the network, or name a mirror in HF_ENDPOINT."
            case self._http.TransportError():
                what = f"{self.endpoint} cannot be reached. Check the network, or name a mirror in HF_ENDPOINT."
            case _:
                return error
        return DownloadTrouble(what)


class _Download:
    """One file on its way into a folder."""

    def __init__(
        self,
        hub: ModelHub,
        repository: Repository,
        file: RemoteFile,
        folder: Path,
        on_progress: OnProgress,
        cancelled: threading.Event,
    ) -> None:
        self._hub, self._repository, self._file = hub, repository, file
        self._whole, self._part = folder / file.name, part_of(folder, file)
        self._on_progress, self._cancelled = on_progress, cancelled
        self._marks: deque[tuple[float, int]] = deque()
        self._told = 0.0

    def run(self) -> None:
        if self._whole.exists():
            if _size_of(self._whole) == self._file.size and self._is_right(self._whole):
                return
            raise DownloadTrouble(f"Another file is at {self._whole}. Move it away, then download again.")
        with lock_file(self._part.with_suffix(".lock")) as ours:
            if not ours:
                told = f"Another hat-tui is downloading {self._file.name}."
                raise DownloadTrouble(f"{told} Wait for it, or stop it there and download again: it continues.")
            self._fetch_checked()

    def _fetch_checked(self) -> None:
        self._fetch_all()
        if not self._is_right(self._part):
            self._part.unlink()
            raise DownloadTrouble(
                f"{self._file.name} arrived damaged: its checksum is wrong. It was removed; download it again."
            )
        self._part.replace(self._whole)

    def _fetch_all(self) -> None:
        failures = 0
        while (start := _size_of(self._part)) < self._file.size:
            trouble = self._try(start)
            failures = 0 if _size_of(self._part) > start else failures + 1
            if failures > _RETRIES:
                raise DownloadTrouble(
                    f"The connection breaks again and again. {_size(_size_of(self._part))} of "
                    f"{_size(self._file.size)} are kept: download again to continue."
                ) from trouble
            if (trouble or failures) and self._cancelled.wait(self._hub.pause_s * 2**failures):
                raise Cancelled(self._kept())
        if _size_of(self._part) > self._file.size:
            self._part.unlink()
            raise DownloadTrouble(
                f"{self._file.name} is longer than announced. It was removed; list the repository again."
            )

    def _try(self, start: int) -> Exception | None:
        """Fetch from `start` on; the error, when the same may succeed a little later."""
        try:
            self._fetch(start)
        except Exception as error:
            if self._hub.is_passing(error):
                return error
            if (told := self._hub.translated(error, self._repository.id)) is error:
                raise
            raise told from error
        return None

    def _fetch(self, start: int) -> None:
        with self._hub.stream(self._repository, self._file, start) as response:
            if response.status_code == 416:  # nothing lies behind `start`: the part is not of this file
                self._part.unlink(missing_ok=True)
                return
            self._hub.raise_for(response)
            fresh = start > 0 and response.status_code != 206  # the range was ignored: it begins at the beginning
            with self._part.open("wb" if fresh or not start else "ab") as file:
                done = 0 if fresh else start
                self._tell(done, force=True)
                for chunk in response.iter_raw():  # as it comes: what came before a cut is kept
                    if self._cancelled.is_set():
                        raise Cancelled(self._kept())
                    file.write(chunk)
                    done += len(chunk)
                    self._tell(done)
        self._tell(done, force=True)

    def _kept(self) -> str:
        return (
            f"Stopped. {_size(_size_of(self._part))} of {_size(self._file.size)} are kept: download again to continue."
        )

    def _is_right(self, path: Path) -> bool:
        """Whether the content fits the checksum; true when the hub tells none."""
        if self._file.sha256:
            wanted, check = self._file.sha256, hashlib.sha256()
        elif self._file.blob:
            wanted, check = self._file.blob, hashlib.sha1(usedforsecurity=False)  # git's own numbering
            check.update(f"blob {self._file.size}\0".encode())
        else:
            return True
        for done, block in _blocks(path):
            if self._cancelled.is_set():
                raise Cancelled(self._kept())
            check.update(block)
            self._on_progress(DownloadProgress(self._file.name, done, self._file.size, checking=True))
        return check.hexdigest() == wanted

    def _tell(self, done: int, *, force: bool = False) -> None:
        now = time.monotonic()
        if not force and now - self._told < _TOLD_EVERY_S:
            return
        self._told = now
        self._marks.append((now, done))
        while now - self._marks[0][0] > _SPEED_OVER_S and len(self._marks) > 2:
            self._marks.popleft()
        since, before = self._marks[0]
        speed = (done - before) / (now - since) if now - since > 0.2 else 0.0
        self._on_progress(DownloadProgress(self._file.name, done, self._file.size, max(0.0, speed)))


def part_of(folder: Path, file: RemoteFile) -> Path:
    """Where an unfinished download lies. Its name holds the checksum, so it is never continued with another content."""
    return folder / f".{file.name}.{(file.sha256 or file.blob)[:12] or file.size}.part"


def _remote_file(entry: Any) -> RemoteFile:
    lfs: Any = entry.lfs or {}
    return RemoteFile(
        str(entry.rfilename), int(entry.size or 0), str(lfs.get("sha256") or ""), str(entry.blob_id or "")
    )


def _blocks(path: Path) -> Iterator[tuple[int, bytes]]:
    """The file in pieces of 16 MB, with the bytes seen so far."""
    done = 0
    with path.open("rb") as file:
        while block := file.read(16 << 20):
            done += len(block)
            yield done, block


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _size(count: int) -> str:
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
