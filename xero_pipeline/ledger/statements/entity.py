"""What statements need to know of an organisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.posting.rules import WITHOUT_DOCUMENT
from xero_pipeline.ledger.schema import has_ledger
from xero_pipeline.ledger.statements.periods import YearEnd
from xero_pipeline.ledger.tables import named
from xero_pipeline.warehouse.sql import among

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

_ORGANISATION = """
SELECT name, base_currency, country_code, financial_year_end_day AS day, financial_year_end_month AS month
FROM xero.organisations WHERE tenant_id = :tenant_id AND NOT is_deleted
"""
_WITH_SEPARATE_GAINS = frozenset({"AU"})
"""Countries whose profit and loss shows the accounts of currency gains one by one; elsewhere they are one line."""


@dataclass(frozen=True, slots=True)
class Entity:
    """Whose statements are asked for.

    Args:
        base_currency: The currency of every statement.
        year_end: When its financial year ends.
        folds_gains: Whether its profit and loss shows all accounts of currency gains as one line.
    """

    tenant_id: str
    name: str
    base_currency: str
    year_end: YearEnd
    folds_gains: bool


def entity_of(connection: Connection, tenant_id: str) -> Entity:
    """Look an organisation up in the warehouse.

    Args:
        connection: To the warehouse; reading is enough.

    Raises:
        ConfigurationError: The warehouse does not have it, or not when its financial year ends.
    """
    row = connection.execute(text(_ORGANISATION), {"tenant_id": tenant_id}).one_or_none()
    if row is None or row.day is None or row.month is None:
        raise ConfigurationError(
            "The warehouse does not know when the financial year of this organisation ends, and statements need it. "
            "Run `xero-pipeline sync --select organisations` first.",
            organisation=tenant_id,
        )
    year_end = YearEnd(row.day, row.month)
    folds = row.country_code not in _WITH_SEPARATE_GAINS
    return Entity(tenant_id, row.name or "", row.base_currency or "", year_end, folds)


def newest_day(connection: Connection, tenant_id: str) -> date | None:
    """The last day that a document posts on; None where none does.

    What no document shows is posted on the last day of a month, which may not be over yet; so are revaluations.

    Args:
        connection: To the warehouse; reading is enough.
    """
    if not has_ledger(connection):
        return None
    sql = f"SELECT MAX(journal_date) FROM {named('journals')} WHERE tenant_id = :tenant_id "
    sql += f"AND source_type NOT IN {among(WITHOUT_DOCUMENT)}"
    return connection.execute(text(sql), {"tenant_id": tenant_id}).scalar_one()


def oldest_day(connection: Connection, tenant_id: str) -> date | None:
    """The first day on which anything is posted, conversion balances too; None where nothing is."""
    sql = f"SELECT MIN(journal_date) FROM {named('journals')} WHERE tenant_id = :tenant_id"
    return connection.execute(text(sql), {"tenant_id": tenant_id}).scalar_one()


def is_posted(connection: Connection, tenant_id: str, start: date, end: date) -> bool:
    """Whether anything is posted in some days."""
    sql = f"SELECT COUNT(*) > 0 FROM {named('journals')} WHERE tenant_id = :tenant_id "
    sql += "AND journal_date BETWEEN :start AND :end"
    return connection.execute(text(sql), {"tenant_id": tenant_id, "start": start, "end": end}).scalar_one()
