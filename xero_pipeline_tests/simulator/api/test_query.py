"""Xero's where and order grammar."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xero_simulator.api.query import parse_order, parse_where
from xero_simulator.api.query_values import BadQuery

ID = "AbCdEf01-0000-4000-8000-000000000001"
RECORD: dict[str, Any] = {
    "Status": "AUTHORISED",
    "Type": "ACCREC",
    "Name": 'Ann "Bee" (Co), and || sons',
    "Total": Decimal("110.10"),
    "Count": 3,
    "IsCustomer": True,
    "Date": "/Date(1767225600000+0000)/",
    "Contact": {"ContactID": ID, "Name": "Ann"},
    "Reference": None,
    "LineItems": [],
}
FIELDS = frozenset(RECORD)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Status=="AUTHORISED"', True),
        ('Status = "AUTHORISED"', True),
        ('Status!="AUTHORISED"', False),
        ('Status<>"PAID"', True),
        ("Total==110.1", True),
        ("Total>110.1", False),
        ("Total>=110.10M", True),
        ("Total<-1", False),
        ("Count<=3", True),
        ("IsCustomer==true", True),
        ("IsCustomer", True),
        ("!IsCustomer", False),
        ("not (IsCustomer and Count==4)", True),
        ("Date==DateTime(2026,01,01)", True),
        ("Date >= DateTime(2026, 1, 1, 0, 0, 1)", False),
        ('Date<DateTime.Parse("2026-01-02")', True),
        (f'Contact.ContactID==guid("{ID.lower()}")', True),
        (f'Contact.ContactID==Guid("{ID.upper()}")', True),
        ('Contact.ContactID!=Guid("0")', True),
        ('Contact.Name.Contains("nn")', True),
        ('Contact.Name.StartsWith("nn")', False),
        ('Contact.Name.ToLower().Contains("a")', None),
        ('Contact.Name.EndsWith("n")', True),
        ('Name=="Ann \\"Bee\\" (Co), and || sons"', True),
        ("Reference==null", True),
        ("Reference!=null", False),
        ("Contact.Nothing==null", True),
        ('Reference.Contains("x")', False),
        ('Reference=="x"', False),
        ("Total.Value==110.1", True),
        # AND binds before OR; parentheses before both
        ('Count==3 OR Count==4 AND Status=="PAID"', True),
        ('(Count==3 OR Count==4) AND Status=="PAID"', False),
        ("Count==4 || Count==3 && IsCustomer==true", True),
        ('((Status=="AUTHORISED"))', True),
    ],
)
def test_a_filter_says_whether_a_record_stays(text: str, expected: bool | None) -> None:
    if expected is None:
        with pytest.raises(BadQuery):
            parse_where(text, FIELDS)
        return
    assert parse_where(text, FIELDS)(RECORD) is expected


@pytest.mark.parametrize(
    "text",
    [
        "", "Nothing==1", "Status==", '=="x"', 'Status=="x', "Status==AUTHORISED", '(Status=="x"', 'Status=="x")',
        'Status=="x" Type=="y"', "Date==DateTime(2026,13,01)", "Date==DateTime(2026)", "Status~1", "AND",
        'Status.Explode("x")', "guid(1,2)==1", 'Contact.ContactID==guid("x"', 'Status=="a" AND', 'Contains("x")',
    ],
)  # fmt: skip
def test_nonsense_is_refused_when_it_is_read(text: str) -> None:
    with pytest.raises(BadQuery):
        parse_where(text, FIELDS)


@pytest.mark.parametrize(
    "text",
    ["Status==1", 'Total>"x"', "Date>1", "Status", "Count AND IsCustomer", "IsCustomer>false", "Total.Contains(1)"],
)
def test_unlike_types_are_refused_when_they_meet(text: str) -> None:
    with pytest.raises(BadQuery):
        parse_where(text, FIELDS)(RECORD)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=40))
def test_any_text_is_either_read_or_refused(text: str) -> None:
    try:
        verdict = parse_where(text, FIELDS)(RECORD)
    except BadQuery:
        return
    assert isinstance(verdict, bool)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.integers(0, 5), max_size=12), st.integers(0, 5))
def test_a_comparison_keeps_what_python_would_keep(numbers: list[int], bound: int) -> None:
    keep = parse_where(f"Count>={bound} AND Count!=3", FIELDS)
    kept = [number for number in numbers if keep({"Count": number})]
    assert kept == [number for number in numbers if number >= bound and number != 3]


def test_order_sorts_by_each_key_in_its_direction_and_keeps_ties() -> None:
    records = [{"Total": Decimal(t), "Name": n} for t, n in ((2, "b"), (1, "z"), (2, "a"), (1, "z"))]
    assert parse_order("Total DESC, Name", FIELDS)(range(4), records) == [2, 0, 1, 3]
    assert parse_order("Name asc", FIELDS)([3, 2, 1, 0], records) == [2, 0, 3, 1]


def test_order_puts_missing_values_first() -> None:
    assert parse_order("Reference", FIELDS)(range(2), [{"Reference": "x"}, {}]) == [1, 0]


@pytest.mark.parametrize("text", ["Nothing", "Total UP", "Total ASC DESC", "Total,", ","])
def test_an_unreadable_order_is_refused(text: str) -> None:
    with pytest.raises(BadQuery):
        parse_order(text, FIELDS)
