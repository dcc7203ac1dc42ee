"""CSV that a spreadsheet opens without running what somebody wrote into a name or a description.

As OWASP says of CSV injection, text that begins like a formula gets an apostrophe before it. Numbers stay as they are.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

_BEGINS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""The last four are their full-width forms, which spreadsheets take for the same."""
_BOTH = "\r\n"
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def csv_text(records: Sequence[Mapping[str, Any]]) -> str:
    """Rows as CSV, the names of their fields above; nothing where there are no rows.

    Args:
        records: All with the same fields. None becomes an empty field.
    """
    text = _Lines()
    if records:
        # The end of a line decides which line ends inside a field are quoted: both kinds have to be.
        writer = csv.writer(text, lineterminator=_BOTH)
        writer.writerow(harmless(name) for name in records[0])
        writer.writerows([harmless(value) for value in record.values()] for record in records)
    return text.getvalue()


class _Lines(StringIO):
    """Takes rows, and ends each as programs on Unix do."""

    def write(self, text: str, /) -> int:
        """Write a row."""
        return super().write(f"{text.removesuffix(_BOTH)}\n")


def harmless(value: Any) -> Any:
    """A value as a field of CSV: text that a spreadsheet would take for a formula is marked as text."""
    if isinstance(value, str) and begins_formula(value) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def begins_formula(value: str) -> bool:
    """Whether a spreadsheet may take text for a formula."""
    return value.startswith(_BEGINS_FORMULA)
