"""A metric says in its head what it means, in the same words on the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from xero_pipeline.metrics.definitions import metric, metric_sql, names, needs_ledger
from xero_pipeline.metrics.reference import markdown

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"


def test_the_page_in_docs_is_up_to_date():
    again = "run: python -m xero_pipeline.metrics.reference > docs/metrics.md"
    assert PAGE.read_text(encoding="utf-8") == markdown(), again


@pytest.mark.parametrize("name", names())
def test_its_head_says_what_people_ask(name):
    one = metric(name)
    assert {"means", "row", "signs", "currency", "leaves out", "proof", "shown"} <= one.said.keys()
    assert one.title and all(words.endswith(".") for words in one.said.values())
    assert f"## {name}\n\n**{one.title}.** {one.said['means']}" in markdown()


def test_the_head_is_no_part_of_the_query_and_what_is_open_needs_no_ledger():
    sql = metric_sql("duckdb", "receivables", "select 1")
    assert sql.startswith("select")
    assert [name for name in names() if not needs_ledger(name)] == [
        "budget", "payables", "prepayments", "profit_on_cash_basis", "receivables", "tax"
    ]  # fmt: skip


def test_a_name_that_is_none_is_refused():
    with pytest.raises(KeyError, match="no metric profits"):
        metric_sql("duckdb", "profits", "select 1")
