"""Links into Xero have the form that Xero documents under "Deep link to Xero"."""

import pytest

from xero_pipeline.xero.deep_links import organisation_link, record_link, report_link


def test_an_organisation_is_opened_by_its_short_code():
    assert (
        organisation_link("!NLglS")
        == "https://go.xero.com/organisationlogin/default.aspx?shortcode=!NLglS&redirecturl=/Dashboard/"
    )


@pytest.mark.parametrize(
    ("collection", "page"),
    [
        ("invoices", "/AccountsReceivable/View.aspx?InvoiceID=an-id"),
        ("bills", "/AccountsPayable/Edit.aspx?InvoiceID=an-id"),
        ("contacts", "/Contacts/View/an-id"),
    ],
)
def test_a_record_is_a_page_of_its_organisation(collection, page):
    assert record_link("!NLglS", collection, "an-id") == organisation_link("!NLglS", page)


def test_a_kind_of_record_without_a_documented_page_has_no_link():
    assert record_link("!NLglS", "budgets", "an-id") is None


@pytest.mark.parametrize(
    ("report", "country", "end"),
    [
        ("profit_and_loss", "NZ", "!NLglS/v1/Run/1016"),
        ("profit_and_loss", "US", "!NLglS/v1/Run/1116"),
        ("balance_sheet", "GB", "!NLglS/v1/Run/1217"),
        ("balance_sheet", None, "!NLglS/v1/Run/1017"),
        ("executive_summary", "NZ", "!NLglS"),
    ],
)
def test_a_report_has_a_number_by_country_and_any_other_leads_to_the_list_of_reports(report, country, end):
    assert report_link("!NLglS", report, country) == f"https://reporting.xero.com/{end}"
