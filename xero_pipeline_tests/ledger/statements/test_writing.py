"""The tables say of every month what the functions say of it, and hold one organisation's months and nothing else."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

import pytest
from sqlalchemy import text

from xero_pipeline.ledger.statements.aged import aged
from xero_pipeline.ledger.statements.balance_sheet import balance_sheet
from xero_pipeline.ledger.statements.bank_summary import bank_summary
from xero_pipeline.ledger.statements.budget import budget_variance
from xero_pipeline.ledger.statements.cash import cash_movement
from xero_pipeline.ledger.statements.monthly_tables import TABLES, write_statements
from xero_pipeline.ledger.statements.open_records import read_records
from xero_pipeline.ledger.statements.profit_and_loss import profit_and_loss
from xero_pipeline.ledger.statements.trial_balance import trial_balance
from xero_pipeline_tests.ledger.statements.conftest import FIRST
from xero_simulator.values.days import month_end

MONTHS = [FIRST, dt.date(2028, 2, 1), dt.date(2028, 7, 1)]
OF_RANGES = {
    "profit_and_loss": profit_and_loss,
    "bank_summary": bank_summary,
    "cash_movement": cash_movement,
    "budget_variance": budget_variance,
}


def write(connection, warehouse, tenant_id, months=None):
    read_records(connection, tenant_id)
    return write_statements(connection, warehouse.dialect, tenant_id, months)


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def written(request, companies):
    warehouse = request.getfixturevalue(f"filled_{request.param}")
    counts = {}
    with warehouse.writing() as connection:
        for company in companies:
            for months in ([dt.date(2027, 12, 1)], MONTHS):  # the second time stands
                counts[company.tenant_id] = write(connection, warehouse, company.tenant_id, months)
    return warehouse, counts


@pytest.fixture
def reader(written):
    with written[0].reading() as connection:
        yield connection


def rows(connection, table, tenant_id, where="TRUE"):
    sql = f"SELECT * FROM ledger.{table} WHERE tenant_id = :tenant_id AND {where}"
    return [dict(row) for row in connection.execute(text(sql), {"tenant_id": tenant_id}).mappings()]


def same(table_rows, lines, **more):
    """Whether rows say what lines say, in any order."""
    expected = [{**more, **asdict(line)} for line in lines]
    assert len(table_rows) == len(expected)
    for row in expected:
        assert row in table_rows


@pytest.mark.parametrize("index", [0, 1, 2])
def test_the_tables_say_what_the_functions_say(reader, companies, index):
    tenant_id = companies[index].tenant_id
    for month in MONTHS:
        end = month_end(month)
        more = {"tenant_id": tenant_id, "period_start": month, "period_end": end}
        where = f"period_start = DATE '{month}'"
        stored = {table: rows(reader, table, tenant_id, where) for table in TABLES if not table.startswith("aged")}
        for table, function in OF_RANGES.items():
            same(stored[table], function(reader, tenant_id, month, end), **more)
        same(stored["trial_balance"], trial_balance(reader, tenant_id, end), **more)
        same(stored["balance_sheet"], balance_sheet(reader, tenant_id, end), **more)


def test_aged_tables_stand_for_month_ends_and_the_newest_day(reader, companies):
    tenant_id = companies[0].tenant_id
    newest = max(posting.date for posting in companies[0].postings)
    days = {month_end(month) for month in MONTHS} | {newest}
    for table, side in (("aged_receivables", "receivables"), ("aged_payables", "payables")):
        stored = rows(reader, table, tenant_id)
        assert {row["as_of"] for row in stored} == days
        for day in days:
            mine = [row for row in stored if row["as_of"] == day]
            same(mine, aged(reader, tenant_id, side, day), tenant_id=tenant_id)


def test_only_the_months_that_were_asked_for_are_there_and_counted(written, reader, companies):
    for company in companies:
        counts = written[1][company.tenant_id]
        stored = {table: rows(reader, table, company.tenant_id) for table in TABLES}
        assert {table: len(found) for table, found in stored.items()} == counts
        assert all(counts.values())
        assert {row["period_start"] for row in stored["profit_and_loss"]} == set(MONTHS)


def test_without_months_nothing_is_left_of_that_organisation_alone(written, companies):
    warehouse, _ = written
    gone, stays = companies[2].tenant_id, companies[1].tenant_id
    with warehouse.writing() as connection:
        assert set(write(connection, warehouse, gone, []).values()) == {0}
        assert [len(rows(connection, table, gone)) for table in TABLES] == [0] * len(TABLES)
        assert rows(connection, "trial_balance", stays)
        write(connection, warehouse, gone, MONTHS)


def test_no_word_of_months_means_all_that_have_journals(written, companies):
    warehouse, _ = written
    tenant_id = companies[2].tenant_id
    days = {posting.date.replace(day=1) for posting in companies[2].postings}
    with warehouse.writing() as connection:
        write(connection, warehouse, tenant_id)
        found = rows(connection, "profit_and_loss", tenant_id)
        write(connection, warehouse, tenant_id, MONTHS)
    assert {row["period_start"] for row in found} >= days
    assert min(days) == min(row["period_start"] for row in found)
