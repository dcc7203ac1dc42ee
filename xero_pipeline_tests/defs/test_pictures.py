"""Pictures and names: what a person sees of an organisation in Dagster's UI."""

from __future__ import annotations

import base64
import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from xero_pipeline.charts.chart import ColumnChart, Series, month_labels
from xero_pipeline.charts.drawing import picture
from xero_pipeline.defs.metadata import charts
from xero_pipeline.defs.metadata.charts import chart_of
from xero_pipeline.defs.metadata.markdown import chart_as_markdown
from xero_pipeline.defs.metadata.organisation_directory import OrganisationDirectory
from xero_pipeline_tests.clock import TODAY
from xero_pipeline_tests.defs.conftest import MONTHS

SMALL = 12_000
"""So many characters a materialisation may carry along for a picture."""


def rows(house, sql, **params):
    return house.services.warehouse.query(sql, {"t": house.tenants[0], **params}).to_pylist()


@pytest.mark.any_day_in_proof
def test_the_profit_that_is_planned_is_drawn_as_xero_plans_it_month_by_month(house):
    tenant, months = house.tenants[0], MONTHS
    assert house.sync("organisations", "accounts", tenants=[tenant]).success
    assert house.pull(months, tenants=[tenant], reports=["budget_summary"]).success
    chart = chart_of(house.services.warehouse, tenant, "budget_summary", months[-1])
    net = rows(
        house,
        "select period_start as month, amount from xero.budget_summary where tenant_id = :t and line_type = 'total' "
        "and account_name = 'Net Profit' order by 1",
    )
    assert list(map(str, chart.labels)) == [f"{row['month']:%b %Y}" for row in net]
    assert chart.figures["Net profit"] == [row["amount"] for row in net]
    shown = house.materialisations("budget_summary")
    told = {partition: "picture" in event.metadata for partition, event in shown.items()}
    assert told == {f"{month}|{tenant}": month == months[-1] for month in months}, "once, with the newest month"


OPEN = (
    ("invoices", "amount_due", {"ACCREC": 1, "ACCPAY": 1}),
    ("credit_notes", "remaining_credit", {"ACCRECCREDIT": -1, "ACCPAYCREDIT": -1}),
    ("overpayments", "remaining_credit", {"RECEIVE-OVERPAYMENT": -1, "SPEND-OVERPAYMENT": -1}),
)


@pytest.mark.any_day
def test_what_is_drawn_as_open_is_what_is_left_of_each_document_in_base_currency(house):
    tenant = house.tenants[0]
    assert house.sync(
        "organisations", "payments", "prepayments", *(name for name, *_ in OPEN), tenants=[tenant]
    ).success
    for place, (side, name) in enumerate((("receivables", "Customers owe"), ("payables", "We owe"))):
        left = Decimal(0)
        for table, column, kinds in OPEN:
            kind, sign = list(kinds.items())[place]
            found = rows(
                house,
                f"select {column} as due, currency_rate from xero.{table} where tenant_id = :t "
                "and status = 'AUTHORISED' and type = :kind and date <= :day",
                kind=kind,
                day=TODAY,
            )
            each = [row["due"] / (row["currency_rate"] or 1) for row in found]
            left += sign * sum(amount.quantize(Decimal("0.01"), ROUND_HALF_UP) for amount in each)
        chart = chart_of(house.services.warehouse, tenant, f"ledger.aged_{side}", TODAY)
        assert sum(chart.figures[name]) == left
        assert re.search(r"on \d{4}-\d\d-\d\d, [A-Z]{3}$", chart.title)


def test_a_picture_is_small_has_no_script_and_its_figures_stand_under_it():
    months = month_labels([date(2026, month, 1) for month in range(1, 13)])
    accounts = [Series(f"Account {n}", [Decimal(-7)] * 11 + [None], [f"chart-{n}"]) for n in range(1, 7)]
    chart = ColumnChart("Cash | all, NZD", months, lines=accounts)
    drawn = ElementTree.fromstring(picture(chart))
    assert not [element for element in drawn.iter() if element.tag.rpartition("}")[2] == "script"]
    told = chart_as_markdown(chart)
    assert len(told) < SMALL
    assert "| Jan 2026 | -7.00 |" in told
    assert base64.b64decode(re.search(r"base64,([^)]+)\)", told)[1]).startswith(b"<svg")


def test_a_picture_that_cannot_be_drawn_fails_nothing_and_is_told(house, monkeypatch, caplog):
    def broken(*args):
        raise KeyError("base_currency")

    monkeypatch.setattr(charts, "_currency", broken)
    assert house.pull(MONTHS[-1:], tenants=house.tenants[:1], reports=["budget_summary"]).success
    (shown,) = house.materialisations("budget_summary").values()
    assert "picture" not in shown.metadata


def test_a_run_that_a_person_started_carries_the_names_of_its_organisations(house):
    names = [house.services.organisations.get(tenant).name for tenant in house.tenants]
    result = house.sync("accounts")
    assert house.instance.get_run_by_id(result.run_id).tags["xero/name"] == ", ".join(names)
    for tenant, name in zip(house.tenants, names, strict=True):
        told = house.materialisations("accounts")[tenant].metadata
        assert told["organisation"].value == name
        assert "in_xero" not in told, "a simulated organisation is not to be found in Xero"


@pytest.fixture
def real(house):
    """The same organisations, as if they were real ones."""
    assert house.sync("organisations", tenants=house.tenants[:1]).success
    services = SimpleNamespace(settings=SimpleNamespace(mode="live"), organisations=house.services.organisations)
    return OrganisationDirectory(services, house.services.warehouse)


def test_a_real_organisation_is_a_link_away(house, real):
    tenant = house.tenants[0]
    (code,) = rows(house, "select short_code from xero.organisations where tenant_id = :t")
    assert f"shortcode={code['short_code']}&" in real.facts(tenant, "accounts")["in_xero"].value
    assert "reporting.xero.com" in real.facts(tenant, "profit_and_loss_cash")["in_xero"].value
    assert "in_xero" not in real.facts(house.tenants[1], "accounts"), "its short code is not known yet"


def test_a_record_that_could_not_be_read_is_a_link_away_whichever_of_the_two_it_is(house, real):
    cell = real.record(house.tenants[0], "invoices", "an-id")
    assert re.fullmatch(r"an-id \(\[sale\]\(\S+InvoiceID=an-id\), \[bill\]\(\S+InvoiceID=an-id\)\)", cell)
    assert real.record(house.tenants[0], "invoices", "an-id", "ACCPAY").count("InvoiceID=an-id") == 1
    assert real.record(house.tenants[0], "contacts", "sha256:00") == "sha256:00", "what has no id has no page"
    assert real.record(house.tenants[0], "users", "an-id") == "an-id"
