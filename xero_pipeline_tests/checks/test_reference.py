"""The page of the checks is made from their files, and the check that it shows is one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from xero_pipeline.checks.catalogue import books_checks
from xero_pipeline.checks.reference import EXAMPLE, markdown

PAGE = Path(__file__).parents[2] / "docs" / "checks.md"


def test_the_page_in_docs_is_up_to_date():
    again = "run: python -m xero_pipeline.checks.reference > docs/checks.md"
    assert PAGE.read_text(encoding="utf-8") == markdown(), again


def test_the_check_that_the_page_shows_finds_what_it_says(books, tmp_path):
    (tmp_path / "large_bills.sql").write_text(EXAMPLE)
    books.checks = books_checks(tmp_path)
    books.document("invoices", "large", "2026-11-02", total=Decimal(10001), has_attachments=False)
    books.document("invoices", "with receipt", "2026-11-02", total=Decimal(10002), has_attachments=True)
    books.document("invoices", "small", "2026-11-02", total=Decimal(10000), has_attachments=False)
    books.ask()
    assert books.found("large_bills").keys() == {"large"}
    assert not books.states()["large_bills"].problem
