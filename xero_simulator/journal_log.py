"""The journals an organisation has posted, numbered and never changed: what `/Journals` reads from.

The books only know what they post now. So before each answer the log compares that with what it holds: what is new is
appended, and of what has changed or is gone the journal stays, and a reversal of the same day is appended (and behind
it the new one), with a higher number and the instant of the edit. It lives in the store, so that a number, once
given, stays what it is in every process.

Source: Xero's page "Journals", and Xero's own words in its developer community: an update posts two further journals,
the first reverses the original, the second records the revised figures.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from xero_simulator.values.exact_json import loads
from xero_simulator.wire import encode

if TYPE_CHECKING:
    from xero_simulator.company import Company
    from xero_simulator.store import Store


class JournalLog:
    """Keeps the journals of all organisations.

    Args:
        clock: Seconds since 1970.
    """

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._noted: dict[str, tuple[Company, int]] = {}

    def behind(self, company: Company, number: int, since: int, most: int) -> Sequence[bytes]:
        """The journals behind a number, in the order of their numbers.

        Args:
            number: Those with a higher one.
            since: Only those posted at or after this instant, in milliseconds since 1970.
            most: So many at most.
        """
        self._catch_up(company)
        sql = "SELECT record FROM journals WHERE tenant_id = ? AND number > ? AND created >= ? ORDER BY number LIMIT ?"
        return [row["record"] for row in self._store.read(sql, company.tenant_id, number, since, most)]

    def one(self, company: Company, name: str) -> bytes | None:
        """One journal, which then does not tell its source; None if there is none.

        Args:
            name: Its id or its number.
        """
        self._catch_up(company)
        sql = "SELECT record FROM journals WHERE tenant_id = ? AND (id = ? OR CAST(number AS TEXT) = ?)"
        for row in self._store.read(sql, company.tenant_id, name.lower(), name):
            record = loads(row["record"])
            return encode({key: value for key, value in record.items() if key not in {"SourceID", "SourceType"}})
        return None

    def _catch_up(self, company: Company) -> None:
        with self._lock:
            revision = company.revision
            noted = self._noted.get(company.tenant_id)
            if noted is not None and noted[0] is company and noted[1] == revision:
                return
            from xero_simulator.journal_entry import JournalEntry

            with self._store.writing() as database:
                JournalEntry(database, company, int(self._clock() * 1000)).append_all()
            self._noted[company.tenant_id] = (company, revision)
