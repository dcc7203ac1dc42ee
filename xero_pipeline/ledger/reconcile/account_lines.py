"""Posts what no document shows but Xero's Account Data API does, as journals, on their own days.

A line whose document the ledger knows posts with that document. The others are posted where, on an account in a month,
they come to what no document shows, to the cent; and a journal only whole, if it sums to zero. All else stays a
reconciling item.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from xero_pipeline.calendar import month_end
from xero_pipeline.ledger.posting.rules import ACCOUNT_DATA, UNEXPLAINED
from xero_pipeline.ledger.schema import has_ledger
from xero_pipeline.ledger.sql_templates import SqlTemplates
from xero_pipeline.ledger.tables import arrow_rows, named
from xero_pipeline.warehouse.sql import among, literal

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from xero_pipeline.warehouse.database.dialect import Dialect
    from xero_pipeline.warehouse.store import Warehouse

_ZERO = Decimal(0)
_Place = tuple[int, str]
"""The number of a month, and the account that Xero's trial balance has a line under."""


@dataclass(frozen=True, slots=True)
class AccountLine:
    """A line that no document of ours is behind; debit positive.

    Args:
        number: Of the month it counts for.
        shown_as: The account that Xero's trial balance has it under.
        journal_number: Xero's; none of payroll, of which a day is a journal.
    """

    number: int
    shown_as: str
    account_id: str
    journal_number: int | None
    day: date
    amount: Decimal
    document_type: str | None
    description: str | None

    @property
    def place(self) -> _Place:
        """Where what no document shows must be what lines come to."""
        return self.number, self.shown_as

    @property
    def journal(self) -> str:
        """The journal it belongs to."""
        return f"{self.document_type}/{self.day}" if self.journal_number is None else str(self.journal_number)


def unexplained_months(warehouse: Warehouse, tenant_id: str) -> list[tuple[str, date, Decimal]]:
    """What no document shows on accounts that Xero has, by month end; what is posted of it as ACCOUNT-DATA, too.

    Raises:
        WarehouseBusy: Another process held the file all the time.
    """
    found: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    with warehouse.reading() as connection:
        rows = connection.exec_driver_sql(_unexplained(tenant_id)).fetchall() if has_ledger(connection) else ()
    for account_id, day, amount in rows:
        found[account_id, month_end(day)] += amount
    return [(*place, amount) for place, amount in found.items() if amount]


def _unexplained(tenant_id: str) -> str:
    mine = f"tenant_id = {literal(tenant_id)}"
    return (
        f"SELECT account_id, journal_date, SUM(net_amount) FROM {named('journal_lines')} "
        f"WHERE {mine} AND source_type IN {among((UNEXPLAINED, ACCOUNT_DATA))} "
        # Not what was there before the first month, and no gain of a revaluation: no journal of a month shows those.
        "AND COALESCE(cause, '') <> 'REVALUATION' AND journal_date >= (SELECT MIN(period_start) FROM xero.report_pulls "
        f"WHERE {mine} AND report = 'trial_balance' AND basis = 'accrual') "
        f"AND account_id IN (SELECT account_id FROM xero.accounts WHERE {mine} AND NOT is_deleted) "
        "GROUP BY account_id, journal_date"
    )


def remove_account_lines(connection: Connection, tenant_id: str) -> None:
    """Take away what was posted before: the documents are compared with Xero without it."""
    queries = SqlTemplates("reconcile", connection, tenant_id, account_data=ACCOUNT_DATA)
    for name in ("remove_account_lines", "remove_account_journals"):
        queries.run(name)


def post_account_lines(connection: Connection, dialect: Dialect, tenant_id: str, *, at: datetime) -> bool:
    """Post the lines that come to what no document shows.

    Args:
        connection: In the transaction in which the documents were compared with Xero's balances.
        at: Now, in UTC.

    Returns:
        Whether anything was posted, so that they have to be compared again.
    """
    queries = SqlTemplates("reconcile", connection, tenant_id)
    lines = [AccountLine(*row) for row in connection.exec_driver_sql(queries.text("account_lines"))]
    if not lines:
        return False
    arisen = connection.exec_driver_sql("SELECT number, account_id, arisen FROM tie_differences WHERE arisen <> 0")
    posted = whole_journals(lines, {(number, account): amount for number, account, amount in arisen})
    if posted:
        _write(connection, dialect, tenant_id, posted, at)
    return bool(posted)


def whole_journals(
    lines: Sequence[AccountLine], unexplained: Mapping[_Place, Decimal]
) -> Mapping[str, Sequence[AccountLine]]:
    """The journals that may post: each sums to zero, and all on each account in each month come to what is unexplained.

    Args:
        unexplained: What no document shows, by month and account.
    """
    left = _by_journal(lines)
    while True:
        sums: dict[_Place, Decimal] = defaultdict(Decimal)
        for line in (line for some in left.values() for line in some):
            sums[line.place] += line.amount
        wrong = {place for place, amount in sums.items() if amount != unexplained.get(place, _ZERO)}
        kept = {name: some for name, some in left.items() if _may_post(some, wrong)}
        if len(kept) == len(left):
            return kept
        left = kept


def _by_journal(lines: Sequence[AccountLine]) -> dict[str, list[AccountLine]]:
    found: dict[str, list[AccountLine]] = defaultdict(list)
    for line in lines:
        found[line.journal].append(line)
    return found


def _may_post(lines: Sequence[AccountLine], wrong: Collection[_Place]) -> bool:
    return not sum((line.amount for line in lines), _ZERO) and not any(line.place in wrong for line in lines)


def _write(
    connection: Connection,
    dialect: Dialect,
    tenant_id: str,
    posted: Mapping[str, Sequence[AccountLine]],
    at: datetime,
) -> None:
    journals: list[dict[str, object]] = []
    rows: list[dict[str, object]] = []
    for name, lines in posted.items():
        told: dict[str, object] = {
            "tenant_id": tenant_id,
            "journal_id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{ACCOUNT_DATA}/{tenant_id}/{name}")),
            "journal_date": lines[0].day,
            "source_type": ACCOUNT_DATA,
        }
        number = lines[0].journal_number
        journals.append({**told, "reference": f"Journal {number} of Xero" if number else name, "posted_at": at})
        rows += [{**told, "line_number": place, **_amounts(line)} for place, line in enumerate(lines)]
    dialect.append(connection, named("journals"), arrow_rows("journals", journals))
    dialect.append(connection, named("journal_lines"), arrow_rows("journal_lines", rows))


def _amounts(line: AccountLine) -> dict[str, object]:
    return {
        "account_id": line.account_id,
        "net_amount": line.amount,
        "tax_amount": _ZERO,
        "foreign_amount": line.amount,
        "role": "line",
        "description": line.description or line.document_type,
    }
