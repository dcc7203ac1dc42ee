"""What changed in closed months, on both databases: found once, with its amounts and instants, and adding up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xero_pipeline.sync.aged_reports import aged_calls
from xero_pipeline.sync.locked.period_changes import open_changes
from xero_pipeline.warehouse.accepted_months import accept, newest_changes
from xero_pipeline.warehouse.load.restatements import labels, measures
from xero_pipeline.warehouse.schema.arrow_types import table_schema
from xero_pipeline.warehouse.schema.catalogue import all_tables
from xero_pipeline.warehouse.store import ReportPull
from xero_pipeline_tests.warehouse.answers import TENANT, envelope, tables_of

pytestmark = pytest.mark.slow

JANUARY = (date(2026, 1, 1), date(2026, 1, 31))
FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))
OVER = {
    "NEWZEALANDSTANDARDTIME": datetime(2026, 1, 31, 11, 0, tzinfo=UTC),
    "ALASKANSTANDARDTIME": datetime(2026, 2, 1, 9, 0, tzinfo=UTC),
    None: datetime(2026, 2, 1, 0, 0, tzinfo=UTC),
}
"""When January was over, by Xero's name of the time zone; where none is known it is that of UTC."""
FIRST = datetime(2026, 2, 3, 5, 0, tzinfo=UTC)
CHECKED, SEEN = FIRST + timedelta(days=1), FIRST + timedelta(days=2)


def lines(amounts, period=JANUARY, tenant=TENANT):
    """Account lines and their total, as a profit and loss has them; a name with a star is renamed since."""
    rows = [
        {
            "section": "Income",
            "line_type": "account",
            "account_id": name.rstrip("*"),
            "account_name": name,
            "amount": amount,
        }
        for name, amount in amounts.items()
    ]
    total = sum(map(Decimal, amounts.values()), Decimal(0))
    rows.append({"section": "Income", "line_type": "total", "account_name": "Total Income", "amount": total})
    return [
        {"tenant_id": tenant, "period_start": period[0], "period_end": period[1], "basis": "accrual", "synced_at": SEEN}
        | {"account_id": None, **row, "position": position, "amount": Decimal(row["amount"])}
        for position, row in enumerate(rows, start=1)
    ]


def answer(warehouse, at, amounts, *, period=JANUARY, tenant=TENANT, basis="accrual"):
    rows = [row | {"basis": basis} for row in lines(amounts, period, tenant)]
    table = pa.Table.from_pylist(rows, schema=table_schema("profit_and_loss", "reports"))
    warehouse.replace_report(
        "profit_and_loss", table, ReportPull(tenant, "profit_and_loss", basis, *period, fetched_at=at, raw="{}")
    )


def seen(warehouse, *columns, where="line_type = 'account'"):
    names = ", ".join(columns or ("account_name", "change", "amount_before", "amount_after", "difference"))
    rows = warehouse.query(f"select {names} from xero.restatements where {where} order by seen_at, account_name")
    return [tuple(row.values()) for row in rows.to_pylist()]


def test_a_changed_figure_of_a_closed_month_is_told_once_with_its_amounts_and_instants(warehouse):
    answer(warehouse, FIRST, {"Sales": "100", "Rent": "-40"})
    answer(warehouse, CHECKED, {"Sales": "100", "Rent": "-40"})
    answer(warehouse, SEEN, {"Sales": "130.50", "Rent": "-40"})
    answer(warehouse, SEEN + timedelta(days=1), {"Sales": "130.50", "Rent": "-40"})

    told = ("account_id", "measure", "amount_before", "amount_after", "difference")
    assert seen(warehouse, *told, where="true") == [
        ("Sales", "amount", Decimal("100"), Decimal("130.5"), Decimal("30.5")),
        (None, "amount", Decimal("60"), Decimal("90.5"), Decimal("30.5")),
    ]
    instants = ("answered_at", "unchanged_until", "seen_at")
    assert [tuple(at.astimezone(UTC) for at in row) for row in seen(warehouse, *instants)] == [(FIRST, CHECKED, SEEN)]


def test_a_line_that_is_not_there_says_nothing(warehouse):
    answer(warehouse, FIRST, {"Rent": "-40", "Stamps": "0"})
    answer(warehouse, SEEN, {"Sales": "5"})

    assert seen(warehouse) == [
        ("Rent", "vanished", Decimal(-40), Decimal(0), Decimal(40)),
        ("Sales", "appeared", Decimal(0), Decimal(5), Decimal(5)),
    ]


def test_a_line_that_moved_or_got_another_name_did_not_change(warehouse):
    answer(warehouse, FIRST, {"Rent": "-40", "Sales": "100"})
    answer(warehouse, SEEN, {"Advice": "1", "Rent*": "-40", "Sales*": "100"})

    assert [row[0] for row in seen(warehouse)] == ["Advice"]


def test_a_month_is_closed_when_it_was_asked_for_after_it_was_over_for_the_organisation(warehouse):
    for zone, over in OVER.items():
        for late, told in ((timedelta(seconds=-1), 0), (timedelta(0), 1)):
            tenant = f"{zone} {told}"
            known(warehouse, tenant, FIRST, Timezone=zone)
            answer(warehouse, FIRST - timedelta(days=9), {"Sales": "1"}, tenant=tenant)
            answer(warehouse, over + late, {"Sales": "1"}, tenant=tenant)
            answer(warehouse, SEEN, {"Sales": "2"}, tenant=tenant)
    answer(warehouse, OVER[None], {"Sales": "1"}, tenant="never read 1")
    answer(warehouse, SEEN, {"Sales": "2"}, tenant="never read 1")

    assert sorted(seen(warehouse, "tenant_id")) == [(f"{zone} 1",) for zone in sorted([*map(str, OVER), "never read"])]


def known(warehouse, tenant, at, **fields):
    """An organisation as it was read at an instant."""
    body = envelope({"OrganisationID": tenant, **fields}, wrapper="Organisations")
    warehouse.merge(tables_of("organisations", [body], wrapper="Organisations", tenant_id=tenant, synced_at=at))


def test_a_first_answer_restates_nothing_whatever_other_answers_there_are(warehouse):
    answer(warehouse, SEEN, {"Sales": "1"})
    answer(warehouse, SEEN, {"Sales": "2"}, period=FEBRUARY)
    answer(warehouse, SEEN, {"Sales": "3"}, basis="cash")
    answer(warehouse, SEEN, {"Sales": "4"}, tenant=str(uuid4()))

    assert seen(warehouse) == []


LOCKS = {
    "locked": ([("2026-01-31", None)], True),
    "locked by the end of the year": ([(None, "2026-02-15")], True),
    "a day is open": ([("2026-01-30", "2025-12-31")], False),
    "no lock": ([(None, None)], False),
    "nothing known": ([], False),
    "locked after the change": ([(None, None), ("2026-01-31", None)], False),
    "opened to make the change": ([("2026-01-31", None), (None, None)], True),
}


def test_a_month_was_locked_when_it_was_so_the_last_time_the_old_figure_was_seen(warehouse):
    for case, (locks, _) in LOCKS.items():
        for at, (period, year) in zip((FIRST - timedelta(days=30), SEEN - timedelta(hours=1)), locks, strict=False):
            known(warehouse, case, at, PeriodLockDate=day_of(period), EndOfYearLockDate=day_of(year))
        answer(warehouse, FIRST, {"Sales": "1"}, tenant=case)
        answer(warehouse, SEEN, {"Sales": "2"}, tenant=case)

    assert dict(seen(warehouse, "tenant_id", "was_locked")) == {case: locked for case, (_, locked) in LOCKS.items()}


def day_of(text):
    return None if text is None else f"/Date({date.fromisoformat(text).toordinal() * 86_400_000 - 62135683200000})/"


def test_what_is_open_in_locked_months_and_its_acceptance_are_asked_for_on_both_databases(warehouse):
    """The rules are tested in sync/test_locked.py."""
    known(warehouse, TENANT, FIRST, Name="Kowhai", PeriodLockDate=day_of("2026-01-31"))
    answer(warehouse, FIRST, {"Sales": "100"})
    answer(warehouse, SEEN, {"Sales": "130.50"})

    changes = open_changes(warehouse)
    assert [(c.organisation, c.words, c.difference) for c in changes] == [
        ("Kowhai", "Income, Sales", Decimal("30.5")),
        ("Kowhai", "Income, Total Income", Decimal("30.5")),
    ]
    with warehouse.reading() as connection:
        until = newest_changes(connection)
    assert accept(warehouse, changes, "agreed", by="Ada", at=SEEN + timedelta(days=1), until=until) == 1
    assert open_changes(warehouse) == []
    assert aged_calls(warehouse, TENANT, JANUARY[1]) == []


MONTHS = [(date(2025, m, 1), date(2025, m, 28)) for m in range(1, 13)]
some_amounts = st.dictionaries(st.sampled_from(["Sales", "Rent", "Fees"]), st.integers(-2, 2).map(lambda n: n * 7))


@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.lists(some_amounts, min_size=12, max_size=12), min_size=2, max_size=5))
def test_the_differences_of_a_line_add_up_to_its_last_figure_less_its_first(warehouse, answers):
    tenant = str(uuid4())
    for number, months in enumerate(answers):
        at = SEEN + timedelta(days=number)
        rows = [row for period, amounts in zip(MONTHS, months, strict=True) for row in lines(amounts, period, tenant)]
        warehouse.replace_reports(
            "profit_and_loss",
            pa.Table.from_pylist(rows, schema=table_schema("profit_and_loss", "reports")),
            [ReportPull(tenant, "profit_and_loss", "accrual", *p, fetched_at=at, raw="{}") for p in MONTHS],
        )
    found = warehouse.query(
        "select period_start, account_name, sum(difference) as d, min(abs(difference)) as least, "
        "count(*) as n, count(distinct seen_at) as times from xero.restatements "
        "where tenant_id = :tenant_id and line_type = 'account' group by 1, 2",
        {"tenant_id": tenant},
    ).to_pylist()

    sums = {(row["period_start"], row["account_name"]): row["d"] for row in found}
    for period, first, last in zip(MONTHS, answers[0], answers[-1], strict=True):
        for name in ("Sales", "Rent", "Fees"):
            assert sums.get((period[0], name), 0) == last.get(name, 0) - first.get(name, 0)
    assert all(row["least"] > 0 and row["n"] == row["times"] < len(answers) for row in found)


REPORTS = [
    table for table in all_tables() if table.role == "report" and {"period_start", "period_end"} <= set(table.key)
]


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_every_word_of_a_report_line_is_told_with_its_restatements(report):
    """Or it is a figure: a text beside the number it says, or a number of another period."""
    told = {column.name for column in (*measures(report), *labels(report))} | set(report.primary_key)
    figures = {
        name
        for column in report.columns
        if report.has(f"{column.name}_value")
        for name in (column.name, f"{column.name}_value")
    }

    assert measures(report)
    assert {column.name for column in report.columns} - told - figures == set()
