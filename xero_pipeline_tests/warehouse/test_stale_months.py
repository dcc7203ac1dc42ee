"""Which months of which reports are due, on both databases, against the rule written out in Python."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from xero_pipeline.calendar import months_between
from xero_pipeline.sync.reports_due import all_months_due
from xero_pipeline.sync.reports_stale import dated_tables, source_tables
from xero_pipeline.warehouse.schema.catalogue import table
from xero_pipeline.xero.reports.call_windows import month_by_month
from xero_pipeline.xero.reports.catalogue import reports
from xero_pipeline_tests.rows import insert

TODAY = date(2026, 5, 20)
START = date(2025, 11, 1)
MONTHS = months_between(START, TODAY)
NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
UNDATED = ["budgets", "accounts"]
TENANTS = [f"tenant-{number:02}" for number in range(20)]


def at(chance):
    return NOON - timedelta(hours=chance.choice([0, 1, 2, 3, 30, 200]))


def documents(chance):
    """Some documents of an organisation, now and then a budget or an account: table, month, when we learnt of it."""
    names = [*dated_tables(), *UNDATED]
    return [
        (chance.choice(names), chance.choice([date(2024, 1, 1), *MONTHS, date(2026, 6, 1)]), at(chance))
        for _ in range(chance.choice([0, 1, 1, 2, 6]))
    ]


def pulls(chance):
    """When each month of each report was pulled; some never, some twice."""
    return [
        (report, month, at(chance))
        for report in reports()
        for month in MONTHS
        for _ in range(chance.choices([0, 1, 2], [1, 12, 2])[0])
    ]


def expected(report, learnt, pulled):
    due = []
    for month in MONTHS:
        times = [when for one, of, when in pulled if (one.name, of) == (report.name, month)]
        changes = [when for name, day, when in learnt if name in source_tables(report) and reaches(report, day, month)]
        stale = times and any(when > max(times) for when in changes)
        days = (TODAY - max(times).date()).days if times else 0
        old = days > (28 if report.period_request.windows is month_by_month else 7)
        again = times and month in MONTHS[-2:] and rechecked(report, month, learnt, pulled, max(times))
        if not times or stale or old or again:
            due.append(month)
    return due


def rechecked(report, month, learnt, pulled, last):
    """Whether one of the newest months is due without a document."""
    days = (TODAY - last.date()).days
    balances = [fetched for one, of, _, fetched in answered(pulled) if (one.name, of) == ("trial_balance", month)]
    accounts = [when for name, _, when in learnt if name == "accounts"]
    match report.recheck:
        case "trial_balance" if balances:
            return days > 7 or any(when > last for when in [*balances, *accounts])
        case "weekly":
            return days > 7
        case _:
            return days > 0


def reaches(report, day, month):
    match report.staleness:
        case "budgets":
            return True
        case "month":
            return day == month
        case _:
            return day <= month


@pytest.fixture
def scenarios(warehouse):
    """Every organisation with a history of its own, in the warehouse and as lists."""
    chance = random.Random(7)
    made = {tenant: (documents(chance), pulls(chance)) for tenant in TENANTS}
    with warehouse.writing() as connection:
        for tenant, (learnt, _) in made.items():
            for number, (name, day, when) in enumerate(learnt):
                keys = dict.fromkeys(table(name).key, f"id-{number}")
                dated = {"date": day.replace(day=28)} if name not in UNDATED else {}
                insert(connection, f"xero.{name}", tenant_id=tenant, synced_at=when, is_deleted=False, **keys, **dated)
        rows = [row for tenant, (_, pulled) in made.items() for row in answers(tenant, pulled)]
        connection.exec_driver_sql(
            "insert into xero.report_pulls "
            "(tenant_id, report, basis, period_start, period_end, fetched_at, checked_at, "
            f"raw) values {', '.join(rows)}"
        )
    return made


def answered(pulled):
    """Each pull with when its answer came first."""
    for number, (report, month, when) in enumerate(pulled):
        yield report, month, when, when - timedelta(seconds=number)


def answers(tenant, pulled):
    for report, month, when, fetched in answered(pulled):
        yield f"('{tenant}', '{report.table}', '{report.basis}', '{month}', '{month}', '{fetched}', '{when}', '{{}}')"


def test_the_months_due_are_those_the_rule_says_for_all_together_and_for_each_alone(warehouse, scenarios):
    together = all_months_due(warehouse, TENANTS, reports(), at=NOON, start_date=START)
    rule = {
        tenant: {report: expected(report, learnt, pulled) for report in reports()}
        for tenant, (learnt, pulled) in scenarios.items()
    }
    assert together == rule
    assert any(months and months != MONTHS for due in rule.values() for months in due.values())
    for tenant in TENANTS[:5]:
        assert all_months_due(warehouse, [tenant], reports(), at=NOON, start_date=START)[tenant] == rule[tenant]
