"""Statements in an organisation's own layout: other lines than the standard ones, the same books."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import groupby

import pytest

from xero_pipeline.xero.reports.catalogue import chosen_reports, report_named
from xero_pipeline.xero.reports.parse_statements import StatementRow
from xero_simulator.books import build_company
from xero_simulator.config import BooksConfig

TODAY = dt.date(2026, 11, 22)
MONTHS = {"periods": "2", "timeframe": "MONTH"}
PERIOD = {
    "profit_and_loss": {"fromDate": "2026-10-01", "toDate": "2026-10-31"},
    "balance_sheet": {"date": "2026-10-31"},
}


@pytest.fixture(scope="module")
def company():
    return build_company(BooksConfig(today=TODAY, invoices=160, months=4), 0)


def lines(company, name, column=0, **more) -> tuple[StatementRow, ...]:
    report = report_named(name)
    asked = PERIOD[name.removesuffix("_custom")] | dict(report.params) | more
    return report.parse(company.report(report.path.removeprefix("Reports/"), asked, TODAY), column)


@pytest.mark.parametrize("name", ["profit_and_loss", "balance_sheet"])
def test_what_stands_between_the_sections_is_the_same(company, name):
    def between(rows):
        return {row.account_name: row.amount for row in rows if not row.section}

    assert between(lines(company, name)) == between(lines(company, f"{name}_custom"))
    assert between(lines(company, name))


@pytest.mark.parametrize("name", ["profit_and_loss_custom", "balance_sheet_custom"])
def test_accounts_and_groups_of_a_section_add_up_to_its_total(company, name):
    sections = {section: list(rows) for section, rows in groupby(lines(company, name), lambda row: row.section)}
    titled = {title: rows for title, rows in sections.items() if title and rows[0].line_type != "total"}

    assert any(row.line_type == "group" for rows in titled.values() for row in rows)
    for title, rows in titled.items():
        *parts, total = rows
        assert total.line_type == "total", title
        assert sum((row.amount for row in parts), Decimal(0)) == total.amount, title


def test_a_month_among_others_reads_like_a_month_alone(company):
    later = lines(company, "profit_and_loss_custom", **MONTHS)
    assert [row.account_name for row in later if not row.amount and row.line_type != "total"] == []
    assert later == lines(company, "profit_and_loss_custom")


def test_they_are_pulled_by_themselves_where_somebody_chose_them():
    assert not {r.name for r in chosen_reports(None, cash_basis=False)} & {"profit_and_loss_custom"}
    chosen = chosen_reports("balance_sheet", cash_basis=True, custom_layouts=True)
    assert [report.name for report in chosen] == ["balance_sheet", "balance_sheet_cash", "balance_sheet_custom"]
    assert {report.scope for report in chosen} == {"accounting.reports.balancesheet.read"}
