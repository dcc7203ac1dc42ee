"""Report rows, on both databases: a period becomes what Xero answered; an equal answer changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from xero_pipeline.warehouse.load.merge import Merged
from xero_pipeline.warehouse.progress.report_checks import Checked, forget_digests, newest_pulls, note_checked
from xero_pipeline.warehouse.schema.arrow_types import table_schema
from xero_pipeline.warehouse.store import ReportPull
from xero_pipeline_tests.warehouse.answers import FIRST, LATER, TENANT

JANUARY = (date(2026, 1, 1), date(2026, 1, 31))
FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))


def lines(period, *amounts, synced_at=FIRST, basis="accrual"):
    return [
        {
            "tenant_id": TENANT,
            "period_start": period[0],
            "period_end": period[1],
            "basis": basis,
            "position": position,
            "section": "Income",
            "line_type": "account",
            "account_id": f"account {position}",
            "account_name": "Sales",
            "amount": Decimal(amount),
            "synced_at": synced_at,
        }
        for position, amount in enumerate(amounts, start=1)
    ]


def table(*rows):
    return pa.Table.from_pylist(
        [row for some in rows for row in some], schema=table_schema("profit_and_loss", "reports")
    )


def pull(period, at=FIRST, raw='{"Reports": [1.10]}', basis="accrual"):
    return ReportPull(TENANT, "profit_and_loss", basis, *period, fetched_at=at, raw=raw)


@pytest.fixture
def loaded(warehouse):
    rows = table(lines(JANUARY, "1.10", "2.20", "3.30"), lines(FEBRUARY, "5"))
    assert warehouse.replace_reports("profit_and_loss", rows, [pull(JANUARY), pull(FEBRUARY)]) == Merged(inserted=4)
    return warehouse


def stored(warehouse):
    sql = "SELECT period_start, position, amount, synced_at FROM xero.profit_and_loss ORDER BY period_start, position"
    return [tuple(row.values()) for row in warehouse.query(sql).to_pylist()]


def pulls(warehouse):
    sql = "SELECT period_start, fetched_at, checked_at, raw FROM xero.report_pulls ORDER BY period_start, fetched_at"
    return [tuple(row.values()) for row in warehouse.query(sql).to_pylist()]


def test_an_equal_answer_leaves_the_rows_and_is_noted_as_checked(loaded):
    before = stored(loaded)
    again = table(lines(JANUARY, "1.10", "2.20", "3.30", synced_at=LATER))
    assert loaded.replace_report("profit_and_loss", again, pull(JANUARY, LATER, '{"run": 2}')) == Merged(unchanged=3)
    assert stored(loaded) == before
    assert pulls(loaded) == [
        (JANUARY[0], FIRST, LATER, '{"Reports": [1.10]}'),
        (FEBRUARY[0], FIRST, FIRST, '{"Reports": [1.10]}'),
    ]


def test_a_restated_month_is_replaced_and_both_answers_are_kept(loaded):
    changed = table(lines(JANUARY, "1.10", "9.99", synced_at=LATER))
    merged = loaded.replace_report("profit_and_loss", changed, pull(JANUARY, LATER, '{"run": 2}'))
    assert merged == Merged(updated=1, unchanged=1, removed=1)
    assert stored(loaded) == [
        (JANUARY[0], 1, Decimal("1.1000"), FIRST),
        (JANUARY[0], 2, Decimal("9.9900"), LATER),
        (FEBRUARY[0], 1, Decimal("5.0000"), FIRST),
    ]
    assert [row[1:] for row in pulls(loaded)[:2]] == [
        (FIRST, FIRST, '{"Reports": [1.10]}'),
        (LATER, LATER, '{"run": 2}'),
    ]


def test_after_a_restatement_an_equal_answer_checks_the_newer_one_only(loaded):
    newest = LATER + timedelta(days=1)
    for at in (LATER, newest):
        loaded.replace_report("profit_and_loss", table(lines(JANUARY, "7", synced_at=at)), pull(JANUARY, at))
    assert [row[1:3] for row in pulls(loaded)[:2]] == [(FIRST, FIRST), (LATER, newest)]


def test_an_empty_month_empties_only_itself(loaded):
    assert loaded.replace_report("profit_and_loss", table(), pull(JANUARY, LATER)) == Merged(removed=3)
    assert [row[0] for row in stored(loaded)] == [FEBRUARY[0]]


def test_a_month_without_rows_is_noted_too(warehouse):
    warehouse.replace_report("profit_and_loss", table(), pull(JANUARY))
    warehouse.replace_report("profit_and_loss", table(), pull(JANUARY, LATER))
    assert [row[1:3] for row in pulls(warehouse)] == [(FIRST, LATER)]


def test_the_cash_report_does_not_touch_the_accrual_report(loaded):
    cash = table(lines(JANUARY, "4", basis="cash"))
    assert loaded.replace_report("profit_and_loss", cash, pull(JANUARY, basis="cash")) == Merged(inserted=1)
    assert len(stored(loaded)) == 5


def test_months_that_are_as_they_were_are_noted_together_on_their_newest_answer(loaded):
    loaded.replace_reports(
        "profit_and_loss", table(lines(JANUARY, "9", synced_at=LATER)), [replace(pull(JANUARY, LATER), digest="new")]
    )
    at = LATER + timedelta(days=1)
    months = [JANUARY[0], FEBRUARY[0]]
    with loaded.writing() as connection:
        newest = {month: (fetched, digest) for _, month, fetched, digest in found(connection, months)}
        assert newest == {JANUARY[0]: (LATER, "new"), FEBRUARY[0]: (FIRST, None)}
        checked = [Checked(TENANT, month, fetched, at) for month, (fetched, _) in newest.items()]
        note_checked(connection, "profit_and_loss", "accrual", checked)
        forget_digests(connection, TENANT, "profit_and_loss")
        assert {digest for *_, digest in found(connection, months)} == {None}
    rows = loaded.query("SELECT fetched_at, checked_at FROM xero.report_pulls ORDER BY period_start, fetched_at")
    assert [tuple(row.values()) for row in rows.to_pylist()] == [(FIRST, FIRST), (LATER, at), (FIRST, at)]


def test_a_month_of_which_somebody_has_brought_a_newer_answer_is_not_noted_as_checked(loaded):
    loaded.replace_reports("profit_and_loss", table(lines(JANUARY, "9", synced_at=LATER)), [pull(JANUARY, LATER)])
    with loaded.writing() as connection:
        at = LATER + timedelta(days=1)
        note_checked(connection, "profit_and_loss", "accrual", [Checked(TENANT, JANUARY[0], FIRST, at)])
    rows = loaded.query("SELECT checked_at FROM xero.report_pulls ORDER BY period_start, fetched_at")
    assert [row["checked_at"] for row in rows.to_pylist()] == [FIRST, LATER, FIRST]


def found(connection, months):
    return newest_pulls(connection, "profit_and_loss", "accrual", [TENANT, "another"], months)
