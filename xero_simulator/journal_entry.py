"""One comparison of what the books post with the journals that are in the log, and what is appended because of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_simulator.api.query_values import milliseconds
from xero_simulator.books.double_entry.journals import Journal, JournalWriter, journals_of
from xero_simulator.values.amounts import ZERO
from xero_simulator.values.days import event_ms, wire_ms
from xero_simulator.values.exact_json import loads
from xero_simulator.wire import encode
from xero_simulator.workbench import Record

if TYPE_CHECKING:
    from xero_simulator.company import Company

_AMOUNTS = ("NetAmount", "GrossAmount", "TaxAmount")


@dataclass(frozen=True, slots=True)
class _Change:
    """What is to be appended because of one source: a reversal, a journal, or both."""

    day: str
    key: str
    reversed: int | None = None
    journal: Journal | None = None


class JournalEntry:
    """One comparison of the books with the log.

    Args:
        database: In a transaction.
        now: Milliseconds since 1970.
    """

    def __init__(self, database: sqlite3.Connection, company: Company, now: int) -> None:
        self._database = database
        self._company = company
        self._now = now
        self._writer = JournalWriter(company.bench.tables)
        sql = "SELECT COALESCE(MAX(number), 0), COALESCE(MAX(created), 0) FROM journals WHERE tenant_id = ?"
        self._number, self._created = database.execute(sql, (company.tenant_id,)).fetchone()
        self._is_first = self._number == 0

    def append_all(self) -> None:
        """Append whatever the log lacks, by day and then by source."""
        for change in sorted(self._changes(), key=lambda change: (change.day, change.key)):
            if change.reversed is not None:
                self._reverse(change.reversed, change.key)
            if change.journal is not None:
                self._append(
                    change.key, change.journal.fingerprint, self._writer.record(change.journal), change.journal
                )

    def _changes(self) -> Iterator[_Change]:
        sql = "SELECT source, number, fingerprint, day FROM journals WHERE tenant_id = ? AND stands"
        standing = {row["source"]: row for row in self._database.execute(sql, (self._company.tenant_id,))}
        for journal in journals_of(self._company.postings):
            before = standing.pop(journal.key, None)
            if before is None or before["fingerprint"] != journal.fingerprint:
                reversed_ = None if before is None else before["number"]
                yield _Change(journal.day.isoformat(), journal.key, reversed_, journal)
        for source, row in standing.items():
            yield _Change(row["day"], source, row["number"])

    def _reverse(self, number: int, key: str) -> None:
        where = "WHERE tenant_id = ? AND number = ?"
        place = (self._company.tenant_id, number)
        (text,) = self._database.execute(f"SELECT record FROM journals {where}", place).fetchone()
        self._database.execute(f"UPDATE journals SET stands = 0 {where}", place)
        before = loads(text)
        lines = [
            {name: ZERO - value if name in _AMOUNTS else value for name, value in line.items()}
            for line in before["JournalLines"]
        ]
        self._append(key, "", {**before, "JournalLines": lines}, None)

    def _append(self, key: str, fingerprint: str, record: Record, journal: Journal | None) -> None:
        self._number += 1
        self._created = max(self._created, self._posted_at(key, journal))
        name = self._company.bench.id_of(f"posted/{self._number}")
        lines = [
            {**line, "JournalLineID": self._company.bench.id_of(f"posted/{self._number}/{place}")}
            for place, line in enumerate(record["JournalLines"])
        ]
        head = {
            "JournalID": name,
            "JournalDate": record["JournalDate"],
            "JournalNumber": self._number,
            "CreatedDateUTC": wire_ms(self._created),
        }
        told = {field: record[field] for field in ("Reference", "SourceID", "SourceType") if field in record}
        day = journal.day.isoformat() if journal else ""
        row = (
            name,
            self._number,
            self._created,
            key,
            day,
            fingerprint,
            journal is not None,
            encode({**head, **told, "JournalLines": lines}),
        )
        self._database.execute(
            "INSERT INTO journals (tenant_id, id, number, created, source, day, fingerprint, stands, record) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (self._company.tenant_id, *row),
        )

    def _posted_at(self, key: str, journal: Journal | None) -> int:
        """Of the books as they were written: on the day itself; later: when its source was changed, or now."""
        if self._is_first and journal is not None:
            return min(event_ms(journal.day, key), self._now)
        stamp = self._writer.source(key).get("UpdatedDateUTC")
        changed = 0 if stamp is None else milliseconds(stamp)
        return changed if changed > self._created else self._now
