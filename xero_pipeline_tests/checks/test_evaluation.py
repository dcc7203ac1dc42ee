"""A check is asked where something changed, keeps what it finds, and harms nobody when it is broken."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline.checks.catalogue import books_checks
from xero_pipeline.checks.evaluation import MOST
from xero_pipeline.checks.findings import dismiss, findings, open_findings, reopen
from xero_pipeline.checks.subjects import subjects
from xero_pipeline.errors import ConfigurationError

HEAD = "-- title: T\n-- why: W\n-- evidence: E\n"


@pytest.fixture
def own(books, tmp_path):
    """Makes a check of one's own of a SELECT."""

    def make(sql, name="own"):
        (tmp_path / f"{name}.sql").write_text(HEAD + sql)
        books.checks = books_checks(tmp_path)

    return make


def contact(books, name, **more):
    books.row("contacts", contact_id=name, name=name, **more)


def drafts(books, *names):
    for name in names:
        old = books.now - dt.timedelta(days=90)
        books.document("invoices", name, "2026-08-01", status="DRAFT", updated_date_utc=old, total=Decimal(len(name)))


def test_where_nothing_changed_only_those_that_go_by_days_are_asked_again_once_a_week(books):
    assert books.ask() == len(books.checks)
    assert books.ask() == 0
    books.now += dt.timedelta(days=5)  # from a Tuesday to a Sunday
    assert books.ask() == 0
    books.now += dt.timedelta(days=1)
    by_day = {"postings_to_suspense", "stale_drafts", "supplier_bank_account_changed", "tax_unlike_history",
              "unreconciled_bank_lines"}  # fmt: skip
    assert books.ask() == len(by_day)
    asked = {name for name, state in books.states().items() if state.asked_at == books.now}
    assert asked == by_day


def test_a_changed_row_or_a_changed_check_asks_again(books, own):
    own("select contact_id as finding_key from xero.contacts where tenant_id = :tenant_id")
    books.ask()
    contact(books, "new")
    assert books.ask() == len(books.checks)
    assert books.found("own").keys() == {"new"}
    own("select contact_id as finding_key, name from xero.contacts where tenant_id = :tenant_id")
    assert books.ask() == 1
    assert books.found("own") == {"new": {"name": "new"}}


def test_a_check_that_is_no_more_takes_its_findings_along(books, own):
    contact(books, "new")
    own("select contact_id as finding_key from xero.contacts where tenant_id = :tenant_id")
    books.ask()
    books.checks = books_checks()
    books.ask()
    assert books.found("own") == {}
    assert books.states().keys() == {check.name for check in books.checks}


def test_another_organisations_rows_are_none_of_it(books, own):
    contact(books, "theirs", tenant_id="other")
    own("select contact_id as finding_key from xero.contacts where tenant_id = :tenant_id")
    books.ask()
    assert books.found("own") == {}


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("select colour as finding_key from xero.contacts where tenant_id = :tenant_id", "The database refuses it: "),
        ("select cast(name as integer) as finding_key from xero.contacts where tenant_id = :tenant_id", "refuses it: "),
        ("select name from xero.contacts where tenant_id = :tenant_id", "It has no column finding_key"),
        ("select 'one' as finding_key from xero.contacts where tenant_id = :tenant_id", "“one” is not"),
    ],
)
def test_a_broken_check_says_so_and_stops_no_other(books, own, sql, told):
    drafts(books, "draft")
    contact(books, "a")
    contact(books, "b")
    own(sql, "a_broken_one")
    books.ask()
    states = books.states()
    assert told in states["a_broken_one"].problem
    assert {name for name, state in states.items() if state.problem} == {"a_broken_one"}
    assert books.found("stale_drafts").keys() == {"draft"}


def test_a_check_that_breaks_keeps_what_it_found(books, own):
    contact(books, "a")
    own("select contact_id as finding_key from xero.contacts where tenant_id = :tenant_id")
    books.ask()
    own("select nothing as finding_key from xero.contacts where tenant_id = :tenant_id")
    books.ask()
    assert books.found("own").keys() == {"a"}
    own("select contact_id as finding_key from xero.contacts where tenant_id = :tenant_id")
    books.ask()
    assert not books.states()["own"].problem


def test_of_very_many_findings_the_first_are_kept_and_all_are_counted(books, own):
    numbers = " cross join ".join(f"(select 1 as n union all select 2) as t{n}" for n in range(11))
    own(
        "select cast(row_number() over () as text) as finding_key "
        f"from xero.organisations as o cross join {numbers} where tenant_id = :tenant_id"
    )
    books.ask()
    assert len(books.found("own")) == MOST
    assert books.states()["own"].still_open == 2048


def test_evidence_says_the_same_whatever_the_database(books, own):
    own(
        "select organisation_id as finding_key, cast(1234.5 as numeric(19, 4)) as money, "
        "cast(0.1250 as numeric(19, 4)) as rate, cast(-0.5 as numeric(9, 2)) as less, date '2026-02-03' as day, "
        "1 = 1 as sure, null as nothing, 7 as count, timestamp with time zone '2026-02-03 04:05:06+00' as moment "
        "from xero.organisations where tenant_id = :tenant_id"
    )
    books.ask()
    assert books.found("own")["o"] == {
        "money": "1,234.50", "rate": "0.125", "less": "-0.50", "day": "2026-02-03", "sure": "yes", "nothing": "",
        "count": "7", "moment": "2026-02-03 04:05 UTC",
    }  # fmt: skip


def ids(books, *keys):
    with books.warehouse.reading() as connection:
        return [one.id for one in findings(connection) if one.key in keys]


def test_a_dismissed_finding_is_open_again_when_it_changes(books):
    drafts(books, "known", "unknown")
    books.ask()
    (one,) = dismiss(books.warehouse, ids(books, "known"), "Ana", "Waits for the supplier", at=books.now)
    assert one.key == "known"
    assert books.found("stale_drafts").keys() == {"unknown"}
    assert books.states()["stale_drafts"].still_open == 1
    with books.warehouse.reading() as connection:
        told = {one.key: (one.dismissed_by, one.reason) for one in findings(connection)}
    assert told == {"known": ("Ana", "Waits for the supplier"), "unknown": ("", "")}
    books.now += dt.timedelta(days=7)
    assert books.ask()
    assert books.found("stale_drafts").keys() == {"unknown"}, "another day is no change"
    books.write("update xero.invoices set total = 999, synced_at = :now where invoice_id = 'known'", {"now": books.now})
    books.ask()
    assert books.found("stale_drafts").keys() == {"known", "unknown"}


def test_what_was_dismissed_can_be_opened_and_dismissed_again(books):
    drafts(books, "known")
    books.ask()
    for _ in range(2):
        assert dismiss(books.warehouse, ids(books, "known"), "Ana", "Known", at=books.now)
        assert not dismiss(books.warehouse, ids(books, "known"), "Ben", "Known", at=books.now), "it is already"
        assert books.found("stale_drafts") == {}
        reopen(books.warehouse, ids(books, "known"))
        assert books.found("stale_drafts").keys() == {"known"}


def test_to_dismiss_takes_a_finding_a_name_and_a_reason(books):
    drafts(books, "known")
    books.ask()
    for by, reason in (("", "Known"), ("Ana", " ")):
        with pytest.raises(ConfigurationError, match="--by NAME --reason TEXT"):
            dismiss(books.warehouse, ids(books, "known"), by, reason, at=books.now)
    with pytest.raises(ConfigurationError, match="no finding 0123456789"):
        dismiss(books.warehouse, ["0123456789"], "Ana", "Known", at=books.now)


def test_the_record_of_a_finding_is_known_by_its_kind(books):
    books.write("UPDATE xero.organisations SET short_code = '!ab'")
    drafts(books, "draft-bill")
    books.document(
        "invoices",
        "sale",
        "2026-08-01",
        type="ACCREC",
        status="DRAFT",
        updated_date_utc=books.now - dt.timedelta(days=90),
    )
    books.ask()
    with books.warehouse.reading() as connection:
        found = findings(connection, "stale_drafts")
        about = subjects(connection, found)
        assert {about[one.id].record_id: about[one.id].collection for one in found} == {
            "draft-bill": "bills",
            "sale": "invoices",
        }
        assert {one.short_code for one in about.values()} == {"!ab"}
        assert subjects(connection, []) == {}


def test_what_was_dismissed_is_not_counted_as_open(books):
    drafts(books, "a", "bb", "ccc")
    books.ask()
    with books.warehouse.reading() as connection:
        ids = [one.id for one in findings(connection, "stale_drafts")]
        assert open_findings(connection) == {"t": 3}
    dismiss(books.warehouse, ids[:1], "Ada", "known", at=books.now)
    with books.warehouse.reading() as connection:
        assert open_findings(connection) == {"t": 2}
