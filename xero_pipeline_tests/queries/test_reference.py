"""The page of the built-in queries is made from their files and kept up to date with them."""

from __future__ import annotations

from pathlib import Path

from xero_pipeline.queries.reference import markdown

PAGE = Path(__file__).parents[2] / "docs" / "queries.md"


def test_the_page_in_docs_is_up_to_date():
    again = "run: python -m xero_pipeline.queries.reference > docs/queries.md"
    assert PAGE.read_text(encoding="utf-8") == markdown(), again
