"""The charts, each as a Vega-Lite specification over plain values.

Amounts become floats here and nowhere else: a pixel needs no cents, and the table beside each chart has them.
Colours are variables of the style sheet, so that a chart is dark on a dark page and print is print.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from xero_pipeline.web.figures.company_figures import Figures

INK, SOFT, LINE = "var(--ink)", "var(--soft)", "var(--line)"
FONT = "system-ui, sans-serif"
PROFIT_AND_LOSS = (("Income", "chart-1"), ("Cost of sales", "chart-2"), ("Operating expenses", "chart-3"))
NET_PROFIT = (("Profit", "chart-good"), ("Loss", "chart-bad"))
CASH = (("Money in", "chart-1"), ("Money out", "chart-2"), ("In the bank at the end of the month", "ink"))
"""What a colour stands for, and which variable of the style sheet it is."""
MOST_LABELS = 13
_SHORT_AGES: Mapping[str, Sequence[str]] = {
    "days": ("Not due", "1–30", "31–60", "61–90", "Over 90"),
    "months": ("Not due", "Under 1", "1", "2", "3 or more"),
}

# The year stands below the first month, and below each January.
_YEAR_BELOW = (
    "datum.index == 0 || substring(datum.label, 0, 3) == 'Jan' ? split(datum.label, ' ') : substring(datum.label, 0, 3)"
)

Spec = dict[str, Any]


def profit_and_loss(figures: Figures, *, narrow: bool) -> Spec:
    """Income beside what it cost, month by month."""
    values: list[Spec] = []
    for one in figures.months:
        label = month_label(one.month)
        values.append(_value(label, "Income", one.income, side=0, place=0))
        values.append(_value(label, "Cost of sales", one.cost_of_sales, side=1, place=0))
        values.append(_value(label, "Operating expenses", one.expenses, side=1, place=1))
    labels = _labelled([one.month for one in figures.months], narrow=narrow)
    side = {"field": "side", "type": "nominal", "scale": {"paddingInner": 0.08}}
    order = {"field": "place", "type": "quantitative"}
    return _chart({**_by_month(PROFIT_AND_LOSS, labels), "xOffset": side, "order": order}, values)


def net_profit(figures: Figures, *, narrow: bool) -> Spec:
    """What was left of each month."""
    values = [
        _value(month_label(one.month), NET_PROFIT[one.net_profit < 0][0], one.net_profit) for one in figures.months
    ]
    labels = _labelled([one.month for one in figures.months], narrow=narrow)
    return _chart(_by_month(NET_PROFIT, labels, ticks=3), values)


def cash(figures: Figures, *, narrow: bool) -> Spec:
    """What came in above the line, what went out below it, what was there at the end of each month as a line."""
    bars: list[Spec] = []
    line: list[Spec] = []
    for one in figures.cash:
        label = month_label(one.month)
        bars.append(_value(label, "Money in", one.received))
        bars.append(_value(label, "Money out", -one.spent))
        line.append(_value(label, "In the bank at the end of the month", one.closing))
    encoding = _by_month(CASH, _labelled([one.month for one in figures.cash], narrow=narrow))
    return {"layer": [_chart(encoding, bars), *_line(encoding, line)]}


def receivables(figures: Figures) -> Spec:
    """What customers owe, the longer overdue the stronger the colour."""
    values: list[Spec] = [
        {"age": label, "amount": float(age.amount), "place": place}
        for place, (label, age) in enumerate(zip(_SHORT_AGES[figures.ageing], figures.ages, strict=True))
    ]
    most = max(one["amount"] for one in values)
    x = {
        "field": "age",
        "type": "ordinal",
        "sort": None,
        "axis": {"title": f"{figures.ageing.capitalize()} overdue", "labelAngle": 0},
    }
    y = {
        "field": "amount",
        "type": "quantitative",
        "axis": _money_axis(),
        # Room for the amounts above the bars.
        "scale": {"domainMax": (most or 1.0) * 1.12},
    }
    shades = {"range": [f"var(--age-{place})" for place in range(len(values))]}
    colour = {"field": "place", "type": "ordinal", "legend": None, "scale": shades}
    label = {"mark": _text(dy=-5, baseline="bottom"), "encoding": {"x": x, "y": y, "text": _amount_text()}}
    bars = {"mark": {"type": "bar"}, "encoding": {"x": x, "y": y, "color": colour}}
    return {"data": {"values": values}, "layer": [bars, label]}


def customers(figures: Figures, *, narrow: bool) -> Spec:
    """Who bought most."""
    values: list[Spec] = [{"name": one.name, "amount": float(one.amount)} for one in figures.customers]
    room = {"labelLimit": 112, "minExtent": 140} if narrow else {"labelLimit": 150, "minExtent": 185}
    names = {"title": None, **room, "ticks": False, "domain": False}
    y = {"field": "name", "type": "nominal", "sort": None, "axis": names, "scale": {"paddingInner": 0.35}}
    # Room for the amounts behind the bars.
    end = {
        "domainMax": max((one["amount"] for one in values), default=1.0) * (1.7 if narrow else 1.3),
        "domainMin": 0,
        "nice": False,
    }
    x = {"field": "amount", "type": "quantitative", "axis": None, "scale": end}
    bars = {"mark": {"type": "bar", "color": "var(--chart-1)"}, "encoding": {"x": x, "y": y}}
    label = {"mark": _text(dx=5, align="left"), "encoding": {"x": x, "y": y, "text": _amount_text()}}
    return {"data": {"values": values}, "layer": [bars, label]}


def month_label(month: date) -> str:
    """A month as the axis shows it."""
    return f"{month:%b %Y}"


def config() -> Spec:
    """How all charts look."""
    axis = {
        "labelColor": SOFT,
        "titleColor": SOFT,
        "domainColor": LINE,
        "tickColor": LINE,
        "gridColor": LINE,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelFont": FONT,
        "titleFont": FONT,
    }
    return {
        "background": None,
        "font": FONT,
        "view": {"stroke": None},
        "axis": axis,
        "axisX": {"grid": False, "domain": False},
        "axisY": {"domain": False, "ticks": False, "gridColor": _zero_is_stronger()},
        "bar": {"cornerRadiusEnd": 1.5},
    }


def _value(label: str, kind: str, amount: Any, **more: object) -> dict[str, object]:
    return {"month": label, "kind": kind, "amount": float(amount), **more}


def _by_month(kinds: Sequence[tuple[str, str]], labels: Sequence[str], ticks: int = 5) -> Spec:
    months = {
        "title": None,
        "labelAngle": 0,
        "values": labels,
        "labelExpr": _YEAR_BELOW,
        "ticks": False,
        "labelPadding": 8,
    }
    return {
        "x": {
            "field": "month",
            "type": "ordinal",
            "sort": None,
            "axis": months,
            "scale": {"paddingInner": 0.3, "paddingOuter": 0.15},
        },
        "y": {"field": "amount", "type": "quantitative", "axis": _money_axis(ticks)},
        "color": {
            "field": "kind",
            "type": "nominal",
            "legend": None,
            "scale": {"domain": [name for name, _ in kinds], "range": [f"var(--{colour})" for _, colour in kinds]},
        },
    }


def _labelled(months: Sequence[date], *, narrow: bool) -> list[str]:
    """The months that have a label: all where there is room, else the first of each quarter."""
    few = len(months) <= MOST_LABELS and not narrow
    return [month_label(month) for month in months if few or month.month in {1, 4, 7, 10}]


def _chart(encoding: Spec, values: Sequence[Mapping[str, object]]) -> Spec:
    return {"data": {"values": values}, "mark": {"type": "bar"}, "encoding": encoding}


def _line(encoding: Spec, values: Sequence[Mapping[str, object]]) -> list[Spec]:
    line = {"type": "line", "strokeWidth": 2}
    # The points have a rim of the page's own colour, so that they stand out from the bars behind.
    point = {"type": "point", "filled": True, "size": 40, "opacity": 1, "stroke": "var(--card)", "strokeWidth": 1}
    return [{"data": {"values": values}, "mark": mark, "encoding": encoding} for mark in (line, point)]


def _text(**more: object) -> Spec:
    return {"type": "text", "color": INK, "fontSize": 12, "font": FONT, **more}


def _amount_text() -> Spec:
    return {"field": "amount", "type": "quantitative", "format": ",.0f"}


def _money_axis(ticks: int = 5) -> Spec:
    # Charts that stand below each other have their left edges in line.
    return {
        "title": None,
        "tickCount": ticks,
        "minExtent": 50,
        "labelExpr": "datum.value == 0 ? '0' : format(datum.value, '~s')",
    }


def _zero_is_stronger() -> Spec:
    return {"condition": {"test": "datum.value == 0", "value": SOFT}, "value": LINE}
