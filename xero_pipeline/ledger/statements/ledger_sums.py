"""What the journal lines of an account come to in a range, without reading them one by one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.ledger.cash_basis.lines import lines_named

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.ledger.cash_basis.lines import Basis
    from xero_pipeline.ledger.statements.periods import Period

_SUMS = """
SELECT l.account_id, SUM(CASE WHEN l.net_amount > 0 THEN l.net_amount ELSE 0 END) AS debit,
    SUM(CASE WHEN l.net_amount < 0 THEN -l.net_amount ELSE 0 END) AS credit, COUNT(*) AS lines
FROM {lines} AS l WHERE l.tenant_id = :tenant_id AND l.journal_date BETWEEN :start AND :end
"""


@dataclass(frozen=True, slots=True)
class LedgerSums:
    """What the journals of an account come to in a range.

    Args:
        lines: How many lines they have.
    """

    debit: Decimal
    credit: Decimal
    lines: int


def ledger_sums(
    connection: Connection, tenant_id: str, period: Period, account_id: str | None = None, *, basis: Basis = "accrual"
) -> dict[str, LedgerSums]:
    """What the journals of each account come to, without reading their lines.

    Args:
        connection: To the warehouse; reading is enough.
        account_id: The only account; None for all.
    """
    one = " AND l.account_id = :account_id" if account_id is not None else ""
    params = {"tenant_id": tenant_id, "start": period.start, "end": period.end, "account_id": account_id}
    rows = connection.execute(text(f"{_SUMS.format(lines=lines_named(basis))}{one} GROUP BY l.account_id"), params)
    return {row.account_id: LedgerSums(row.debit, row.credit, row.lines) for row in rows}
