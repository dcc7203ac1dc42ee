"""Somebody changes a closed and locked month in Xero: which figures changed, by how much and since when is told."""

from __future__ import annotations

import datetime as dt
import shutil
from decimal import Decimal

import pytest

from xero_pipeline.sync.locked.period_changes import open_changes
from xero_pipeline.xero.reports.parse_statements import balance_sheet_rows, statement_rows
from xero_pipeline_tests.journeys.test_edits import FEBRUARY, JANUARY, MARCH, TODAY, Office
from xero_simulator.edits.documents import add_invoice
from xero_simulator.edits.records import lock_books

MONTHS = [JANUARY, FEBRUARY, MARCH]
REPORTS = ("profit_and_loss", "balance_sheet", "profit_and_loss_cash", "trial_balance", "bank_summary")


@pytest.fixture
def office(duckdb_template, tmp_path):
    shutil.copy(duckdb_template, tmp_path / "books.duckdb")
    office = Office(tmp_path)
    with office.warehouse.kept_open():
        yield office
    office.state.dispose()


def figures(office) -> dict[tuple[str, dt.date, str], Decimal]:
    """What Xero says of every account in every closed month."""
    found = {}
    for month, last in ((JANUARY, dt.date(2026, 1, 31)), (FEBRUARY, dt.date(2026, 2, 28))):
        asked = {"fromDate": month.isoformat(), "toDate": last.isoformat(), "date": last.isoformat()}
        for report, name, read in (
            ("profit_and_loss", "ProfitAndLoss", statement_rows),
            ("balance_sheet", "BalanceSheet", balance_sheet_rows),
        ):
            rows = read(office.company.report(name, asked | {"standardLayout": "true"}, TODAY), 0)
            found |= {(report, month, row.account_id): row.amount for row in rows if row.account_id}
    return found


def test_a_change_in_a_locked_month_is_told_account_by_account_as_xero_has_it(office):
    lock_books(office.company, dt.date(2026, 1, 31))
    office.sync("organisations")
    office.pull(MONTHS, *REPORTS)
    office.later()
    office.pull(MONTHS, *REPORTS)
    unchanged, before = office.now(), figures(office)

    add_invoice(office.company, office.later(), day=dt.date(2026, 1, 20), net=25_000)
    seen, after = office.later(), figures(office)
    office.pull(MONTHS, *REPORTS)
    office.later()
    office.pull(MONTHS, *REPORTS)

    rows = office.rows("select * from xero.restatements where line_type = 'account'")
    told = {
        (row["report"], row["period_start"], row["account_id"]): (row["amount_before"], row["amount_after"])
        for row in rows
        if row["report"] in {"profit_and_loss", "balance_sheet"} and row["basis"] == "accrual"
    }
    zero = Decimal(0)
    changed = {key for key in before | after if before.get(key, zero) != after.get(key, zero)}
    assert told == {key: (before.get(key, zero), after.get(key, zero)) for key in changed}
    assert ("profit_and_loss", JANUARY) in {key[:2] for key in changed}
    assert {row["period_start"] for row in rows} == {JANUARY, FEBRUARY}, (
        "the balances of February follow, March is open"
    )
    assert {(row["unchanged_until"], row["seen_at"]) for row in rows} == {(unchanged, seen)}
    assert not {row["report"] for row in rows} & {"bank_summary"}, "no money moved"

    locked = open_changes(office.warehouse)
    assert {change.period_start for change in locked} == {JANUARY}
    assert {(c.report, c.basis) for c in locked} == {
        (n, "accrual") for n in ("profit_and_loss", "balance_sheet", "trial_balance")
    }
