"""Which charts the figures are shown as."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from xero_pipeline.ageing import AGES, LABELS, SHORT_LABELS
from xero_pipeline.charts.chart import BarChart, ColumnChart, Label, Series, month_labels
from xero_pipeline.metrics.profit import Profit
from xero_pipeline.metrics.year_to_date import YearToDate
from xero_pipeline.web.figures.company_figures import Figures

Legend = tuple[tuple[str, str], ...]
"""What a colour stands for, and which variable of the style sheet it is."""

INCOME, COST_OF_SALES, EXPENSES = PROFIT_AND_LOSS = (
    ("Income", "chart-1"),
    ("Cost of sales", "chart-2"),
    ("Operating expenses", "chart-3"),
)
PROFIT, LOSS = NET_PROFIT = (("Profit", "chart-good"), ("Loss", "chart-bad"))
MONEY_IN, MONEY_OUT, IN_THE_BANK = CASH = (
    ("Money in", "chart-1"),
    ("Money out", "chart-2"),
    ("In the bank at the end of the month", "ink"),
)
GROSS_MARGIN, NET_MARGIN = MARGINS = (("Gross margin", "chart-1 solid"), ("Net margin", "ink dashed"))
THIS_YEAR, LAST_YEAR, BUDGET = YEARS = (
    ("This year", "ink solid"),
    ("Last year", "chart-4 dashed"),
    ("Budget", "chart-5 dotted"),
)
DASHES = {"dashed": "7 4", "dotted": "2 4"}
"""How a line is drawn, by the second word of its colour."""


def profit_and_loss(figures: Figures) -> ColumnChart:
    """Income beside what it cost, month by month."""
    months = figures.months
    income = _series(INCOME, [one.income for one in months])
    costs = [
        _series(COST_OF_SALES, [one.cost_of_sales for one in months]),
        _series(EXPENSES, [one.expenses for one in months]),
    ]
    return ColumnChart("Income and costs", month_labels([one.month for one in months]), [[income], costs])


def net_profit(figures: Figures) -> ColumnChart:
    """What was left of each month."""
    series = Series("Net profit", [one.net_profit for one in figures.months], [PROFIT[1]], negative=LOSS[1])
    return ColumnChart("Net profit", month_labels([one.month for one in figures.months]), [[series]], steps=3)


def margins(figures: Figures) -> ColumnChart:
    """What is left of income after cost of sales, and after all costs, month by month."""
    lines = [
        _series(GROSS_MARGIN, [_percent(one.gross_margin) for one in figures.months]),
        _series(NET_MARGIN, [_percent(one.net_margin) for one in figures.months]),
    ]
    return ColumnChart("Margins", month_labels([one.month for one in figures.months]), [], lines, percent=True)


def year_to_date(title: str, year: YearToDate, figure: Callable[[Profit], Decimal]) -> ColumnChart:
    """What the financial year has come to, month after month, beside last year and the budget.

    Args:
        figure: Which of its figures.
    """
    every = zip(YEARS, (year.this_year, year.last_year, year.budget), strict=True)
    lines = [_series(kind, [figure(one) if one else None for one in known]) for kind, known in every if any(known)]
    return ColumnChart(title, month_labels(year.months), [], lines)


def cash(figures: Figures) -> ColumnChart:
    """What came in above the line, what went out below it, what was there at the end of each month as a line."""
    columns = [
        _series(MONEY_IN, [one.received for one in figures.cash]),
        _series(MONEY_OUT, [-one.spent for one in figures.cash]),
    ]
    line = _series(IN_THE_BANK, [one.closing for one in figures.cash])
    return ColumnChart("Cash", month_labels([one.month for one in figures.cash]), [columns], [line])


def receivables(figures: Figures) -> ColumnChart:
    """What customers owe, the longer overdue the stronger the colour."""
    how = figures.ageing
    labels = [Label(short, full=full) for short, full in zip(SHORT_LABELS[how], LABELS[how], strict=True)]
    series = Series("Owed", [age.amount for age in figures.ages], [f"age-{place}" for place in range(AGES)])
    axis = f"{how.capitalize()} overdue"
    return ColumnChart("Receivables by age", labels, [[series]], axis=axis, with_amounts=True)


def customers(figures: Figures) -> BarChart:
    """Who bought most."""
    names, amounts = [one.name for one in figures.customers], [one.amount for one in figures.customers]
    return BarChart("Top customers", names, amounts, INCOME[1])


def _percent(share: Decimal | None) -> Decimal | None:
    return None if share is None else share * 100


def _series(kind: tuple[str, str], figures: Sequence[Decimal | None]) -> Series:
    name, how = kind
    colour, _, dash = how.partition(" ")
    return Series(name, figures, [colour], dash=DASHES.get(dash, ""))
