"""CSV that spreadsheets open: nothing of it runs, and no amount is touched.

What begins a formula, and the apostrophe before it: OWASP, CSV Injection
(https://owasp.org/www-community/attacks/CSV_Injection).
"""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from xero_pipeline.files.csv_text import csv_text

FIELDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")) | st.builds(
    str.__add__, st.sampled_from("=+-@\t\r\n＝＋－＠"), st.text(st.characters(categories=["L", "N", "P"]))
)


def read(records):
    return list(csv.reader(io.StringIO(csv_text(records), newline="")))


@given(FIELDS)
@example('=HYPERLINK("http://x";A1)')
@example("-2+3+cmd|' /C calc'!A0")
@example('x","=1+1')
@example("two\rlines")
def test_no_field_begins_a_formula_and_no_letter_is_lost(text):
    head, (field,) = read([{"name": text}])
    assert head == ["name"]
    assert field.removeprefix("'") == text.removeprefix("'")
    assert not re.match(r"[=+\-@\t\r\n＝＋－＠]", field) or re.fullmatch(r"[+-][0-9]+(\.[0-9]+)?", field)


@given(st.decimals(-(10**15), 10**15, places=4))
def test_amounts_stay_exact_also_negative_ones(amount):
    assert Decimal(read([{"amount": amount}])[1][0]) == amount


def test_the_name_of_a_column_may_be_a_persons_too():
    assert read([{"=1+1": None}]) == [["'=1+1"], [""]]
