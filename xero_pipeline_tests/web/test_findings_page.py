"""The page of checks: findings of one organisation, with what to do, and the form that dismisses one."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from xero_pipeline.checks.catalogue import books_checks
from xero_pipeline.checks.findings import Finding, findings
from xero_pipeline.checks.results import Answer, Results
from xero_pipeline.web.books.findings import CheckFindings
from xero_pipeline_tests.web.conftest import Browser, served

NOW = dt.datetime(2026, 5, 20, 12, tzinfo=dt.UTC)
CHECK = "stale_drafts"


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """A browser at books of two organisations: the first has sixty stale drafts, the second a check that failed."""
    with served(tmp_path_factory.mktemp("findings")) as site, Browser(site) as browser:
        first, second, *_ = browser.connect()
        drafts = {f"draft-{n}": json.dumps({"number": f"INV-{n:02}", "contact": "<b>Ltd</b>"}) for n in range(60)}
        with site.services.warehouse.writing() as connection:
            Results(connection, first).keep({CHECK: Answer(drafts, 60)}, {CHECK: "s"}, NOW)
            Results(connection, second).keep({CHECK: Answer({}, 0, "no such column")}, {CHECK: "s"}, NOW)
        yield site, browser, first, second


def finding_of(site, number):
    with site.services.warehouse.reading() as connection:
        return next(one for one in findings(connection) if one.evidence.get("number") == number)


def test_findings_are_counted_and_shown_with_what_to_do(found):
    _, browser, first, _ = found
    page = browser.get(f"/books/{first}/checks").text
    assert "Drafts nobody touched for thirty days: 60" in page
    assert all(f"INV-{n:02}" in page for n in range(60)), "one is not reachable"
    assert "Approve it in Xero, or delete it." in page
    assert "&lt;b&gt;Ltd&lt;/b&gt;" in page
    assert "Bills that may be entered twice: not asked yet" in page


def test_few_findings_stand_open_before_many_that_are_folded(found):
    site, browser, first, _ = found
    with site.services.warehouse.writing() as connection:
        few = {"k": json.dumps({"supplier": "Mill", "bill": "1044"})}
        Results(connection, first).keep({"duplicate_bills": Answer(few, 1)}, {"duplicate_bills": "few"}, NOW)
    page = browser.get(f"/books/{first}/checks").text
    bills, drafts, *nothing = [part.partition("</section>")[0] for part in page.split('<section class="card"')[1:]]
    assert ("entered twice: 1" in bills, "<details open>" in bills) == (True, True)
    assert ("thirty days: 60" in drafts, "<details open>" in drafts) == (True, False)
    assert not any("What it found" in part for part in nothing)


def test_a_check_that_cannot_be_asked_says_why(found):
    _, browser, _, second = found
    assert "It cannot be asked: no such column." in browser.get(f"/books/{second}/checks").text


def test_a_finding_is_dismissed_by_name_and_reason_and_counts_no_more(found):
    site, browser, first, _ = found
    one = finding_of(site, "INV-07")
    fields = {"organisation": first, "check": CHECK, "finding": one.id}
    refused = browser.submit("/dismiss", **fields, by="Ada", reason=" ")
    assert refused.headers["location"] == f"/books/{first}/checks#{CHECK}"
    assert "Say who dismisses it" in browser.get(f"/books/{first}/checks").text
    browser.submit("/dismiss", **fields, by="Ada", reason="A deposit that waits")
    page = browser.get(f"/books/{first}/checks").text
    assert "thirty days: 59" in page
    assert "A deposit that waits (Ada)" in page


def found_with(evidence):
    one = Finding("t", "Ltd", CHECK, "k", "f", evidence, NOW, "", "")
    return CheckFindings(books_checks()[0], None, [one], [], (), {}), one


def test_kinds_states_and_amounts_are_told_in_words():
    evidence = {
        "kind": "ACCPAY",
        "number": "B-1",
        "status": "AUTHORISED",
        "earlier_status": "SUBMITTED",
        "total": "-5.00",
    }
    of, one = found_with(evidence | {"contact": ""})
    assert of.told(one) == {
        "kind": "Bill",
        "number": "B-1",
        "status": "Awaiting payment",
        "earlier_status": "Awaiting approval",
        "total": "−5.00",
    }


@pytest.mark.parametrize(
    ("evidence", "named"),
    [
        ({"supplier": "Mill", "bill": "1044"}, "bill"),
        ({"account": "850", "number": "", "reference": "Rent"}, "reference"),
        ({"account": "850", "document": "MANJOURNAL"}, "document"),
        ({"supplier": "Mill", "before": "…1234"}, "supplier"),
    ],
)
def test_what_a_finding_is_about_is_linked_at_its_number_as_far_as_it_has_one(evidence, named):
    of, one = found_with(evidence)
    assert of.name_of(one) == named


def test_a_finding_of_another_organisation_is_not_dismissed(found):
    site, browser, _, second = found
    one = finding_of(site, "INV-08")
    browser.submit("/dismiss", organisation=second, check=CHECK, finding=one.id, by="Ada", reason="mine")
    assert "This finding is no more" in browser.get(f"/books/{second}/checks").text
    assert not finding_of(site, "INV-08").dismissed_by


def test_all_findings_of_a_check_are_a_file_and_no_text_in_it_becomes_a_formula(found):
    site, browser, first, _ = found
    with site.services.warehouse.writing() as connection:
        bad = {"k": json.dumps({"supplier": "=1+1", "total": "-5.00"})}
        Results(connection, first).keep({"duplicate_bills": Answer(bad, 1)}, {"duplicate_bills": "s"}, NOW)
    drafts = browser.get(f"/books/{first}/tables/check-{CHECK}.csv")
    assert drafts.text.lstrip("\ufeff").splitlines()[0] == "id,number,contact,found_at,dismissed_by,reason"
    assert len(drafts.text.splitlines()) == 61
    assert "'=1+1,-5.00," in browser.get(f"/books/{first}/tables/check-duplicate_bills.csv").text
    assert browser.get(f"/books/{first}/tables/changed-documents.csv").status_code == 200
    assert browser.get(f"/books/{first}/tables/else.csv").status_code == 404
