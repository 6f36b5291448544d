import hashlib
import json
import shutil
import threading
from collections import namedtuple
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytest.importorskip("huggingface_hub", reason="needs the extra: pip install hat-tui[hub]")

from hat_tui.adapters import model_download
from hat_tui.adapters.model_download import Cancelled, DownloadTrouble, ModelHub, part_of

CONTENT = bytes(range(256)) * 12_000


class LocalHub(ThreadingHTTPServer):
    """A hub with one repository, `me/tiny`. Its ways can be spoilt: `cuts` are byte counts after which a connection
    is broken, one for each download request; `status` answers everything with an error."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = {"tiny-q8_0.gguf": CONTENT, "README.md": b"hello"}
        self.sent = dict(self.files)
        self.lfs = True
        self.cuts, self.ranges, self.tokens = [], [], []
        self.status = self.honours_ranges = None
        self.error = ""

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        """Clients hang up in these tests."""


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        hub, path = self.server, unquote(urlsplit(self.path).path)
        hub.tokens.append(self.headers.get("Authorization"))
        if hub.status:
            return self.answer(hub.status, b"{}", **({"X_Error_Code": hub.error} if hub.error else {}))
        if path.startswith("/api/models/me/tiny"):
            return self.answer(200, json.dumps(self.listing()).encode(), Content_Type="application/json")
        prefix = "/me/tiny/resolve/abc123/"
        if not path.startswith(prefix) or path.removeprefix(prefix) not in hub.sent:
            return self.answer(404, b"{}", X_Error_Code="RepoNotFound" if "/api/" in path else "EntryNotFound")
        return self.send_file(hub.sent[path.removeprefix(prefix)])

    def listing(self):
        files = []
        for name, data in self.server.files.items():
            blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()  # noqa: S324 - as git does
            entry = {"rfilename": name, "size": len(data), "blobId": blob}
            if self.server.lfs:
                entry["lfs"] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 130}
            files.append(entry)
        return {"id": "me/tiny", "sha": "abc123", "siblings": files, "cardData": {"license": "mit"}, "tags": []}

    def send_file(self, data):
        hub, wanted = self.server, self.headers.get("Range")
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and hub.honours_ranges is not False else 0
        hub.ranges.append(start)
        if start >= len(data) > 0 and start:
            return self.answer(416)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(data) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        cut = hub.cuts.pop(0) if hub.cuts else None
        self.wfile.write(data[start:][:cut])
        self.close_connection = True


@pytest.fixture
def hub():
    server = LocalHub()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def client(hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    return ModelHub(pause_s=0.001)


def get(client, folder, **kwargs):
    repository = client.repository("me/tiny")
    return client.download(repository, repository.models[0], folder, **kwargs)


def test_a_repository_lists_its_models(client, hub):
    repository = client.repository("me/tiny")
    assert (repository.id, repository.revision, repository.licence) == ("me/tiny", "abc123", "mit")
    (model,) = repository.models
    assert (model.name, model.size, model.quantization) == ("tiny-q8_0", len(CONTENT), "Q8_0")
    assert hub.tokens == ["Bearer hf_secret"]


@pytest.mark.parametrize("lfs", [True, False])
def test_a_model_is_downloaded_and_checked(client, hub, tmp_path, lfs):
    hub.lfs = lfs
    seen = []
    path = get(client, tmp_path / "models", on_progress=seen.append)
    assert path.read_bytes() == CONTENT
    assert [entry.name for entry in path.parent.iterdir()] == ["tiny-q8_0.gguf"]
    assert seen[0].done == 0
    assert {progress.total for progress in seen} == {len(CONTENT)}
    assert seen[-1].checking
    assert seen[-1].done == len(CONTENT)


def test_a_cut_connection_is_continued_where_it_broke(client, hub, tmp_path):
    hub.cuts = [1_000_000, 500_000]
    assert get(client, tmp_path).read_bytes() == CONTENT
    assert hub.ranges == [0, 1_000_000, 1_500_000]


def test_a_connection_that_breaks_again_and_again_keeps_what_came_for_the_next_time(client, hub, tmp_path):
    hub.cuts = [1_000_000] + [0] * 20
    with pytest.raises(DownloadTrouble, match=r"1\.0 MB of 3\.1 MB are kept"):
        get(client, tmp_path)
    hub.cuts = []
    hub.ranges.clear()
    assert get(client, tmp_path).read_bytes() == CONTENT
    assert hub.ranges == [1_000_000]


def test_a_server_without_ranges_begins_anew(client, hub, tmp_path):
    hub.honours_ranges = False
    hub.cuts = [1_000_000]
    assert get(client, tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("lfs", [True, False])
def test_a_wrong_byte_is_noticed_and_nothing_is_left(client, hub, tmp_path, lfs):
    hub.lfs = lfs
    hub.sent["tiny-q8_0.gguf"] = b"X" + CONTENT[1:]
    with pytest.raises(DownloadTrouble, match="checksum is wrong"):
        get(client, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_download_can_be_stopped_and_continued(client, hub, tmp_path):
    stop = threading.Event()

    def stop_early(progress):
        if progress.done:
            stop.set()

    hub.cuts = [1_000_000]
    with pytest.raises(Cancelled, match="are kept"):
        get(client, tmp_path, on_progress=stop_early, cancelled=stop)
    (part,) = tmp_path.iterdir()
    assert part.stat().st_size == 1_000_000
    assert part.name.startswith(".")
    assert get(client, tmp_path).read_bytes() == CONTENT


def test_what_another_program_is_downloading_is_left_to_it(client, hub, tmp_path):
    refused = []

    def download_too(progress):
        if progress.done == 1_000_000 and not refused:
            with pytest.raises(DownloadTrouble, match=r"Another hat-tui is downloading tiny-q8_0\.gguf"):
                get(client, tmp_path)
            refused.append(progress)

    hub.cuts = [1_000_000]
    path = get(client, tmp_path, on_progress=download_too)
    assert refused
    assert path.read_bytes() == CONTENT
    assert hub.ranges == [0, 1_000_000]
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_download_left_is_taken_up(client, hub, tmp_path):
    part = part_of(tmp_path, client.repository("me/tiny").models[0].files[0])
    part.write_bytes(CONTENT[:1000])
    part.with_suffix(".lock").touch()
    assert list(get(client, tmp_path).parent.iterdir()) == [tmp_path / "tiny-q8_0.gguf"]
    assert hub.ranges == [1000]


def test_what_is_there_is_not_downloaded_again(client, hub, tmp_path):
    get(client, tmp_path)
    hub.ranges.clear()
    get(client, tmp_path)
    assert hub.ranges == []


def test_another_file_of_that_name_is_left_alone(client, tmp_path):
    (tmp_path / "tiny-q8_0.gguf").write_text("mine")
    with pytest.raises(DownloadTrouble, match="Another file"):
        get(client, tmp_path)
    assert (tmp_path / "tiny-q8_0.gguf").read_text() == "mine"


def test_a_part_of_an_older_version_is_not_continued(client, hub, tmp_path):
    repository = client.repository("me/tiny")
    part_of(tmp_path, repository.models[0].files[0]).write_bytes(CONTENT[:1000])
    hub.files["tiny-q8_0.gguf"] = hub.sent["tiny-q8_0.gguf"] = CONTENT[::-1]
    assert get(client, tmp_path).read_bytes() == CONTENT[::-1]
    assert hub.ranges == [0]


def test_the_disk_is_looked_at_before_the_first_byte(client, hub, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: namedtuple("Usage", "free")(1_000_000))
    with pytest.raises(DownloadTrouble, match=r"3\.1 MB are needed .* 1\.0 MB are free"):
        get(client, tmp_path)
    assert hub.ranges == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_disk_that_fills_up_is_told(client, tmp_path, monkeypatch):
    part = tmp_path / "part"
    part.symlink_to("/dev/full")
    monkeypatch.setattr(model_download, "part_of", lambda folder, file: part)
    with pytest.raises(DownloadTrouble, match=r"disk of .* is full"):
        get(client, tmp_path)


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (401, "", "private"),
        (404, "RepoNotFound", "no repository me/tiny"),
        (403, "GatedRepo", "accept its licence"),
        (403, "", "refuses the token"),
        (500, "", "answers 500"),
        (429, "", "slow down"),
    ],
)
def test_a_repository_that_is_not_given_is_explained(client, hub, status, error, said):
    hub.status, hub.error = status, error
    with pytest.raises(DownloadTrouble, match=said):
        client.repository("me/tiny")


def test_a_file_that_is_gone_is_explained(client, hub, tmp_path):
    hub.sent.clear()
    with pytest.raises(DownloadTrouble, match="no longer in me/tiny"):
        get(client, tmp_path)


def test_a_hub_that_is_not_there_is_explained(tmp_path):
    with pytest.raises(DownloadTrouble, match="cannot be reached"):
        ModelHub("http://127.0.0.1:9").repository("me/tiny")


@pytest.mark.parametrize("id", ["tiny", "a/b/c", "me/..%2f", "me/tiny?x=1", "\x1b[2J/x"])
def test_a_repository_that_is_none_is_refused_before_asking(client, hub, id):
    with pytest.raises(DownloadTrouble, match="owner/name"):
        client.repository(id)
    assert hub.tokens == []
