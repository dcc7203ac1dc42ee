"""What Xero really sent, down in the tables of both databases: public captures (sources in `xero/captures/`)."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import httpx
import pytest

from xero_pipeline.sync.reports import sync_report
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.xero.reports.catalogue import report_named
from xero_pipeline_tests.databases import a_database, at
from xero_pipeline_tests.sync.conftest import OURS, TENANT
from xero_pipeline_tests.xero.test_captures import capture, lines, number, said

SIDES = "debit, credit, ytd_debit, ytd_credit"


@pytest.fixture(params=["duckdb", "postgresql"])
def books(request):
    if request.param == "duckdb":
        return request.getfixturevalue("warehouse")
    server = request.getfixturevalue("postgresql_server")
    name = a_database(server, request.getfixturevalue("postgresql_template"))
    return Warehouse(at(server, name))


@pytest.fixture
def kept(talk, books):
    """The rows of the newest month of a report whose answer is a capture, and what of it nobody knew."""

    def rows(name, file, months, columns):
        tally, client = talk(lambda _: httpx.Response(200, content=json.dumps({"Reports": [capture(file)]})))
        report = report_named(name)
        (batch,) = sync_report(client, books, TENANT, report, months, tally=tally, now=lambda: OURS)
        assert sorted(batch.rows) == sorted(months)
        newest = f"SELECT account_name, account_id, {columns} FROM xero.{report.table} WHERE period_start = :month"
        found = books.query(f"{newest} ORDER BY position", {"month": max(months)}).to_pylist()
        drift = books.query("SELECT kind, path, value FROM xero.schema_drift").to_pylist()
        return [tuple(row.values()) for row in found], drift

    return rows


@pytest.mark.parametrize(
    ("file", "month"), [("trial_balance_au_2011", date(2011, 3, 1)), ("trial_balance_2019", date(2019, 4, 1))]
)
def test_a_real_trial_balance_is_in_its_table_to_the_cent(kept, file, month):
    found, drift = kept("trial_balance", file, [month], SIDES)
    rows = said(capture(file)["Rows"])
    assert found == [(label, account, *map(number, figures)) for label, account, figures in rows]
    assert drift == []


@pytest.mark.parametrize(
    ("file", "months"),
    [
        ("balance_sheet_uk_2020", [date(2020, 1, 1)]),
        ("balance_sheet_uk_2021", [date(2021, 2, 1)]),
        ("balance_sheet_nz_2019", [date(2019, month, 1) for month in (2, 3, 4)]),
    ],
)
def test_a_real_balance_sheet_is_in_its_table_to_the_cent(kept, file, months):
    found, drift = kept("balance_sheet", file, months, "amount")
    assert [line for line in found if line[2]] == [line for line in lines(capture(file), 0) if line[2]]
    assert drift == []


def test_a_real_bank_summary_is_in_its_table_to_the_cent(kept):
    columns = "opening_balance, cash_received, cash_spent, closing_balance"
    found, drift = kept("bank_summary", "bank_summary_au_2019", [date(2019, 4, 1)], columns)
    *accounts, _total = said(capture("bank_summary_au_2019")["Rows"])
    assert found == [(label, account, *map(number, figures)) for label, account, figures in accounts]
    assert sum(row[-1] for row in found) == Decimal("10.00")
    assert drift == []
