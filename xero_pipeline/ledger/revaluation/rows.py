"""The rows of `ledger.revaluations`: every open item at each month end, with what is proven of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from xero_pipeline.ledger.revaluation.figures import Group, OpenItem
from xero_pipeline.ledger.revaluation.month_ends import MonthEnd, Outcome, gain_of
from xero_pipeline.ledger.tables import arrow_rows, named

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.warehouse.database.dialect import Dialect

_Row = dict[str, object]


def write_rows(
    connection: Connection,
    dialect: Dialect,
    tenant_id: str,
    months: Sequence[MonthEnd],
    found: Mapping[Group, Sequence[Outcome]],
) -> None:
    """Write the table of an organisation; what was there of it is gone already.

    Args:
        connection: In a transaction.
        found: For documents and for bank accounts, what came out of each month end.
    """
    rows = [{"tenant_id": tenant_id, **row} for row in _rows(months, found)]
    dialect.append(connection, named("revaluations"), arrow_rows("revaluations", rows))


def _rows(months: Sequence[MonthEnd], found: Mapping[Group, Sequence[Outcome]]) -> Iterator[_Row]:
    for place, month in enumerate(months):
        for item in month.items:
            if item.group in found:
                yield {"period_end": month.day, **_item(item), **_inferred(item, found[item.group][place])}


def _item(item: OpenItem) -> _Row:
    return {
        "item_id": item.document_id or item.account_id,
        "account_id": item.account_id,
        "source_table": item.source_table,
        "currency_code": item.currency,
        "foreign_amount": item.foreign,
        "booked_rate": item.rate,
        "booked_amount": item.base,
    }


def _inferred(item: OpenItem, outcome: Outcome) -> _Row:
    level = outcome.level
    if level is None:
        return {"is_proven": False, "reason": outcome.reason}
    told: _Row = {"is_proven": True, "figures": level.figures}
    if item.foreign:
        rate = level.rates[item.currency]
        told |= {"rate": rate.rate, "lowest_rate": rate.lowest, "highest_rate": rate.highest}
    gain = gain_of(item, level.rates)
    return {**told, "revalued_amount": item.base + gain, "unrealised_gain": gain}
