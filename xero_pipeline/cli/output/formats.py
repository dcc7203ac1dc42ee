"""An answer of the warehouse as people and programs want it: a table, CSV, JSON, Markdown. Nothing is rounded."""

from __future__ import annotations

import csv
import json
import sys
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from typing import Any

from xero_pipeline.queries.rows import RowStream, plain, shortened


class Format(StrEnum):
    """How an answer is written."""

    table = "table"
    csv = "csv"
    json = "json"
    markdown = "markdown"


def write_csv(answer: RowStream, limit: int | None) -> bool:
    """Write CSV, row by row: what is null is empty.

    Args:
        limit: At most so many; None for all.

    Returns:
        Whether there are more.
    """
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(answer.names)
    for row in islice(answer.rows, limit):
        writer.writerow("" if value is None else plain(value) for value in row)
    return next(answer.rows, None) is not None


def write_json(answer: RowStream, limit: int | None) -> bool:
    """Write a list of objects, row by row: instants and days are ISO 8601, amounts are text, for JSON's are floats.

    Args:
        limit: At most so many; None for all.

    Returns:
        Whether there are more.
    """
    before = "["
    for row in islice(answer.rows, limit):
        record = dict(zip(answer.names, row, strict=True))
        sys.stdout.write(f"{before}\n  {json.dumps(record, default=plain, ensure_ascii=False)}")
        before = ","
    sys.stdout.write("[]\n" if before == "[" else "\n]\n")
    return next(answer.rows, None) is not None


def readable(value: Any) -> str:
    """A value as people read it: as for programs, thousands apart."""
    if value is None:
        return "–"
    if isinstance(value, Decimal):
        return shortened(f"{value:,f}")
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return plain(value)
