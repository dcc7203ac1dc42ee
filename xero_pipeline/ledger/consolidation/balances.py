"""Writing `ledger.group_balances`, which the consolidated statements add up, source by source.

The files in `sql/`:

    group_months, group_ownership    the months with the group's financial years; what others own of whom
    group_moved      what moved on each account of the group, of organisations, eliminations and group journals
    group_standing   what stands at the end of each month but on retained earnings
    group_whole      the same with retained earnings, which take what all else leaves over
    group_minority   the share of owners outside the group
    write_group_balances    all of it
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.calendar import month_start, year_start
from xero_pipeline.ledger.sql_templates import SqlTemplates
from xero_pipeline.warehouse.sql import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from decimal import Decimal

    from sqlalchemy import Connection

    from xero_pipeline.ledger.consolidation.members import GroupMember
    from xero_pipeline.ledger.consolidation.months import MonthRates

GROUP_ACCOUNT = tuple(f"group_account_{part}" for part in ("id", "code", "name", "class", "type"))
SOURCES = (
    ("organisation", "organisations"),
    ("elimination", "eliminations"),
    ("journal", "group_journals"),
    ("minority", "minority"),
)
"""Where a balance of the group comes from, and what its column is called."""
_STEPS = ("group_months", "group_ownership", "group_moved", "group_standing", "group_whole", "group_minority")


def write_balances(
    connection: Connection,
    months: Iterable[MonthRates],
    leading: GroupMember,
    minorities: Mapping[str, Decimal],
    currency: str,
) -> None:
    """Write the balances of the group.

    Args:
        connection: In the transaction that wrote the other tables of the group.
        months: All months, at least one.
        leading: The organisation whose financial year, and whose account of retained earnings, is the group's.
        minorities: By tenant id how many per cent of an organisation others own.
        currency: The presentation currency.
    """
    spans = sorted({(one.start, one.end, _year_start(one.end, leading)) for one in months})
    queries = SqlTemplates(
        "consolidation",
        connection,
        None,
        months=spans,
        minorities=sorted(minorities.items()),
        leading=literal(leading.tenant_id),
        currency=currency,
        group_account=GROUP_ACCOUNT,
        total=total_sql,
    )
    for name in _STEPS:
        queries.make(name)
    queries.run("write_group_balances")


def total_sql(column: str) -> str:
    """SQL: a sum that is empty where a part of it is."""
    return f"CASE WHEN COUNT(*) = COUNT({column}) THEN SUM({column}) END"


def total_of_sql(source: str, column: str) -> str:
    """SQL: the sum of what comes from one source, 0 where nothing does, empty where a part of it is."""
    return total_sql(f"CASE source WHEN '{source}' THEN {column} ELSE 0 END")


def _year_start(month_end: date, leading: GroupMember) -> date:
    """First day of the month that the group's financial year began in: it has whole months."""
    return month_start(year_start(month_end, leading.year_end_day, leading.year_end_month))
