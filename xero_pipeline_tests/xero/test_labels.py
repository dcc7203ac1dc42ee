"""Reports whose labels are in another language: what a figure is goes by ids, kinds of rows and places.

The public captures of `captures/`, every heading, label and name of a column in words that nobody knows.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial

import pytest

from xero_pipeline.xero.reports.aged_reports import aged_rows
from xero_pipeline.xero.reports.executive_summary import executive_summary_rows
from xero_pipeline.xero.reports.parse_statements import balance_sheet_rows
from xero_pipeline.xero.reports.parse_tables import bank_summary_rows, trial_balance_rows
from xero_pipeline_tests.xero.test_captures import capture

READERS = {
    "trial_balance_2019": trial_balance_rows,
    "trial_balance_au_2011": trial_balance_rows,
    "bank_summary_au_2019": bank_summary_rows,
    "executive_summary_2019": executive_summary_rows,
    "balance_sheet_nz_2019": partial(balance_sheet_rows, column=0),
    "balance_sheet_uk_2020": partial(balance_sheet_rows, column=0),
    "balance_sheet_uk_2021": partial(balance_sheet_rows, column=1),
    "aged_receivables_2019": aged_rows,
    "aged_payables_2019": aged_rows,
}
WORDS = {"section", "account_name", "line"}


def word(text):
    return f"ж{text[::-1]}" if text and not text[0].isdigit() else text  # a day is no word


def translated(report):
    """The report with other words everywhere; the same words stay the same."""

    def row(one):
        cells = one.get("Cells", [])
        shown = len(cells) if one["RowType"] == "Header" else 1
        told = [{**cell, "Value": word(cell.get("Value"))} for cell in cells[:shown]] + cells[shown:]
        return {**one, "Title": word(one.get("Title")), "Cells": told, "Rows": [row(x) for x in one.get("Rows", [])]}

    return {**report, "Rows": [row(one) for one in report["Rows"]]}


def relabelled(report, *labels):
    """The report with these names of its value columns."""
    copy = json.loads(json.dumps(report, default=str))
    copy["Rows"][0]["Cells"][1:] = [{"Value": label} for label in labels]
    return copy


def figures(rows):
    return [{name: value for name, value in asdict(row).items() if name not in WORDS} for row in rows]


@pytest.mark.parametrize("name", READERS)
def test_every_figure_has_its_id_kind_and_unit_without_a_word_of_english(name):
    report, read = capture(name), READERS[name]
    assert figures(read(translated(report))) == figures(read(report)) != []
    assert not {row.section for row in read(translated(report)) if hasattr(row, "section")} & {"Assets", "Cash"}


@pytest.mark.parametrize("name", [name for name in READERS if name.startswith("balance_sheet")])
def test_what_stands_under_a_heading_of_a_balance_sheet_stands_under_it_in_every_language(name):
    report, read = capture(name), READERS[name]
    here = {row.section for row in read(report)}
    assert any(" > " in section for section in here)
    there = [tuple(word(part) for part in row.section.split(" > ")) for row in read(report)]
    assert [tuple(row.section.split(" > ")) for row in read(translated(report))] == there


@pytest.mark.parametrize(("name", "labels"), [
    ("trial_balance_2019", ("Soll", "Credit", "YTD Debit", "YTD Credit")),
    ("bank_summary_au_2019", ("Opening Balance", "Ein", "Aus", "Closing Balance")),
    ("executive_summary_2019", ("Nov 2019", "Oct 2019", "Abweichung")),
])  # fmt: skip
def test_one_column_of_another_name_is_enough_to_go_by_places(name, labels):
    assert figures(READERS[name](relabelled(capture(name), *labels))) == figures(READERS[name](capture(name)))


@pytest.mark.parametrize(("name", "order"), [
    ("trial_balance_2019", (0, 2, 1, 3)),
    ("bank_summary_au_2019", (0, 2, 1, 3)),
    ("executive_summary_2019", (2, 0, 1)),
    ("aged_receivables_2019", (0, 1, 2, 4, 3, 5, 6)),
])  # fmt: skip
def test_columns_in_another_order_and_without_known_labels_are_refused(name, order):
    report = translated(capture(name))

    def reordered(row):
        cells = row.get("Cells", [])
        moved = [cells[0], *(cells[1 + place] for place in order)] if cells else []
        return {**row, "Cells": moved, "Rows": [reordered(one) for one in row.get("Rows", [])]}

    with pytest.raises(ValueError, match="column"):
        READERS[name]({**report, "Rows": [reordered(row) for row in report["Rows"]]})


@pytest.mark.parametrize("labels", [
    ("Credit", "Haben", "YTD Debit", "YTD Credit"), ("Soll", "Haben", "Soll"), ("Soll", "Haben", "A", "B", "C"),
])  # fmt: skip
def test_a_known_label_in_another_place_or_another_number_of_columns_is_refused(labels):
    with pytest.raises(ValueError, match="the trial balance has no column"):
        trial_balance_rows(relabelled(capture("trial_balance_2019"), *labels))
