"""Of how many months of some days a statement was compared with Xero's reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.calendar import months_between
from xero_pipeline.ledger.reconcile.tie_out import AFTER
from xero_pipeline.ledger.sql_templates import SqlTemplates
from xero_pipeline.ledger.tables import named

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

_POSTED = f"SELECT MIN(journal_date), MAX(journal_date) FROM {named('journals')} WHERE tenant_id = :tenant_id"


@dataclass(frozen=True, slots=True)
class ComparedMonths:
    """The months of some days.

    Args:
        posted: From the first posting to the last: a statement has figures of these.
        by_statement: Those that were compared, by statement as in `ledger.tie_out`.
    """

    posted: frozenset[date]
    by_statement: Mapping[str, frozenset[date]]

    def of(self, statement: str) -> tuple[int, int]:
        """How many months of a statement were compared, and of how many."""
        compared = self.by_statement.get(statement, frozenset())
        compared |= self.by_statement.get(AFTER.get(statement, statement), frozenset())
        return len(compared), len(compared | self.posted)


def compared_months(connection: Connection, tenant_id: str, first: date, last: date) -> ComparedMonths:
    """Look which months were compared.

    Args:
        connection: To the books, which have a ledger; reading is enough.
        first: The first day of a month.
        last: Any day.
    """
    oldest, newest = connection.execute(text(_POSTED), {"tenant_id": tenant_id}).one()
    posted = months_between(max(first, oldest), min(last, newest)) if oldest else ()
    query = SqlTemplates("reconcile", connection, tenant_id, first=first, last=last).text("compared_months")
    months: dict[str, set[date]] = {}
    for statement, month in connection.exec_driver_sql(query):
        months.setdefault(statement, set()).add(month)
    return ComparedMonths(frozenset(posted), {statement: frozenset(found) for statement, found in months.items()})
