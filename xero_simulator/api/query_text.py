"""The words of a `where` filter: texts, numbers, names and signs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from xero_simulator.api.query_values import BadQuery

_PATTERN = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.)*")
      | (?P<number>-?\d+(?:\.\d+)?[mMdD]?)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
      | (?P<sign>==|!=|<>|>=|<=|&&|\|\||[=<>()!,])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the filter.

    Attributes:
        kind: What it is.
        text: As written.
        value: The text without its quotes, or the exact number.
    """

    kind: Literal["text", "number", "name", "sign"]
    text: str
    value: Any = None


def tokenize(filter_text: str) -> list[Token]:
    """Splits a filter into its words.

    Args:
        filter_text: The `where` parameter, percent-decoded.

    Raises:
        BadQuery: At a character that starts no word.
    """
    found: list[Token] = []
    at, end = 0, len(filter_text.rstrip())
    while at < end:
        match = _PATTERN.match(filter_text, at)
        if match is None:
            raise BadQuery(f"Syntax error '{filter_text[at : at + 1]}' at index {at}")
        found.append(_token(match))
        at = match.end()
    return found


def _token(match: re.Match[str]) -> Token:
    if (text := match["text"]) is not None:
        return Token("text", text, re.sub(r"\\(.)", r"\1", text[1:-1]))
    if (number := match["number"]) is not None:
        return Token("number", number, Decimal(number.rstrip("mMdD")))
    if (name := match["name"]) is not None:
        return Token("name", name)
    return Token("sign", match["sign"])
