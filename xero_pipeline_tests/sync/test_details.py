"""What hangs on documents is asked of those that changed, a call each, within the calls of the day."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from xero_pipeline.errors import AccessRefused, MissingScope, XeroUnavailable
from xero_pipeline.sync.details.detail_budget import part_of
from xero_pipeline.sync.details.due_documents import still_wanted
from xero_pipeline.sync.landing.replay import replay
from xero_pipeline.sync.landing.store import Landing
from xero_pipeline.warehouse.progress.detail_requests import unanswered
from xero_pipeline.warehouse.progress.issues import quarantined_records
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.databases import a_file_like, opened
from xero_pipeline_tests.sync.conftest import TENANT, uid
from xero_pipeline_tests.sync.hanging import NEWEST, OLDEST, Hanging, files

REFUSED = httpx.Response(404, content=b'{"Title": "Not found", "Message": "The resource cannot be found"}')
NO_ROLE = httpx.Response(403, json={"Title": "Forbidden", "Detail": "AuthorizationUnsuccessful"})
GARBAGE = httpx.Response(200, content=b'{"Status": "OK", "Somethings": []}')
DOWN = httpx.Response(503, content=b"")


@pytest.fixture
def xero(talk, warehouse):
    return Hanging(talk, warehouse)


@pytest.fixture
def invoices(xero):
    """Three invoices of which two have files; read."""
    xero.has("invoices", a={"HasAttachments": True}, b={"HasAttachments": True}, c={})
    xero.answers["a", "Attachments"] = files("foobar.jpg", "sample5.jpg")
    xero.answers["b", "Attachments"] = files("foobar.jpg")
    xero.read()
    return xero


def test_files_are_listed_with_the_document_they_hang_on_though_one_file_hangs_on_two(invoices):
    asked, result = invoices.ask()

    assert sorted(asked) == ["a", "b"]
    told = invoices.kept("attachments", "source_id, file_name, attachment_id, mime_type, content_length, is_deleted")
    assert told == sorted(
        (uid(home), name, uid(name), "image/jpg", 2878711, False)
        for home, name in [("a", "foobar.jpg"), ("a", "sample5.jpg"), ("b", "foobar.jpg")]
    )
    assert set(invoices.kept("attachments", "source_table")) == {("invoices",)}
    assert result.description == "2 documents asked, 0 wait"


def test_nothing_is_asked_twice_until_a_document_changes_and_only_that_one_then(invoices):
    invoices.ask()
    calls = invoices.tally.calls
    assert invoices.ask()[0] == []
    assert invoices.tally.calls == calls

    invoices.has("invoices", b={"HasAttachments": True, "Reference": "new"})
    invoices.read()
    assert invoices.ask()[0] == ["b"]


def test_a_file_that_is_gone_is_marked_deleted_also_with_the_last_one(invoices):
    invoices.ask()
    invoices.has("invoices", a={"HasAttachments": True, "Reference": "x"}, b={"HasAttachments": False})
    invoices.answers["a", "Attachments"] = files("sample5.jpg")
    invoices.answers["b", "Attachments"] = []
    invoices.read()

    assert sorted(invoices.ask()[0]) == ["a", "b"]
    assert invoices.kept("attachments", "is_deleted, source_id, file_name") == [
        (False, uid("a"), "sample5.jpg"),
        *sorted([(True, uid("a"), "foobar.jpg"), (True, uid("b"), "foobar.jpg")]),
    ]
    assert invoices.ask()[0] == []


def test_quotes_are_asked_whenever_they_change_for_xero_does_not_say_whether_they_have_files(xero):
    """The schema Quote of XeroAPI/Xero-OpenAPI 16.1.0 has no HasAttachments, and Quotes have the path all the same."""
    xero.has("quotes", q={"Status": "SENT"})
    xero.answers["q", "Attachments"] = files("plan.pdf")
    xero.read("quotes")
    assert xero.ask()[0] == ["q"]
    assert xero.ask()[0] == []


def test_history_begins_when_it_is_first_read_and_costs_no_call_then(invoices):
    assert invoices.ask("document_history")[0] == []
    invoices.has("invoices", c={"Reference": "edited"})
    invoices.answers["c", "History"] = [NEWEST, OLDEST]
    invoices.read()

    assert invoices.ask("document_history")[0] == ["c"]
    assert invoices.kept("document_history", "entry, changes, changed_by") == [
        (1, OLDEST["Changes"], "System Generated"),
        (2, NEWEST["Changes"], "System Generated"),
    ]
    (first,), _ = invoices.kept("document_history", "changed_at")
    assert first.astimezone(UTC) == datetime(2016, 10, 17, 20, 46, 1, 173000, tzinfo=UTC)


def test_what_only_comes_late_into_the_warehouse_did_not_change(invoices):
    invoices.ask("document_history")
    invoices.has("invoices", old={"UpdatedDateUTC": "/Date(946684800000+0000)/"}, new={})
    invoices.read()
    assert invoices.ask("document_history")[0] == ["new"]


def test_an_entry_keeps_its_row_when_newer_ones_come(invoices):
    invoices.ask("document_history")
    for entries in ([OLDEST], [NEWEST, OLDEST]):
        invoices.has("invoices", c={"Reference": str(len(entries))})
        invoices.answers["c", "History"] = entries
        invoices.read()
        _, result = invoices.ask("document_history")
    merged = result.tables["document_history"]
    assert (merged.inserted, merged.updated, merged.unchanged) == (1, 0, 1)


def test_links_are_asked_once_of_approved_sales_invoices_alone(xero):
    """Xero's page "Invoices": "you can retrieve the online invoice url for sales (ACCREC) invoices. Note: you cannot
    retrieve an online invoice url for DRAFT invoices" (as quoted in XeroAPI/xero-node issue 186)."""
    xero.has("invoices", open={}, paid={"Status": "PAID"}, draft={"Status": "DRAFT"}, bill={"Type": "ACCPAY"})
    link = "https://in.xero.com/bCWCCfytGdTXoJam9HENWlQt07G6zcDaj4gQojHu"
    xero.answers["open", "OnlineInvoice"] = [{"OnlineInvoiceUrl": link}]
    xero.read()
    assert sorted(xero.ask("online_invoices")[0]) == ["open", "paid"]
    assert xero.kept("online_invoices", "invoice_id, online_invoice_url") == [(uid("open"), link)]

    xero.has("invoices", open={"Reference": "new"}, paid={"Status": "PAID", "Reference": "new"}, draft={})
    xero.read()
    assert sorted(xero.ask("online_invoices")[0]) == ["draft", "paid"]


def test_a_killed_process_goes_on_where_it_was(invoices):
    invoices.killed_after = 1
    with pytest.raises(KeyboardInterrupt):
        invoices.ask()
    invoices.killed_after = None
    assert len(invoices.ask()[0]) == 1
    assert len(invoices.asked) == len(set(invoices.asked)) == 2


@pytest.mark.parametrize(("answer", "outcome"), [(REFUSED, "refused"), (NO_ROLE, "failed"), (GARBAGE, "failed")])
def test_one_that_xero_refuses_is_noted_and_does_not_stop_the_others(invoices, answer, outcome):
    invoices.answers["a", "Attachments"] = invoices.answers["q", "Attachments"] = answer
    invoices.has("invoices", b={"HasAttachments": True, "Date": "/Date(946684800000+0000)/"})  # older: asked later
    invoices.read()

    asked, result = invoices.ask()
    assert list(dict.fromkeys(asked)) == ["a", "b"]
    assert "1 refused" in result.description
    (refused,) = invoices.kept("detail_requests", "outcome, source_id, error")[-1:]
    assert refused[:2] == (outcome, uid("a"))
    assert refused[2]
    # What Xero refuses is refused tomorrow, too; garbage, or a role, may be another then.
    assert invoices.ask()[0] == ([] if outcome == "refused" else asked[:-1])


def test_a_record_that_cannot_be_read_is_kept_aside_and_its_document_counts_as_asked(invoices):
    invoices.answers["a", "Attachments"] = [*files("good.jpg"), {"AttachmentID": uid("x"), "ContentLength": "much"}]
    invoices.ask()
    with invoices.warehouse.reading() as connection:
        (aside,) = quarantined_records(connection, "attachments")
    assert aside["record_id"] == f"{uid('a')}/{uid('x')}"
    assert invoices.ask()[0] == []


def test_an_outage_and_a_missing_scope_stop_it_and_the_next_time_goes_on(invoices):
    invoices.answers["a", "Attachments"] = invoices.answers["b", "Attachments"] = DOWN
    with pytest.raises(XeroUnavailable):
        invoices.ask()
    assert len({name for name, _ in invoices.asked}) == 1
    lacking = httpx.Response(401, headers={"WWW-Authenticate": "insufficient_scope"}, json={"Status": 401})
    invoices.answers["a", "Attachments"] = invoices.answers["b", "Attachments"] = lacking
    with pytest.raises(MissingScope, match=r"accounting\.attachments\.read"):
        invoices.ask()
    invoices.answers.clear()
    assert sorted(invoices.ask()[0]) == ["a", "b"]


def test_where_everything_is_refused_not_all_calls_go_into_it(xero, monkeypatch):
    monkeypatch.setattr("xero_pipeline.sync.details.refusals.REFUSALS", 3)
    xero.has("invoices", **{f"i{n}": {"HasAttachments": True} for n in range(9)})
    xero.answers |= {(name, "Attachments"): NO_ROLE for name in xero.names}
    xero.read()
    with pytest.raises(AccessRefused):
        xero.ask()
    assert len(xero.asked) == 3


def test_the_calls_of_the_day_are_kept_to_and_the_next_day_goes_on(xero):
    xero.has("invoices", **{f"i{n}": {"HasAttachments": True} for n in range(7)})
    xero.read()
    only = {"details": ("attachments",)}
    told = [xero.ask(calls=3, **only) for _ in range(2)]
    assert [len(asked) for asked, _ in told] == [3, 0]
    assert told[1][1].description == "0 documents asked, 4 wait"
    xero.later(days=1)
    assert len(xero.ask(calls=3, **only)[0]) == 3


def test_what_changed_comes_first_then_the_newest_documents(xero):
    day = 86_400_000
    xero.has("invoices", **{f"i{n}": {"HasAttachments": True, "Date": f"/Date({n * day}+0000)/"} for n in range(4)})
    xero.read()
    assert xero.ask(calls=2, details=("attachments",))[0] == ["i3", "i2"]
    xero.has("invoices", i2={"HasAttachments": True, "Date": f"/Date({2 * day}+0000)/", "Reference": "new"})
    xero.read()
    xero.later(days=1)
    assert xero.ask(calls=2, details=("attachments",))[0] == ["i2", "i1"]


def test_all_are_asked_again_where_somebody_wants_it_over_as_many_days_as_it_takes(invoices):
    for detail, documents in (("attachments", ["a", "b"]), ("document_history", ["a", "b", "c"])):
        invoices.ask(detail)
        found = list(invoices.ask(detail, calls=len(invoices.asked) + 1, details=(detail,), full=True)[0])
        while some := invoices.ask(detail, calls=1, details=(detail,))[0]:
            found += some
            invoices.later(days=1)
            assert len(found) < 9
        invoices.later(days=1)
        while some := invoices.ask(detail, calls=1, details=(detail,))[0]:
            found += some
            invoices.later(days=1)
        assert sorted(found) == documents


def test_documents_that_somebody_names_are_asked_whatever_the_day_has_left(invoices):
    asked, _ = invoices.ask("document_history", calls=0, documents=[uid("c"), uid("nobody")])
    assert asked == ["c"]


def test_the_landing_zone_has_the_answers_and_the_tables_come_out_of_it_again(invoices, tmp_path, duckdb_template):
    landing = Landing(tmp_path / "landing", invoices.warehouse)
    invoices.ask(landing=landing)
    invoices.ask("document_history", landing=landing, full=True)
    invoices.has("invoices", b={"HasAttachments": True, "Reference": "new"})
    invoices.answers["b", "Attachments"] = files("other.jpg")
    invoices.read()
    invoices.ask(landing=landing)

    (tmp_path / "anew").mkdir()
    with opened(a_file_like(duckdb_template, tmp_path / "anew")) as anew:
        list(replay(landing, anew, subjects=["attachments", "document_history"]))
        for table in ("attachments", "document_history", "detail_requests", "attachments_history"):
            schema = "xero"
            sql = f"select * from {schema}.{table} where tenant_id = '{TENANT}' order by all"
            assert anew.query(sql) == invoices.warehouse.query(sql), table


@pytest.mark.parametrize(
    ("spent", "needs", "part"),
    [
        ({}, {"y": 500, "z": 500}, 68),
        ({}, {"y": 0, "z": 500}, 134),
        ({}, {"y": 0, "z": 0}, 200),
        ({"x": 60}, {"y": 500, "z": 500}, 8),
        ({"x": 200}, {"y": 500, "z": 0}, 0),
        ({"y": 66, "z": 66}, {"y": 500, "z": 500}, 68),
        ({"y": 10}, {"y": 0, "z": 500}, 124),
        ({"y": 190}, {"y": 0, "z": 0}, 10),
    ],
)
def test_a_kind_has_its_part_of_the_day_and_what_the_others_do_not_need(spent, needs, part):
    assert part_of(200, "x", spent, needs) == part


def test_postgresql_asks_the_same_documents_in_the_same_order(talk, postgresql_url):
    with Warehouse(postgresql_url).kept_open() as warehouse:
        xero = Hanging(talk, warehouse)
        xero.has("invoices", **{f"i{n}": {"HasAttachments": True, "Date": f"/Date({n}00000000)/"} for n in range(4)})
        xero.has("quotes", q={"Status": "SENT", "Date": "/Date(946684800000)/"})
        xero.answers["i2", "Attachments"] = files("a.pdf")
        xero.read("invoices", "quotes")
        assert xero.ask(calls=3, details=("attachments",))[0] == ["q", "i3", "i2"]
        assert xero.ask("document_history")[0] == []
        assert sorted(xero.ask("online_invoices")[0]) == ["i0", "i1", "i2", "i3"]
        xero.has("invoices", i2={"Reference": "new"})
        xero.answers["i2", "Attachments"] = []
        xero.answers["i2", "History"] = [NEWEST, OLDEST]
        xero.read()
        xero.later(days=1)
        assert xero.ask(calls=2, details=("attachments",))[0] == ["i2", "i1"]
        assert xero.ask("document_history")[0] == ["i2"]
        assert xero.kept("attachments", "file_name, is_deleted") == [("a.pdf", True)]
        assert len(xero.kept("document_history", "entry")) == 2


def still_told(xero, detail):
    with xero.warehouse.reading() as connection:
        return [one.source_id for one in still_wanted(connection, detail, unanswered(connection, detail))]


def test_what_was_refused_is_told_until_its_document_is_deleted(invoices):
    invoices.answers["a", "Attachments"] = REFUSED
    invoices.ask()
    assert still_told(invoices, "attachments") == [uid("a")]
    invoices.warehouse.mark_deleted("invoices", TENANT, [uid("a")], at=invoices.now)
    assert still_told(invoices, "attachments") == []
    assert invoices.ask(documents=[uid("a")])[0] == []


def test_a_bill_is_not_asked_for_a_link_by_name_either(xero):
    xero.has("invoices", bill={"Type": "ACCPAY"}, sale={"Status": "DRAFT"})
    xero.read()
    assert xero.ask("online_invoices", documents=[uid("bill"), uid("sale")])[0] == []
