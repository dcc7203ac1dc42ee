"""How far figures of the ledger can be trusted: whether it is as new as the documents, and agrees with Xero."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from xero_pipeline.ledger.schema import has_ledger
from xero_pipeline.ledger.tables import named
from xero_pipeline.ledger.update import behind
from xero_pipeline.warehouse.sql import among

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection, RowMapping

_STATEMENTS = f"""
SELECT tenant_id, statement, COUNT(*) AS figures, COUNT(DISTINCT period_start) AS months,
    SUM(CASE WHEN is_stale THEN 1 ELSE 0 END) AS stale,
    SUM(CASE WHEN NOT is_stale AND difference <> 0 THEN 1 ELSE 0 END) AS differ,
    SUM(CASE WHEN NOT is_stale AND difference <> 0 AND cause = 'UNKNOWN' THEN 1 ELSE 0 END) AS unexplained,
    MIN(CASE WHEN NOT is_stale AND difference <> 0 AND cause = 'UNKNOWN' THEN differs_since END) AS unexplained_since,
    MIN(CASE WHEN NOT is_stale AND difference <> 0 AND cause = 'UNKNOWN' THEN period_start END) AS unexplained_from
FROM {named("tie_out")} WHERE tenant_id IN {{tenants}} GROUP BY tenant_id, statement ORDER BY tenant_id, statement
"""
_DIFFERENCES = f"""
SELECT t.period_start AS month, t.period_end, t.statement, t.account_code, t.account_name, t.measure, t.our_amount,
    t.xero_amount, t.difference, t.cause, a.account_id
FROM {named("tie_out")} AS t LEFT JOIN xero.accounts AS a ON a.tenant_id = t.tenant_id AND a.account_id = t.account_id
WHERE t.tenant_id = :tenant_id AND NOT t.is_stale AND t.difference <> 0
ORDER BY ABS(t.difference) DESC, t.period_start DESC, t.statement, t.account_id, t.measure LIMIT 12
"""
_KEPT = f"SELECT tenant_id FROM {named('kept')} WHERE tenant_id IN {{tenants}}"


@dataclass(frozen=True, slots=True)
class TieOut:
    """The comparison of the ledger with Xero's reports, as `ledger.tie_out` has it.

    Args:
        statements: For each statement how many figures of how many months were compared, how many differ, and how many
            wait for their report to be pulled again.
        differences: The largest, each with what is likely behind it; `account_id` is None of what is no account, such
            as Current Year Earnings.
    """

    statements: Sequence[Mapping[str, Any]]
    differences: Sequence[Mapping[str, Any]]

    @property
    def figures(self) -> int:
        """How many were compared."""
        return sum(one["figures"] - one["stale"] for one in self.statements)

    @property
    def differ(self) -> int:
        """How many differ."""
        return sum(one["differ"] for one in self.statements)

    @property
    def unexplained(self) -> int:
        """How many of them have no known cause."""
        return sum(one["unexplained"] for one in self.statements)

    @property
    def unexplained_since(self) -> datetime | None:
        """When the first of these was seen; None where there is none, or nobody wrote it down yet."""
        return min((one["unexplained_since"] for one in self.statements if one["unexplained_since"]), default=None)

    @property
    def unexplained_from(self) -> date | None:
        """The first month in which one of these arose."""
        return min((one["unexplained_from"] for one in self.statements if one["unexplained_from"]), default=None)

    @property
    def stale(self) -> int:
        """How many wait for their report to be pulled again."""
        return sum(one["stale"] for one in self.statements)


@dataclass(frozen=True, slots=True)
class Trust:
    """How the ledger of an organisation stands.

    Args:
        is_kept: Whether it was ever kept.
        is_behind: Whether documents or reports were read since.
        tie_out: Whether it agrees with Xero; None where that was not compared.
    """

    is_kept: bool
    is_behind: bool
    tie_out: TieOut | None

    @property
    def is_good(self) -> bool:
        """Whether every figure is as new as the documents, and equal to Xero's but for what has a likely cause."""
        waits = self.tie_out is None or self.tie_out.stale or self.tie_out.unexplained
        return self.is_kept and not self.is_behind and not waits

    @property
    def is_reconciled(self) -> bool:
        """Whether every figure is as new as the documents, and equal to Xero's; a likely cause makes none equal."""
        return self.is_good and self.tie_out is not None and not self.tie_out.differ

    @property
    def remark(self) -> str:
        """What a screen has to say beside figures of the ledger; nothing where all agree."""
        if not self.is_kept:
            return "The ledger was not kept yet: xero-pipeline sync posts what it brings."
        told = (
            ["Documents or reports were read after the ledger was last brought up to date."] if self.is_behind else []
        )
        if self.tie_out is None:
            told.append("The ledger was not compared with Xero's reports yet.")
        else:
            if stale := self.tie_out.stale:
                told.append(f"{_figures(stale)} compared when Xero's reports are pulled again.")
            if differ := self.tie_out.differ:
                told.append(f"{_differ(differ)} from Xero's reports, {_causes(differ, self.tie_out.unexplained)}.")
        return " ".join(told)


def trust(connection: Connection, tenant_id: str) -> Trust:
    """Look how a ledger stands, and where it differs most.

    Args:
        connection: To the warehouse; reading is enough.
    """
    stands = trusts(connection, [tenant_id])[tenant_id]
    if stands.tie_out is None:
        return stands
    rows = connection.execute(text(_DIFFERENCES), {"tenant_id": tenant_id}).mappings()
    return replace(stands, tie_out=replace(stands.tie_out, differences=[dict(row) for row in rows]))


def trusts(connection: Connection, tenants: Iterable[str]) -> dict[str, Trust]:
    """Look how the ledgers of some organisations stand; which figures differ is not read.

    Args:
        connection: To the warehouse; reading is enough.
    """
    tenants = list(tenants)
    if not has_ledger(connection):
        return dict.fromkeys(tenants, Trust(False, False, None))
    listed, late = among(tenants), behind(connection)
    kept = set(connection.exec_driver_sql(_KEPT.format(tenants=listed)).scalars())
    compared: dict[str, list[Mapping[str, Any]]] = {tenant_id: [] for tenant_id in tenants}
    for row in connection.exec_driver_sql(_STATEMENTS.format(tenants=listed)).mappings():
        compared[row["tenant_id"]].append(_counts(row))
    return {one: Trust(one in kept, one in kept & late, _tie_out(compared[one])) for one in tenants}


def _tie_out(statements: Sequence[Mapping[str, Any]]) -> TieOut | None:
    # That our own journals balance is no comparison with Xero.
    if all(one["statement"] == "journals" for one in statements):
        return None
    return TieOut(statements, [])


def _counts(row: RowMapping) -> dict[str, Any]:
    """The row without its organisation; sums are integers, on PostgreSQL too."""
    told = {str(name): value for name, value in row.items() if name != "tenant_id"}
    return {name: int(value) if isinstance(value, Decimal) else value for name, value in told.items()}


def _figures(number: int) -> str:
    return "1 figure of the ledger is" if number == 1 else f"{number:,} figures of the ledger are"


def _differ(number: int) -> str:
    return "1 figure of the ledger differs" if number == 1 else f"{number:,} figures of the ledger differ"


def _causes(differ: int, unexplained: int) -> str:
    explain = "xero-pipeline explain shows which"
    if not unexplained:
        return f"{'' if differ == 1 else 'each '}with a likely cause: {explain}"
    return f"{'' if unexplained == differ else f'{unexplained:,} of them '}without a known cause: {explain}"
