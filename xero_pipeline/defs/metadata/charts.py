"""Which materialisation shows which picture, and the figures it is drawn from: those of the warehouse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import dagster as dg

from xero_pipeline import clock
from xero_pipeline.ageing import AGES, LABELS, SHORT_LABELS, Ageing
from xero_pipeline.calendar import first_of_months
from xero_pipeline.charts.chart import ColumnChart, Label, Series, month_labels
from xero_pipeline.charts.profit_lines import margins_chart, years_chart
from xero_pipeline.defs.metadata.markdown import chart_as_markdown
from xero_pipeline.metrics.aged_balances import Owing, owed
from xero_pipeline.metrics.cash import month_ends
from xero_pipeline.metrics.profit import Profit, ProfitMetric, profit_by_month
from xero_pipeline.metrics.request import base_currency
from xero_pipeline.metrics.trust import trusts
from xero_pipeline.metrics.year_to_date import year_to_date
from xero_pipeline.warehouse.days import day_of

if TYPE_CHECKING:
    from xero_pipeline.warehouse.store import Warehouse

MONTHS = 12
"""As many months, up to the newest that was kept, are drawn."""

_LEDGER = "ledger."

_LINES = 6
"""So many bank accounts have a line of their own; the others share one."""

_PROFITS: Sequence[tuple[str, ProfitMetric, str]] = (
    (f"{_LEDGER}profit_and_loss", "profit_and_loss", "Profit and loss"),
    ("profit_and_loss_cash", "profit_on_cash_basis", "Profit and loss on cash basis"),
    ("budget_summary", "budget", "Budget"),
)
_OWING: Mapping[Owing, tuple[str, str]] = {
    "receivables": ("What customers owe", "Customers owe"),
    "payables": ("What we owe", "We owe"),
}


_OF_A_YEAR: Mapping[str, Callable[[Profit], Decimal]] = {
    "Income": lambda one: one.income,
    "Net profit": lambda one: one.net_profit,
}


def chart_metadata(
    context: dg.AssetExecutionContext,
    warehouse: Warehouse,
    tenant_id: str,
    asset: str,
    newest: date | None = None,
    *,
    ageing: Ageing = "days",
) -> Mapping[str, Any]:
    """The picture a materialisation shows; none for most assets, or where there is nothing to draw.

    Args:
        asset: Name of the asset, with its schema if that is the ledger.
        newest: The newest month that was kept, of a report.
    """
    if asset not in _charts(ageing):
        return {}
    try:
        day = newest or day_of(warehouse, tenant_id, clock.now())
        chart = chart_of(warehouse, tenant_id, asset, day, ageing)
        if chart is None:
            return {}
        remark = _remark(warehouse, tenant_id) if asset.startswith(_LEDGER) else ""
        drawn = {"picture": chart}
        if asset == _PROFITS[0][0]:
            drawn |= more_of_profit(warehouse, tenant_id, day)
        return {
            name: dg.MetadataValue.md("\n\n".join(filter(None, [chart_as_markdown(one), remark])))
            for name, one in drawn.items()
        }
    except Exception as error:
        # No reason to fail the asset: its table is complete.
        context.log.error(f"The picture of {asset} could not be drawn: {error}", exc_info=error)
        return {}


def chart_of(
    warehouse: Warehouse, tenant_id: str, asset: str, newest: date, ageing: Ageing = "days"
) -> ColumnChart | None:
    """What is drawn of an asset.

    Args:
        asset: As for `chart_metadata`.
        newest: The newest month, or today.
    """
    draw = _charts(ageing).get(asset)
    return draw(warehouse, tenant_id, newest) if draw else None


_Draw = Callable[["Warehouse", str, date], ColumnChart | None]


def _charts(ageing: Ageing) -> Mapping[str, _Draw]:
    found: dict[str, _Draw] = {f"{_LEDGER}bank_summary": _bank}
    found |= {f"{_LEDGER}aged_{side}": partial(_owed, side=side, ageing=ageing) for side in _OWING}
    for asset, of, title in _PROFITS:
        found[asset] = partial(_profit, of=of, title=title)
    return found


def _profit(warehouse: Warehouse, tenant_id: str, newest: date, of: ProfitMetric, title: str) -> ColumnChart | None:
    with warehouse.reading() as connection:
        months = profit_by_month(connection, tenant_id, first_of_months(MONTHS, newest), newest, of)
    if not months:
        return None
    return ColumnChart(
        f"{title} by month, {_currency(warehouse, tenant_id)}",
        month_labels([one.month for one in months]),
        [
            [Series("Income", [one.income for one in months], ["chart-1"])],
            [Series("Costs", [one.costs for one in months], ["chart-2"])],
        ],
        [Series("Net profit", [one.net_profit for one in months], ["chart-4"])],
    )


def more_of_profit(warehouse: Warehouse, tenant_id: str, today: date) -> Mapping[str, ColumnChart]:
    """What the web page draws of the profit besides, by its name in the metadata: margins, and the year until now."""
    with warehouse.reading() as connection:
        months = profit_by_month(connection, tenant_id, first_of_months(MONTHS, today), today)
        year = year_to_date(connection, tenant_id, today)
    gross, net = [one.gross_margin for one in months], [one.net_margin for one in months]
    found = {"margins": margins_chart("Margins by month, %", [one.month for one in months], gross, net)}
    if year is None:
        return found
    for name, of in _OF_A_YEAR.items():
        every = (year.this_year, year.last_year, year.budget)
        figures = [[of(one) if one else None for one in known] for known in every]
        title = f"{name}, year to date, {_currency(warehouse, tenant_id)}"
        found[f"{name.lower().replace(' ', '_')}_year_to_date"] = years_chart(title, year.months, figures)
    return found


def _bank(warehouse: Warehouse, tenant_id: str, newest: date) -> ColumnChart | None:
    with warehouse.reading() as connection:
        months, accounts = month_ends(connection, tenant_id, first_of_months(MONTHS, newest), newest, _LINES)
    if not months:
        return None
    title = f"Bank balances at the end of each month, {_currency(warehouse, tenant_id)}"
    lines = [
        Series(name, figures, [f"chart-{place}"]) for place, (name, figures) in enumerate(accounts.items(), start=1)
    ]
    return ColumnChart(title, month_labels(months), lines=lines)


def _owed(warehouse: Warehouse, tenant_id: str, today: date, side: Owing, ageing: Ageing) -> ColumnChart | None:
    with warehouse.reading() as connection:
        ages = owed(connection, side, tenant_id, today, ageing).ages
    if not any(age.documents or age.credit for age in ages):
        return None
    title, name = _OWING[side]
    currency = _currency(warehouse, tenant_id)
    labels = [Label(short, full=full) for short, full in zip(SHORT_LABELS[ageing], LABELS[ageing], strict=True)]
    series = Series(name, [age.owed for age in ages], [f"age-{place}" for place in range(AGES)])
    return ColumnChart(
        f"{title}, by {ageing} overdue on {today}, {currency}",
        labels,
        [[series]],
        axis=f"{ageing.capitalize()} overdue",
        with_amounts=True,
    )


def _remark(warehouse: Warehouse, tenant_id: str) -> str:
    with warehouse.reading() as connection:
        return trusts(connection, [tenant_id])[tenant_id].remark


def _currency(warehouse: Warehouse, tenant_id: str) -> str:
    with warehouse.reading() as connection:
        return base_currency(connection, tenant_id) or "base currency"
