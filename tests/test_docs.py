"""The pages that are written from the program's tables are those of today."""

import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = runpy.run_path(str(DOCS / "write_tables.py"))["PAGES"]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_tables_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run: python docs/write_tables.py"
