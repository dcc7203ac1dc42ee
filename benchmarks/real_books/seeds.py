"""The seeds as they lie in their folder: rows of text, and Xero's own journals with their lines."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path

Row = Mapping[str, str]
Moved = dict[tuple[str, dt.date], Decimal]
"""By account id and day what was moved, debit positive; nothing that comes to zero."""

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a journal of Xero's.

    Args:
        net: Base currency, debit positive.
        tax_type: How it is taxed; empty on the lines that Xero itself adds.
        tax: The tax that goes with it.
    """

    account_id: str
    net: Decimal
    tax_type: str
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Journal:
    """One journal of Xero's; it is never changed, an edit of its source posts a reversal and a new one.

    Args:
        number: In the order of posting.
        created: When it was posted, as the seeds write it.
        source_type: The kind of its source; empty for what no document shows.
        source_id: The id of its source; empty likewise.
        lines: They sum to zero.
    """

    journal_id: str
    number: int
    created: str
    day: dt.date
    source_type: str
    source_id: str
    reference: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Seeds:
    """The tables of the folder, by the name between `xero_` and `_data.csv`.

    Args:
        tables: Rows of every table.
    """

    tables: Mapping[str, Sequence[Row]]

    def rows(self, name: str) -> Sequence[Row]:
        """The rows of a table; none where the folder has no such table.

        Args:
            name: Such as `invoice`.
        """
        return self.tables.get(name, ())

    @cached_property
    def journals(self) -> Sequence[Journal]:
        """All journals in the order of their numbers."""
        lines: dict[str, list[Line]] = defaultdict(list)
        for row in self.rows("journal_line"):
            line = Line(row["account_id"], Decimal(row["net_amount"]), row["tax_type"], Decimal(row["tax_amount"]))
            lines[row["journal_id"]].append(line)
        found = (_journal(row, lines[row["journal_id"]]) for row in self.rows("journal"))
        return sorted(found, key=lambda journal: journal.number)

    @property
    def first_month(self) -> dt.date:
        """The first day of the month in which the books begin."""
        return min(journal.day for journal in self.journals).replace(day=1)

    @cached_property
    def by_source(self) -> Mapping[str, Sequence[Journal]]:
        """The journals of every source, oldest first; those without a source are left out."""
        found: dict[str, list[Journal]] = defaultdict(list)
        for journal in self.journals:
            if journal.source_id:
                found[journal.source_id].append(journal)
        return found

    def sources(self, *kinds: str) -> Mapping[str, Sequence[Journal]]:
        """The sources of some kinds with their journals.

        Args:
            *kinds: Such as `CASHPAID`.
        """
        return {key: found for key, found in self.by_source.items() if found[0].source_type in kinds}

    @cached_property
    def invoice_lines(self) -> Mapping[str, Sequence[Row]]:
        """The lines of every invoice."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows("invoice_line_item"):
            found[row["invoice_id"]].append(row)
        return found

    @cached_property
    def accounts(self) -> Mapping[str, Row]:
        """The accounts by their id."""
        return {row["account_id"]: row for row in self.rows("account")}


def read_seeds(folder: Path) -> Seeds:
    """Read all tables of a folder.

    Args:
        folder: The repository of the seeds, or the folder in it that has the files.

    Raises:
        SystemExit: The folder has no such files; the message says what to do.
    """
    place = next((one for one in (folder, folder / "integration_tests" / "seeds") if any(one.glob("xero_*.csv"))), None)
    if place is None:
        raise SystemExit(
            f"{folder} has no xero_*_data.csv. Clone https://github.com/fivetran/dbt_xero and give its folder."
        )
    tables: dict[str, Sequence[Row]] = {}
    for path in sorted(place.glob("xero_*_data.csv")):
        with path.open(newline="", encoding="utf-8-sig") as file:
            tables[path.stem.removeprefix("xero_").removesuffix("_data")] = list(csv.DictReader(file))
    return Seeds(tables)


def moved(journals: Iterable[Journal]) -> Moved:
    """What some journals come to: a reversal takes away what it reverses."""
    sums: Moved = defaultdict(Decimal)
    for journal in journals:
        for line in journal.lines:
            sums[line.account_id, journal.day] += line.net
    return {key: amount for key, amount in sums.items() if amount}


def day_of(text: str) -> dt.date:
    """A day, of a day or of an instant.

    Args:
        text: As the seeds write it.
    """
    return dt.date.fromisoformat(text[:10])


def _journal(row: Row, lines: Sequence[Line]) -> Journal:
    return Journal(
        journal_id=row["journal_id"],
        number=int(row["journal_number"]),
        created=row["created_date_utc"],
        day=day_of(row["journal_date"]),
        source_type=row["source_type"],
        source_id=row["source_id"],
        reference=row["reference"],
        lines=tuple(lines),
    )
