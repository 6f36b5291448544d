"""`hat-tui models`: what is worth a try, and names that are shown."""

import argparse
import sys
from pathlib import Path

import pytest
from gguf_maker import tiny_model

from hat_tui import subcommands
from hat_tui.adapters.settings_file import Settings
from hat_tui.server.catalogue import CATALOGUE
from hat_tui.shell import models


def test_models_worth_a_try_are_listed_with_their_sizes_and_how_to_get_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = argparse.Namespace(do="get", repository=None, wanted="", json=False)
    assert subcommands.models(Settings(models_dir=tmp_path), options) == 0
    told = capsys.readouterr().out
    for model in CATALOGUE:
        assert f"  hat-tui models get {model.repository} {model.file}\n" in told
        assert model.about in told
    assert "SmolLM2 360M Instruct        360M  0.4 GB  apache-2.0  " in told
    assert max(map(len, told.splitlines())) <= 80


def test_what_does_not_fit_into_memory_is_marked_and_what_is_missing_told(capsys: pytest.CaptureFixture[str]) -> None:
    models.offered(CATALOGUE, 1_200_000_000, can_download=False)
    lines = {line.partition("  ")[0]: line for line in capsys.readouterr().out.splitlines()}
    assert lines["SmolLM2 360M Instruct"].endswith("  fits")
    assert lines["LFM2 1.2B"].endswith("  too big")
    assert "Memory is compared with the 1.2 GB that are free now." in lines
    assert "Downloading needs the extra: pip install 'hat-tui[hub]'." in lines


@pytest.mark.skipif(sys.platform == "win32", reason="no such name can be there")
def test_the_name_of_a_model_file_controls_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tiny_model(tmp_path / "z\x1b]0;owned\x07.gguf")
    for name in ("owned", "elsewhere"):
        subcommands.models(Settings(models_dir=tmp_path), argparse.Namespace(do="show", name=name, json=False))
    said = capsys.readouterr()
    assert f"{tmp_path}/z␛]0;owned␇.gguf" in said.out
    assert "There is no model “elsewhere”." in said.err
    assert not set("\x1b\x07") & set(said.out + said.err)
