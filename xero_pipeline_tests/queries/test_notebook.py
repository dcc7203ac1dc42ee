"""In a notebook the books are pandas frames whose amounts are exact, and opening them loads nothing heavy."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from decimal import Decimal

import pandas as pd
import pytest

from xero_pipeline.errors import ConfigurationError, QueryRefused
from xero_pipeline.notebook import Books, open_warehouse


@pytest.fixture
def notebook(books):
    return Books(books)


def test_a_frame_has_decimals_days_and_instants(notebook):
    frame = notebook.frame(
        "select total, date, updated_date_utc, is_deleted from invoices where total > :least", least=1000
    )
    assert isinstance(frame.total.iloc[0], Decimal)
    assert isinstance(frame.date.iloc[0], dt.date)
    assert frame.updated_date_utc.dtype == pd.DatetimeTZDtype("us", "UTC")
    assert frame.is_deleted.dtype == bool
    assert frame.total.sum() == notebook.frame("select sum(total) as n from invoices where total > 1000").n[0]


def test_a_frame_without_rows_has_its_columns(notebook):
    assert list(notebook.frame("select total, sum(total) as n from invoices where 1 = 0 group by 1").columns) == [
        "total",
        "n",
    ]


def test_a_whole_table_and_a_ready_query_are_one_word(notebook):
    assert len(notebook.table("accounts")) == len(notebook.table("xero.accounts")) > 0
    frame = notebook.ready("aged_receivables", day=dt.date(2000, 1, 1))
    assert (len(frame), frame.columns[0]) == (0, "organisation")
    assert notebook.questions()["cash"].startswith("What is in each bank account")
    with pytest.raises(QueryRefused):
        notebook.frame("delete from xero.accounts")


def test_a_home_or_an_address_can_be_named(on_duckdb, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XERO_WAREHOUSE_URL", "duckdb:////nowhere/books.duckdb")
    path = on_duckdb.dialect.path
    assert len(open_warehouse(url=f"duckdb:///{path}").table("accounts")) > 0
    assert len(open_warehouse(home=path.parent).table("accounts")) > 0
    with pytest.raises(ConfigurationError, match="There is no warehouse yet"):
        open_warehouse().table("accounts")


def test_importing_it_loads_no_heavy_library():
    heavy = "{'pandas', 'pyarrow', 'duckdb', 'sqlalchemy', 'dagster'}"
    code = f"import sys, xero_pipeline.notebook; print({heavy} & set(sys.modules) or '')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
