"""What changed in locked months stays open until the old figures are back, or a person accepts the new ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from xero_pipeline.sync.locked.period_changes import open_changes, open_changes_in
from xero_pipeline.warehouse.accepted_months import accept, newest_changes
from xero_pipeline.warehouse.schema.arrow_types import table_schema
from xero_pipeline.warehouse.store import ReportPull
from xero_pipeline_tests.sync.conftest import TENANT
from xero_pipeline_tests.warehouse.answers import envelope, tables_of

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
PULLED = datetime(2026, 3, 5, 5, tzinfo=UTC)
DAY = timedelta(days=1)


class Books:
    """One organisation of a warehouse; every answer comes a day after the one before."""

    def __init__(self, warehouse):
        self.warehouse, self.now = warehouse, PULLED

    def lock(self, until: date | None):
        self.now += DAY
        locked = f"/Date({(until - date(1970, 1, 1)).days * 86_400_000}+0000)/" if until else None
        body = envelope({"OrganisationID": TENANT, "Name": "Kowhai", "PeriodLockDate": locked}, wrapper="Organisations")
        told = {"wrapper": "Organisations", "tenant_id": TENANT, "synced_at": self.now}
        self.warehouse.merge(tables_of("organisations", [body], **told))

    def say(self, sales, *, month=JANUARY, basis="accrual"):
        self.now += DAY
        row = {
            "tenant_id": TENANT,
            "period_start": month,
            "period_end": month.replace(day=28),
            "basis": basis,
            "position": 1,
            "section": "Income",
            "line_type": "account",
            "account_id": "200",
            "account_name": "Sales",
            "amount": Decimal(sales),
            "synced_at": self.now,
        }
        rows = pa.Table.from_pylist([row], schema=table_schema("profit_and_loss", "reports"))
        period = (month, row["period_end"])
        pull = ReportPull(TENANT, "profit_and_loss", basis, *period, fetched_at=self.now, raw="{}")
        self.warehouse.replace_report("profit_and_loss", rows, pull)

    def accept(self, until=None):
        self.now += DAY
        with self.warehouse.reading() as connection:
            until, changes = until or newest_changes(connection), open_changes_in(connection)
        return accept(self.warehouse, changes, "agreed with the auditor", by="Ada", at=self.now, until=until)

    @property
    def open(self):
        return [(c.period_start, c.before, c.after, c.difference) for c in open_changes(self.warehouse)]


@pytest.fixture
def books(warehouse):
    books = Books(warehouse)
    books.lock(date(2026, 2, 28))
    books.say("100")
    return books


def test_a_change_in_a_locked_month_is_told_with_what_a_person_needs_to_find_it(books):
    until = books.now
    books.say("130.50")

    (change,) = open_changes(books.warehouse)
    assert (change.organisation, change.report, change.section, change.label) == (
        "Kowhai",
        "profit_and_loss",
        "Income",
        "Sales",
    )
    assert (change.before, change.after, change.difference) == (Decimal(100), Decimal("130.5"), Decimal("30.5"))
    assert (change.unchanged_until, change.seen_at, change.lock_date) == (until, books.now, date(2026, 2, 28))


def test_a_change_in_an_open_month_is_not_among_them(books):
    books.lock(date(2025, 12, 31))
    books.say("100")
    books.say("130.50")

    assert books.open == []


def test_the_old_figure_settles_it_in_whatever_steps_it_comes_back(books):
    books.say("130")
    books.say("120")
    assert books.open == [(JANUARY, Decimal(100), Decimal(120), Decimal(20))]
    books.say("100")
    assert books.open == []


def test_the_old_figure_settles_it_even_when_the_lock_was_lifted_to_put_it_back(books):
    books.say("130")
    books.lock(None)
    books.say("130")
    books.say("100")

    assert books.open == []


def test_a_person_settles_a_month_and_what_changes_later_is_open_again(books):
    books.say("50", month=FEBRUARY)
    books.say("130")
    books.say("60", month=FEBRUARY)
    assert books.accept() == 2
    assert books.open == []

    books.say("131")
    assert books.open == [(JANUARY, Decimal(130), Decimal(131), Decimal(1))]
    rows = books.warehouse.query("select period_start, note from xero.accepted_changes order by 1").to_pylist()
    assert [row["note"] for row in rows] == ["agreed with the auditor"] * 2


def test_what_was_seen_to_change_after_it_was_shown_stays_open(books):
    books.say("50", month=FEBRUARY)
    books.say("60", month=FEBRUARY)
    shown = {TENANT: books.now}
    books.say("130")
    assert books.accept(shown) == 1
    assert [month for month, *_ in books.open] == [JANUARY]


def test_what_was_undone_is_settled_with_the_rest_of_its_month(books):
    books.say("10", basis="cash")
    books.say("11", basis="cash")
    books.say("130")
    books.say("100")
    assert books.accept() == 1
    assert books.open == []


def test_every_basis_is_told_apart(books):
    books.say("10", basis="cash")
    books.say("11", basis="cash")

    assert [(change.basis, change.difference) for change in open_changes(books.warehouse)] == [("cash", Decimal(1))]
