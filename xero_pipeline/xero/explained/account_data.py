"""Asking Xero's Account Data API (accountdata.xro/1.0), a beta.

Source: the draft of its OpenAPI document, xero-accountdata.yaml (brandon-nicholson-xero/Xero-OpenAPI at 0223e80).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from xero_pipeline.errors import AccessRefused, RequestRefused
from xero_pipeline.xero.explained.composed_list import ComposedList
from xero_pipeline.xero.values import is_list, is_object

_One = TypeVar("_One")
_ROOT = "accountdata.xro/1.0"
_DIGITS = Decimal("0.0001")
_REFUSED = (
    " This is Xero's Account Data API, a beta: the organisation must have joined it, and who connected must be "
    "allowed to see bank accounts. All figures are what they are without it; to ask no more, take account-data out "
    "of XERO_EXPLAIN."
)


def get_account_data(
    answers: ComposedList, path: str, scope: str, params: Mapping[str, str | Sequence[str]], wrapper: str
) -> dict[str, Any]:
    """One answer.

    Args:
        wrapper: The list that it must have.

    Raises:
        UnreadableAnswer: It has no such list.
        XeroPipelineError: As `XeroClient.get`; a refusal says what may be behind it, for Xero often says nothing.
    """
    try:
        answer = answers.get(f"{_ROOT}/{path}", scope, params)
    except (AccessRefused, RequestRefused) as refused:
        refused.message += _REFUSED
        raise
    records = answer.get(wrapper)
    if not is_list(records) or not all(map(is_object, records)):
        raise answers.unreadable(f"{wrapper} is no list of objects")
    return answer


def in_parts(things: Sequence[_One], size: int) -> list[Sequence[_One]]:
    """The same things, so many at a time."""
    return [things[start : start + size] for start in range(0, len(things), size)]


def money_of(answers: ComposedList, value: object) -> Decimal:
    """An amount as the API sends it: a double, which may have digits that no amount has.

    Raises:
        UnreadableAnswer: It is no number.
    """
    if not isinstance(value, int | Decimal):
        raise answers.unreadable("an amount is missing")
    amount = Decimal(value)
    return amount if amount == amount.quantize(Decimal("0.01")) else amount.quantize(_DIGITS)


def required_text(answers: ComposedList, value: object) -> str:
    """An id or a day.

    Raises:
        UnreadableAnswer: It is no text.
    """
    if not isinstance(value, str) or not value:
        raise answers.unreadable("an id or a day is missing")
    return value
