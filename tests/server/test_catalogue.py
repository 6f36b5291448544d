import re

from hat_tui.server.catalogue import CATALOGUE


def test_every_entry_can_be_downloaded_and_has_a_source():
    for entry in CATALOGUE:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+", entry.repository), entry.name
        assert entry.file
        assert entry.source
        assert entry.trained_context % 1024 == 0
    assert len({entry.repository for entry in CATALOGUE}) == len(CATALOGUE)


def test_the_articles_models_are_there_and_none_is_larger_than_3b():
    repositories = " ".join(entry.repository.lower() for entry in CATALOGUE)
    assert all(name in repositories for name in ("h2o-danube-1.8b-chat", "gemma-2b-it", "cosmo-1b", "tinyllama-1.1b"))
    sizes = [float(entry.parameters[:-1]) / (1000 if entry.parameters.endswith("M") else 1) for entry in CATALOGUE]
    assert max(sizes) < 3
    assert sizes == sorted(sizes)
