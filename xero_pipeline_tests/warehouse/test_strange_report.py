"""New parts of a report are told; reports as Xero documents them have none."""

from __future__ import annotations

import json
from datetime import date

import pytest

from xero_pipeline.warehouse.parse.schema_drift_reports import drift_in_report
from xero_pipeline.xero.reports.catalogue import reports
from xero_pipeline_tests.simulator.helpers import let_in
from xero_simulator.config import BooksConfig
from xero_simulator.simulator import Simulator

CELLS = [{"Value": "Sales", "Attributes": [{"Id": "account", "Value": "x"}]}, {"Value": "1.00"}]


def told(*rows, **more):
    text = json.dumps({"ReportID": "ProfitAndLoss", "Rows": list(rows), **more}).encode()
    return [
        (d.kind, d.path, d.value, d.records, d.record_id)
        for d in drift_in_report("profit_and_loss", text, month="2026-10")
    ]


def section(title, *rows):
    return {"RowType": "Section", "Title": title, "Rows": list(rows)}


def test_reports_as_they_are_documented_have_nothing_new():
    books = BooksConfig(today=date(2026, 11, 1), organisations=1, invoices=45, months=3)
    http = let_in(Simulator(books, limits=None))
    asked = {(one.path, tuple(one.params.items())): one for one in reports()}
    for one in asked.values():
        answer = http.get(one.path, params=dict(one.params))
        assert answer.status_code == 200, answer.text
        (report,) = answer.json()["Reports"]
        assert drift_in_report(one.table, json.dumps(report).encode(), month="2026-10") == [], one.name


@pytest.mark.parametrize("title", ["Income", " Less Cost of Sales", "COST OF SALES", "", None])
def test_a_title_is_known_however_a_region_writes_it(title):
    assert told(section(title, {"RowType": "Row", "Cells": CELLS})) == []


def test_a_new_section_kind_of_row_and_field_are_told_once_a_report():
    row = {"RowType": "Row", "Cells": CELLS}
    cells = [{"Value": "a", "Colour": "red"}, {"Value": "b", "Colour": "red"}]
    odd = {"RowType": "Footnote", "Cells": cells, "Style": "bold"}
    assert set(told(section("Impairments", row, odd), section("Impairments", row), Locale="NZ")) == {
        ("section", "Row.Title", "Impairments", 2, "2026-10"),
        ("section", "Row.RowType", "Footnote", 1, "2026-10"),
        ("field", "Row.Style", "", 1, "2026-10"),
        ("field", "Cell.Colour", "", 2, "2026-10"),
        ("field", "Report.Locale", "", 1, "2026-10"),
    }


def test_an_organisations_own_layout_may_have_any_title():
    text = json.dumps({"Rows": [section("Whatever we like", {"RowType": "Row", "Cells": CELLS})]}).encode()
    assert drift_in_report("profit_and_loss_custom", text, month="2026-10") == []
