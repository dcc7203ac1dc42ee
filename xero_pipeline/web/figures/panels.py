"""The figures as the page shows them: a heading, a sentence, a chart and the same as a table, each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from markupsafe import Markup

from xero_pipeline.calendar import month_start
from xero_pipeline.charts.chart import Chart
from xero_pipeline.charts.drawing import in_page
from xero_pipeline.charts.profit_lines import MARGINS, YEARS
from xero_pipeline.files.sheet import Kind
from xero_pipeline.metrics.profit import Profit
from xero_pipeline.web.figures import charts
from xero_pipeline.web.figures.company_figures import ZERO, Figures
from xero_pipeline.web.figures.data_table import AMOUNT, COUNT, DAY, SHARE, TEXT, DataTable
from xero_pipeline.web.formatting import count, money, month, percent

_BESIDE = {"Last year": "until the same month of last year", "Budget": "by the budget"}

WIDE, NARROW = 560, 340
"""Widths in pixels: a chart shrunk to a telephone could not be read, so there is one for each."""


@dataclass(frozen=True, slots=True)
class DrawnChart:
    """A chart in both widths."""

    title: str
    wide: Markup
    narrow: Markup


@dataclass(frozen=True, slots=True)
class Panel:
    """One subject.

    Args:
        summary: What it says, in a sentence.
        drawn: The charts, one below the other; none where there is nothing to draw.
        legend: What the colours stand for, and which variable of the style sheet each is.
        note: What to know about the figures.
    """

    key: str
    title: str
    summary: str
    table: DataTable
    drawn: Sequence[DrawnChart] = ()
    legend: Sequence[tuple[str, str]] = field(default=())
    note: str = ""


def panels(figures: Figures) -> list[Panel]:
    """All subjects that have something to show."""
    made = [_profit_and_loss, _margins, _income_of_year, _profit_of_year, _cash, _receivables, _customers]
    return [panel for make in made if (panel := make(figures))]


def _profit_and_loss(figures: Figures) -> Panel | None:
    months, profit = figures.months, figures.profit
    if not months:
        return None
    best = max(months, key=lambda one: one.net_profit)
    summary = (
        f"{money(profit.income)} {figures.currency} of income and {money(profit.net_profit)} of net profit in "
        f"{_months(len(months))}; "
        f"the best month was {month(best.month)} with {money(best.net_profit)}."
    )
    kinds = ("income", "cost_of_sales", "expenses", "net_profit")
    rows = [(one.month, *(getattr(one, kind) for kind in kinds)) for one in months]
    total = ("Total", *(getattr(profit, kind) for kind in kinds))
    heads = ("Income", "Cost of sales", "Operating expenses", "Net profit")
    title = "Profit and loss by month"
    drawn = [
        _drawn("profit-and-loss", charts.profit_and_loss(figures), summary, 270),
        _drawn("net-profit", charts.net_profit(figures), summary, 140),
    ]
    still = [month(one.month) for one in months if one.month == month_start(figures.today)]
    return Panel(
        "profit-and-loss",
        title,
        summary,
        DataTable(f"{title}, {figures.currency}", [("Month", DAY), *((head, AMOUNT) for head in heads)], rows, [total]),
        drawn,
        [*charts.PROFIT_AND_LOSS, *charts.NET_PROFIT],
        "Accrual basis. Income includes other income." + (f" {still[0]} is not over yet." if still else ""),
    )


def _margins(figures: Figures) -> Panel | None:
    months, profit = figures.months, figures.profit
    if profit.gross_margin is None:
        return None
    summary = (
        f"{_share(profit.gross_margin)} of income was left after cost of sales in {_months(len(months))}, and "
        f"{_share(profit.net_margin)} after all costs."
    )
    rows = [(one.month, one.gross_margin, one.net_margin) for one in months]
    total = ("All months", profit.gross_margin, profit.net_margin)
    return Panel(
        "margins",
        "Margins by month",
        summary,
        DataTable("Margins by month", [("Month", DAY), ("Gross margin", SHARE), ("Net margin", SHARE)], rows, [total]),
        [_drawn("margins", charts.margins(figures), summary, 330)],
        MARGINS,
        "Gross margin is income less cost of sales, net margin net profit, each as a share of income.",
    )


def _income_of_year(figures: Figures) -> Panel | None:
    return _of_year(figures, "income-year", "Income, year to date", lambda one: one.income)


def _profit_of_year(figures: Figures) -> Panel | None:
    return _of_year(figures, "profit-year", "Net profit, year to date", lambda one: one.net_profit)


def _of_year(figures: Figures, key: str, title: str, figure: Callable[[Profit], Decimal]) -> Panel | None:
    year = figures.year
    if year is None:
        return None
    columns = [year.this_year, *(one for one in (year.last_year, year.budget) if any(one))]
    kinds = [kind for kind, one in zip(YEARS, (year.this_year, year.last_year, year.budget), strict=True) if any(one)]
    now = [figure(one[year.now] or Profit(ZERO, ZERO, ZERO)) for one in columns]
    beside = [f"{money(amount)} {_BESIDE[name]}" for (name, _), amount in zip(kinds[1:], now[1:], strict=True)]
    summary = f"{money(now[0])} {figures.currency} from {month(year.months[0])} to {month(year.months[year.now])}" + (
        f"; {' and '.join(beside)}." if beside else "."
    )
    rows = [
        (day, *(None if (sums := one[place]) is None else figure(sums) for one in columns))
        for place, day in enumerate(year.months)
    ]
    return Panel(
        key,
        title,
        summary,
        DataTable(f"{title}, {figures.currency}", [("Until", DAY), *((name, AMOUNT) for name, _ in kinds)], rows),
        [_drawn(key, charts.year_to_date(title, year, figure), summary, 330)],
        kinds,
        "Each month with those before it since the financial year began. "
        f"{month(year.months[year.now])} is not over yet.",
    )


def _cash(figures: Figures) -> Panel | None:
    if not figures.cash:
        return None
    last = figures.cash[-1]
    summary = (
        f"{money(figures.in_the_bank)} {figures.currency} on {count(len(figures.accounts))} bank accounts. "
        f"In {month(last.month)} {money(last.received)} came in and {money(last.spent)} went out."
    )
    rows = [(one.month, one.received, one.spent, one.closing) for one in figures.cash]
    heads = ("Money in", "Money out", "In the bank")
    title = "Cash"
    return Panel(
        "cash",
        title,
        summary,
        DataTable(f"Cash by month, {figures.currency}", [("Month", DAY), *((head, AMOUNT) for head in heads)], rows),
        [_drawn("cash", charts.cash(figures), summary, 330)],
        charts.CASH,
        "Now on each account: "
        + "; ".join(f"{one.name} {money(one.balance)}" for one in figures.accounts)
        + ". Transfers between accounts count as money in and money out.",
    )


def _receivables(figures: Figures) -> Panel | None:
    if not any(age.invoices or age.credits for age in figures.ages):
        return None
    summary = (
        f"Customers owe {money(figures.owed)} {figures.currency}; {money(figures.overdue)} of it is overdue "
        f"on {figures.today:%-d %B %Y}. Both are less credits and overpayments not used yet."
    )
    rows = [(age.label, age.invoices, age.unpaid, -age.credits, age.amount) for age in figures.ages]
    together = ("Total", figures.invoices, figures.unpaid, -figures.credits, figures.owed)
    columns: list[tuple[str, Kind]] = [
        ("Age", TEXT),
        ("Invoices", COUNT),
        ("Unpaid", AMOUNT),
        ("Credits", AMOUNT),
        ("Owed", AMOUNT),
    ]
    title = "Receivables by age"
    return Panel(
        "receivables",
        title,
        summary,
        DataTable(f"{title}, {figures.currency}", columns, rows, [together]),
        [_drawn("receivables", charts.receivables(figures), summary, 260)],
        note=_of_receivables(figures),
    )


def _of_receivables(figures: Figures) -> str:
    told = [
        "Invoices that are open, by their due dates, less credit notes and overpayments not used yet, by their own; "
        "other currencies at the rate of the document. Xero's balance sheet values these anew at each month end."
    ]
    if figures.prepaid:
        told.append(f"Besides, {money(figures.prepaid)} {figures.currency} was paid in advance and is not used yet.")
    if missing := figures.without_rate:
        documents = "1 document has" if missing == 1 else f"{count(missing)} documents have"
        told.append(f"{documents} no currency rate and {'is' if missing == 1 else 'are'} in no sum.")
    return " ".join(told)


def _customers(figures: Figures) -> Panel | None:
    if not figures.customers:
        return None
    first = figures.customers[0]
    summary = (
        f"{first.name} bought most: {money(first.amount)} {figures.currency} since {month(figures.sold_since)}, "
        f"{percent(first.share)} of all sales. These {count(len(figures.customers))} together bought "
        f"{percent(figures.customers_share)}."
    )
    rows = [(one.name, one.amount, one.share) for one in figures.customers]
    title = "Top customers"
    return Panel(
        "customers",
        title,
        summary,
        DataTable(f"{title}, {figures.currency}", [("Customer", TEXT), ("Sales", AMOUNT), ("Share", SHARE)], rows),
        [_drawn("customers", charts.customers(figures), summary, 340)],
        note="Invoices without tax, less credit notes, by date; other currencies at the rate of the document.",
    )


def _drawn(name: str, chart: Chart, description: str, height: int) -> DrawnChart:
    wide, narrow = (
        # Drawn by us: the texts in it are escaped there.
        Markup(in_page(chart, f"{name}-{width}", description, width, height))  # noqa: S704
        for width in (WIDE, NARROW)
    )
    return DrawnChart(chart.title, wide, narrow)


def _share(share: Decimal | None) -> str:
    return "–" if share is None else percent(share)


def _months(number: int) -> str:
    return "one month" if number == 1 else f"{number} months"
