"""Numbers of journals, which Fivetran's tables have and documents do not give: given once, never again.

Within an organisation they count up. Journals that come together are numbered by day, then id, so that a ledger made
anew from the same documents has the same numbers. A journal that is posted anew keeps its number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.ledger.tables import named
from xero_pipeline.warehouse.sql import literal

if TYPE_CHECKING:
    from sqlalchemy import Connection


def number_journals(connection: Connection, tenant_id: str | None = None) -> None:
    """Give every journal a number that has none yet.

    Args:
        connection: In a transaction that writes.
        tenant_id: Of which organisation; None for all.
    """
    numbers = named("journal_numbers")
    # Written into each part: of what is grouped, PostgreSQL would read every organisation first.
    of, ours = (
        ("", "")
        if tenant_id is None
        else (f"WHERE tenant_id = {literal(tenant_id)} ", f"AND j.tenant_id = {literal(tenant_id)}")
    )
    connection.exec_driver_sql(
        f"INSERT INTO {numbers} (tenant_id, journal_id, journal_number) "
        "SELECT j.tenant_id, j.journal_id, COALESCE(u.used, 0) + ROW_NUMBER() OVER "
        "(PARTITION BY j.tenant_id ORDER BY j.journal_date, j.journal_id) "
        f"FROM {named('journals')} AS j "
        f"LEFT JOIN {numbers} AS n ON n.tenant_id = j.tenant_id AND n.journal_id = j.journal_id "
        f"LEFT JOIN (SELECT tenant_id, MAX(journal_number) AS used FROM {numbers} {of}GROUP BY tenant_id) AS u "
        f"ON u.tenant_id = j.tenant_id WHERE n.journal_id IS NULL {ours}"
    )
