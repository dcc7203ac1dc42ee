"""The rates that a person gives in a file, which win over those of the documents."""

from __future__ import annotations

import csv
import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.consolidation.rates import GivenRate
from xero_pipeline.ledger.schema import upgrade_schema
from xero_pipeline.ledger.tables import named
from xero_pipeline.validation_messages import file_text, first_of
from xero_pipeline.warehouse.sql import literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from xero_pipeline.warehouse.load.merge import Dialect

COLUMNS = ("month", "from_currency", "to_currency", "average", "closing")
EXAMPLE = "month,from_currency,to_currency,average,closing\n2026-03,GBP,NZD,2.1351,2.1610"
_MONTH = re.compile(r"([12]\d{3})-(0[1-9]|1[0-2])(-\d{2})?")
_RATE = re.compile(r"\d{1,9}(\.\d{1,10})?")


class _Mistake(ValueError):
    """What is wrong in a line."""


def read_rates(path: Path) -> list[GivenRate]:
    """The rates of a file with the columns `month,from_currency,to_currency,average,closing`.

    Args:
        path: The file: UTF-8, its columns separated by commas, semicolons or tabs.

    Raises:
        ConfigurationError: The file cannot be read, or lines of it are wrong; the message names them.
    """
    text = file_text(path, f"The rates in {path}")
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    names = [name.strip().lower() for name in head.split(separator)]
    if lacking := [name for name in COLUMNS if name not in names]:
        raise ConfigurationError(
            f"The first line of {path} must name the columns {', '.join(COLUMNS)}; it lacks {', '.join(lacking)}. "
            f"A file looks like this:\n{EXAMPLE}"
        )
    rows = csv.DictReader(text.splitlines()[1:], fieldnames=names, delimiter=separator)
    return _checked(path, [(number, row) for number, row in enumerate(rows, start=2) if any(row.values())])


def import_rates(connection: Connection, dialect: Dialect, rates: Sequence[GivenRate], *, at: datetime) -> None:
    """Keep given rates; one that is there of the same month and pair of currencies gives way.

    Args:
        connection: In a transaction that writes.
        rates: From `read_rates`.
        at: Now, in UTC.
    """
    upgrade_schema(dialect, connection)
    table = named("exchange_rates")
    for one in rates:
        key = {"month": one.month, "from_currency": one.from_currency, "to_currency": one.to_currency}
        same = " AND ".join(f"{name} = {literal(value)}" for name, value in key.items())
        connection.exec_driver_sql(f"DELETE FROM {table} WHERE {same}")
        values = [*map(literal, key.values()), _number(one.average), _number(one.closing), literal(at)]
        connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({', '.join(values)})")


def clear_rates(connection: Connection, dialect: Dialect) -> None:
    """Forget all given rates.

    Args:
        connection: In a transaction that writes.
    """
    upgrade_schema(dialect, connection)
    connection.exec_driver_sql(f"DELETE FROM {named('exchange_rates')}")


def _number(value: Decimal | None) -> str:
    return "NULL" if value is None else f"CAST('{value:f}' AS NUMERIC(20, 10))"


def _checked(path: Path, rows: Sequence[tuple[int, Mapping[str, str | None]]]) -> list[GivenRate]:
    found: dict[tuple[date, str, str], GivenRate] = {}
    mistakes: list[str] = []
    for number, row in rows:
        try:
            one = _rate_of_row({name: (row.get(name) or "").strip() for name in COLUMNS})
            if (one.month, one.from_currency, one.to_currency) in found:
                raise _Mistake(f"{one.from_currency} to {one.to_currency} in {one.month:%Y-%m} is there already")
            found[one.month, one.from_currency, one.to_currency] = one
        except _Mistake as mistake:
            mistakes.append(f"line {number}: {mistake}")
    if mistakes:
        raise ConfigurationError(
            f"Nothing was imported from {path}: {first_of(mistakes)} A file looks like this:\n{EXAMPLE}"
        )
    if not found:
        raise ConfigurationError(f"There are no rates in {path}. A file looks like this:\n{EXAMPLE}")
    return list(found.values())


def _rate_of_row(row: Mapping[str, str]) -> GivenRate:
    base, currency = (row[name].upper() for name in ("from_currency", "to_currency"))
    for code in (base, currency):
        if not re.fullmatch("[A-Z]{3}", code):
            raise _Mistake(f"{code!r} is no currency code of three letters")
    if base == currency:
        raise _Mistake(f"both currencies are {base}")
    average, closing = (_rate(row[name]) for name in ("average", "closing"))
    if average is None and closing is None:
        raise _Mistake("neither average nor closing has a rate")
    return GivenRate(_month(row["month"]), base, currency, average, closing)


def _month(text: str) -> date:
    parts = _MONTH.fullmatch(text)
    if parts is None:
        raise _Mistake(f"{text!r} is not a valid month: write it as 2026-03")
    return date(int(parts[1]), int(parts[2]), 1)


def _rate(text: str) -> Decimal | None:
    if not text:
        return None
    if not _RATE.fullmatch(text) or not Decimal(text):
        raise _Mistake(f"{text!r} is no rate: write a number above 0 as 1.0834, with ten decimals at most")
    return Decimal(text)
