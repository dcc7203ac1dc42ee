"""Today and this month are each organisation's own, whoever asks: here one in New Zealand beside one in Alaska."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from sqlalchemy import text

from xero_pipeline.calendar import months_between
from xero_pipeline.cli.commands.run import newest_profit
from xero_pipeline.cli.month_range import begun_months, months_to_backfill
from xero_pipeline.container import Services
from xero_pipeline.defs.assets.ledger import out_of_date
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.schema import upgrade_schema
from xero_pipeline.queries.catalogue import asking_ready, days_asked, names, ready_query
from xero_pipeline.settings import Settings
from xero_pipeline.sync.estimate.plan import reports_due
from xero_pipeline.sync.reports_due import all_months_due, first_month, months_due
from xero_pipeline.warehouse.schema.catalogue import table
from xero_pipeline.web.cached_read import CachedReads
from xero_pipeline.web.pages import figures_of
from xero_pipeline.xero.auth.organisations import Organisation
from xero_pipeline.xero.reports.catalogue import report_named, reports

pytestmark = pytest.mark.slow

KOWHAI, DENALI, MARS, NEW = "kowhai", "denali", "mars", "new"
ZONES = {KOWHAI: "NEWZEALANDSTANDARDTIME", DENALI: "ALASKANSTANDARDTIME", MARS: "SOUTHPOLESTANDARDTIME"}
START = date(2027, 12, 1)
NIGHT = datetime(2028, 2, 29, 11, 30, tzinfo=UTC)  # 1 March 00:30 in New Zealand, 29 February 02:30 in Alaska
EVENING = datetime(2028, 5, 1, 6, 0, tzinfo=UTC)  # 1 May 18:00 in New Zealand, 30 April 22:00 in Alaska
LAST_MONTHS = [
    (NIGHT, {KOWHAI: date(2028, 3, 1), DENALI: date(2028, 2, 1), MARS: date(2028, 2, 1), NEW: date(2028, 2, 1)}),
    (EVENING, {KOWHAI: date(2028, 5, 1), DENALI: date(2028, 4, 1), MARS: date(2028, 5, 1), NEW: date(2028, 5, 1)}),
]
BOTH = pytest.mark.parametrize(("at", "last"), LAST_MONTHS, ids=["night in New Zealand", "evening in Alaska"])


@pytest.fixture
def write(warehouse):
    def into(name, /, schema="xero", **values):
        with warehouse.writing() as connection:
            columns, marks = ", ".join(f'"{key}"' for key in values), ", ".join(f":{key}" for key in values)
            connection.execute(text(f"insert into {schema}.{name} ({columns}) values ({marks})"), values)

    return into


@pytest.fixture
def books(warehouse, write):
    """Organisations of three time zones, whose ledger has no row yet; `new` was never read."""
    with warehouse.writing() as connection:
        upgrade_schema(warehouse.dialect, connection)
    for tenant, zone in ZONES.items():
        write(
            "organisations", tenant_id=tenant, organisation_id=tenant, name=tenant.title(), timezone=zone,
            base_currency="USD", synced_at=NIGHT, is_deleted=False,
        )  # fmt: skip
    return warehouse


@pytest.fixture
def open_books(books):
    """For many questions, one after the other."""
    with books.kept_open():
        yield books


@pytest.fixture
def pulled(write):
    def of(tenant, *months, at, report="profit_and_loss"):
        for month in months:
            write(
                "report_pulls", tenant_id=tenant, report=report, basis="accrual", period_start=month,
                period_end=month.replace(day=28), fetched_at=at, checked_at=at, raw="{}",
            )  # fmt: skip

    return of


def organisation(tenant):
    return Organisation(tenant, tenant.title(), "connection", "consent", "connected", NIGHT)


@BOTH
def test_the_newest_month_that_is_due_is_the_organisations_own(books, at, last):
    due = all_months_due(books, list(last), reports(), at=at, start_date=START)
    for tenant, month in last.items():
        assert all(months == months_between(START, month) for months in due[tenant].values())
        assert months_due(books, tenant, "balance_sheet", at=at, start_date=START) == months_between(START, month)


@BOTH
def test_a_sync_pulls_no_month_that_the_organisation_has_not_begun(books, at, last):
    report = report_named("balance_sheet")
    with time_machine.travel(at.timestamp(), tick=False):
        for full in (True, False):
            for tenant, month in last.items():
                found = reports_due(books, tenant, [report], START, full=full)
                assert found == {report: months_between(START, month)}


def test_the_first_month_follows_the_organisations_financial_year(books, write):
    with books.writing() as connection:
        connection.execute(
            text("update xero.organisations set financial_year_end_month = 4, financial_year_end_day = 30")
        )
    due = all_months_due(books, [KOWHAI, DENALI], [report_named("balance_sheet")], at=EVENING, start_date=None)
    firsts = {tenant: months[0] for tenant, of in due.items() for months in of.values()}
    assert firsts == {KOWHAI: date(2026, 5, 1), DENALI: date(2025, 5, 1)}
    assert first_month(books, DENALI, date(2028, 4, 30), None) == firsts[DENALI]


# New Zealand's clocks go back on 2 April and forward on 24 September 2028, Alaska's on 5 November and 12 March.
MIDNIGHTS = [
    (KOWHAI, date(2028, 2, 29), datetime(2028, 2, 28, 11, tzinfo=UTC)),
    (KOWHAI, date(2028, 4, 3), datetime(2028, 4, 2, 12, tzinfo=UTC)),
    (KOWHAI, date(2028, 9, 25), datetime(2028, 9, 24, 11, tzinfo=UTC)),
    (DENALI, date(2028, 3, 12), datetime(2028, 3, 12, 9, tzinfo=UTC)),
    (DENALI, date(2028, 3, 13), datetime(2028, 3, 13, 8, tzinfo=UTC)),
    (DENALI, date(2028, 11, 6), datetime(2028, 11, 6, 9, tzinfo=UTC)),
    (MARS, date(2028, 3, 13), datetime(2028, 3, 13, tzinfo=UTC)),
    (NEW, date(2028, 3, 13), datetime(2028, 3, 13, tzinfo=UTC)),
]


def test_the_current_month_is_asked_for_again_from_the_organisations_midnight_on(open_books, pulled):
    second = timedelta(seconds=1)

    def told(tenant, month, at):
        due = months_due(open_books, tenant, "profit_and_loss", at=at, start_date=month)
        return tenant, at, due, out_of_date(open_books, [tenant], at, month)[tenant].get("profit_and_loss", set())

    for tenant, day, midnight in MIDNIGHTS:
        month, end = day.replace(day=1), midnight + timedelta(hours=22)
        pulled(tenant, month, at=midnight - second)
        assert told(tenant, month, midnight - second) == (tenant, midnight - second, [], set())
        assert told(tenant, month, midnight) == (tenant, midnight, [month], {month})
        with open_books.writing() as connection:
            connection.execute(text("update xero.report_pulls set checked_at = :at"), {"at": midnight})
        assert told(tenant, month, end) == (tenant, end, [], set())
        with open_books.writing() as connection:
            connection.execute(text("delete from xero.report_pulls"))


def test_the_month_before_is_looked_at_once_a_day_of_the_organisation(books, pulled):
    january, february, march = date(2028, 1, 1), date(2028, 2, 1), date(2028, 3, 1)
    for tenant in (KOWHAI, DENALI):
        pulled(tenant, january, february, at=NIGHT - timedelta(hours=1))
    due = all_months_due(books, [KOWHAI, DENALI], [report_named("profit_and_loss")], at=NIGHT, start_date=january)
    assert [next(iter(of.values())) for of in due.values()] == [[february, march], []]


def test_a_backfill_is_refused_what_the_organisation_has_not_begun(books, capsys):
    services = SimpleNamespace(warehouse=books)
    kowhai, denali = organisation(KOWHAI), organisation(DENALI)
    with time_machine.travel(NIGHT.timestamp(), tick=False):
        wanted = months_to_backfill("2028-02", "2028-03", Settings(start_date=START))
        with pytest.raises(ConfigurationError, match="--to 2028-03 has not begun yet"):
            begun_months(services, wanted, [denali])
        assert begun_months(services, wanted, [kowhai]) == {kowhai: wanted}
        assert capsys.readouterr().err == ""
        assert begun_months(services, wanted, [kowhai, denali]) == {kowhai: wanted, denali: wanted[:1]}
        assert "Denali: 2028-03 has not begun there yet, where it is 2028-02-29." in capsys.readouterr().err
        assert list(begun_months(services, wanted[1:], [kowhai, denali])) == [kowhai]


@pytest.fixture
def invoices(books, write):
    """Every organisation's customer should pay until 29 February."""
    for tenant in ZONES:
        keys = dict.fromkeys(table("invoices").key, f"{tenant}-1")
        write(
            "invoices", tenant_id=tenant, **keys, invoice_number="INV-1", type="ACCREC", status="AUTHORISED",
            date=date(2028, 2, 1), due_date=date(2028, 2, 29), total=10, amount_due=10, currency_code="USD",
            currency_rate=1, synced_at=NIGHT, is_deleted=False,
        )  # fmt: skip
    return books


def ask(warehouse, name, at, **told):
    query = ready_query(name)
    days = days_asked(warehouse, query, told, at)
    with asking_ready(warehouse, query, told, days) as answer:
        rows = [row for table in answer.batches for row in table.to_pylist()]
    return query.told(told, days.values()), rows


def test_an_invoice_is_overdue_when_the_day_after_has_begun_where_the_organisation_is(invoices):
    told, rows = ask(invoices, "overdue", NIGHT)
    assert told == "day 2028-02-29 or 2028-03-01"
    assert [(row["organisation"], row["days_overdue"]) for row in rows] == [("Kowhai", 1)]
    assert ask(invoices, "overdue", NIGHT, organisation="Denali") == ("day 2028-02-29", [])
    _, rows = ask(invoices, "receivables", NIGHT)
    assert {row["organisation"]: row["overdue"] for row in rows} == {"Kowhai": 10, "Denali": 0, "Mars": 0}
    _, rows = ask(invoices, "aged_receivables", NIGHT)
    assert {row["organisation"]: (row["not_due"], row["days_1_to_30"]) for row in rows} == {
        "Kowhai": (0, 10), "Denali": (10, 0), "Mars": (10, 0),
    }  # fmt: skip


def test_a_day_that_somebody_names_is_that_of_all(invoices):
    told, rows = ask(invoices, "overdue", NIGHT, day="2028-03-01")
    assert told == "day 2028-03-01"
    assert {row["organisation"] for row in rows} == {"Kowhai", "Denali", "Mars"}


def test_this_month_is_the_organisations_own(books, write):
    for tenant in ZONES:
        for month, amount in ((date(2028, 2, 1), 2), (date(2028, 3, 1), 3)):
            write(
                "profit_and_loss", schema="ledger", tenant_id=tenant, period_start=month,
                period_end=month.replace(day=28), position=1, section="Income", line_type="account",
                account_name="Sales", amount=amount,
            )  # fmt: skip
    _, months = ask(books, "profit_by_month", NIGHT, since="2028-02")
    assert [(row["organisation"], row["profit"]) for row in months] == [
        ("Denali", 2), ("Kowhai", 2), ("Kowhai", 3), ("Mars", 2)
    ]  # fmt: skip
    told, rows = ask(books, "profit_and_loss", NIGHT)
    assert told == "month 2028-02 or 2028-03"
    assert {row["organisation"]: (row["month_before"], row["amount"]) for row in rows} == {
        "Kowhai": (2, 3), "Denali": (None, 2), "Mars": (None, 2),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("months", "shown"),
    [((2, 3), "March 2028 to date"), ((2,), "February 2028\n"), ((), "March 2028 to date")],
    ids=["of this month", "of last month only", "none"],
)
def test_the_profit_that_run_shows_is_last_months_while_this_month_has_none(books, write, capsys, months, shown):
    for month in months:
        write(
            "profit_and_loss", tenant_id=KOWHAI, basis="accrual", period_start=date(2028, month, 1),
            period_end=date(2028, month, 28), position=1, line_type="account", account_name="Sales", amount=month,
        )  # fmt: skip
    with time_machine.travel(NIGHT, tick=False):
        newest_profit(books, KOWHAI, "Kowhai")
    assert f"Kowhai: profit and loss, {shown}" in capsys.readouterr().out


def test_every_ready_query_can_be_asked_while_the_days_differ(invoices):
    for name in names():
        assert "2028" in ask(invoices, name, NIGHT)[0]


@BOTH
def test_the_web_page_shows_the_figures_of_the_organisations_day(books, warehouse_url, at, last):
    services = Services(Settings.load(warehouse_url=warehouse_url))
    reads = CachedReads(services, reads_copy=True)
    site = SimpleNamespace(services=services, books=reads)
    with time_machine.travel(at.timestamp(), tick=False):
        for tenant, month in last.items():
            assert figures_of(site, tenant, tenant.title(), 12).value.today.replace(day=1) == month
