"""A workbook holds what the statement says: exact amounts, real days, and text that stays text."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.files import workbook as module
from xero_pipeline.files.sheet import Sheet, SheetBlock, SheetColumn, SheetRow
from xero_pipeline.files.workbook import places_of, workbook
from xero_pipeline_tests.files.workbook_reader import read_workbook

MADE = dt.datetime(2028, 7, 20, 12, tzinfo=dt.UTC)
AMOUNTS = st.decimals(-(10**15), 10**15, places=4) | st.decimals(-(10**12), 10**12, places=2)
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "http://", "mailto:", "internal:", "{=", "12", "")
TEXTS = st.builds(str.__add__, st.sampled_from(FORMULAS), st.text(st.characters(categories=["L", "N", "P", "Zs"])))


def a_sheet(rows, columns=None, title="Statement", blocks=None):
    columns = columns or [SheetColumn("Name", "text"), SheetColumn("Amount", notes=("NZD",))]
    return Sheet(title, [("Organisation", "Kowhai & Co")], columns, blocks or [SheetBlock(rows)])


def made(*sheets):
    return workbook(sheets, title="Statements", organisation="Kowhai & Co", made_at=MADE)


def cells(rows):
    (sheet,) = read_workbook(made(a_sheet([SheetRow(row) for row in rows])))
    return sheet.rows[3:], sheet.xml


@given(st.lists(AMOUNTS, min_size=1, max_size=40))
def test_every_amount_read_back_at_its_decimals_is_the_exact_one(amounts):
    found, _ = cells([("", amount) for amount in amounts])
    for amount, (_, cell) in zip(amounts, found, strict=True):
        if isinstance(cell, str):
            assert Decimal(cell.replace(",", "")) == amount
            assert len(amount.normalize().as_tuple().digits) > module.DIGITS, "a number of few digits stays a number"
        else:
            assert round(Decimal(cell), places_of(amount)) == amount


@given(st.lists(TEXTS, min_size=1, max_size=40))
def test_no_text_becomes_a_formula_a_link_or_a_number(texts):
    content = made(a_sheet([SheetRow((text or None, None)) for text in texts]))
    (sheet,) = read_workbook(content)
    assert "<f>" not in sheet.xml
    assert "hyperlink" not in sheet.xml
    assert [text for text in texts if text] == [row[0] for row in sheet.rows[3:] if row]


def test_a_day_is_a_number_that_is_shown_as_a_day():
    columns = [SheetColumn("Day", "date")]
    (sheet,) = read_workbook(made(a_sheet([SheetRow((dt.date(2028, 2, 29),))], columns)))
    assert sheet.rows[-1] == [(dt.date(2028, 2, 29) - dt.date(1899, 12, 30)).days]


def test_heads_stay_in_sight_and_on_every_page_and_wide_sheets_are_printed_on_their_side():
    wide = [SheetColumn(f"Column {place}") for place in range(12)]
    narrow, broad = read_workbook(made(a_sheet([]), a_sheet([], wide, "Wide")))
    for sheet in (narrow, broad):
        assert 'state="frozen"' in sheet.xml
        assert 'ySplit="4"' in sheet.xml
        assert 'fitToHeight="0"' in sheet.xml
    assert ('orientation="landscape"' in narrow.xml, 'orientation="landscape"' in broad.xml) == (False, True)


def test_a_printed_page_is_as_wide_as_its_table_and_says_below_whose_it_is():
    facts = [("Organisation", "Kowhai & Co"), ("Period", "2028-02-01 to 2028-02-29"), ("Currency", "NZD"),
             ("Basis", "Cash"), ("Books as of", "2028-07-20 12:00 UTC")]  # fmt: skip
    columns = [SheetColumn("Name", "text"), SheetColumn("Amount", notes=("NZD",))]
    note = "=" + "A sentence that is longer than the table is wide. " * 4
    (sheet,) = read_workbook(made(Sheet("Cash & more", facts, columns, [SheetBlock([])], (note,))))
    assert '<mergeCell ref="A10:B10"/>' in sheet.xml, "what is longer than the table is wrapped"
    (footer,) = re.findall("<oddFooter>(.*)</oddFooter>", sheet.xml, re.DOTALL)
    for words in ("Kowhai &amp;&amp; Co", "Cash &amp;&amp; more, 2028-02-01 to 2028-02-29", "Cash basis, NZD",
                  "Books as of 2028-07-20 12:00 UTC", "&amp;P / &amp;N"):  # fmt: skip
        assert words in footer
    assert note in sheet.texts


def test_every_sheet_has_a_name_of_its_own_that_programs_take():
    long = "Profit and loss: [what] the shop/branch earned?"
    names = [one.name for one in read_workbook(made(a_sheet([], title=long), a_sheet([], title=long.upper())))]
    assert len({name.casefold() for name in names}) == 2
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


def test_the_same_statement_makes_the_same_file():
    assert made(a_sheet([SheetRow(("Sales", Decimal("1.50")))])) == made(
        a_sheet([SheetRow(("Sales", Decimal("1.50")))])
    )


def test_rows_for_which_a_sheet_has_no_room_are_refused(monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 20)
    with pytest.raises(ConfigurationError, match="20 at most"):
        cells([("", Decimal(1))] * 20)
