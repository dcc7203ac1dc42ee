"""Which charts the figures are shown as."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from xero_pipeline.ageing import AGES, LABELS, SHORT_LABELS
from xero_pipeline.charts.chart import BarChart, ColumnChart, Label, Series, month_labels
from xero_pipeline.charts.profit_lines import margins_chart, series, years_chart
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


def profit_and_loss(figures: Figures) -> ColumnChart:
    """Income beside what it cost, month by month."""
    months = figures.months
    income = series(INCOME, [one.income for one in months])
    costs = [
        series(COST_OF_SALES, [one.cost_of_sales for one in months]),
        series(EXPENSES, [one.expenses for one in months]),
    ]
    return ColumnChart("Income and costs", month_labels([one.month for one in months]), [[income], costs])


def net_profit(figures: Figures) -> ColumnChart:
    """What was left of each month."""
    series = Series("Net profit", [one.net_profit for one in figures.months], [PROFIT[1]], negative=LOSS[1])
    return ColumnChart("Net profit", month_labels([one.month for one in figures.months]), [[series]], steps=3)


def margins(figures: Figures) -> ColumnChart:
    """What is left of income after cost of sales, and after all costs, month by month."""
    months = figures.months
    return margins_chart(
        "Margins",
        [one.month for one in months],
        [one.gross_margin for one in months],
        [one.net_margin for one in months],
    )


def year_to_date(title: str, year: YearToDate, figure: Callable[[Profit], Decimal]) -> ColumnChart:
    """What the financial year has come to, month after month, beside last year and the budget.

    Args:
        figure: Which of its figures.
    """
    every = (year.this_year, year.last_year, year.budget)
    return years_chart(title, year.months, [[figure(one) if one else None for one in known] for known in every])


def cash(figures: Figures) -> ColumnChart:
    """What came in above the line, what went out below it, what was there at the end of each month as a line."""
    columns = [
        series(MONEY_IN, [one.received for one in figures.cash]),
        series(MONEY_OUT, [-one.spent for one in figures.cash]),
    ]
    line = series(IN_THE_BANK, [one.closing for one in figures.cash])
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
