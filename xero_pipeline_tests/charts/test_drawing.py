"""What is drawn stands where its figures say, whoever looks at it where."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xero_pipeline.charts.chart import BarChart, ColumnChart, Label, Series, month_labels
from xero_pipeline.charts.drawing import in_page, picture
from xero_pipeline.charts.scale import scale_of, short

MONEY = st.decimals("-1e12", "1e12", places=2)
MONTHS = [date(2025 + number // 12, number % 12 + 1, 1) for number in range(10, 22)]
NASTY = "<script>alert('x')</script> & Söhne"


def decimals(*amounts):
    return [None if one is None else Decimal(one) for one in amounts]


def chart_of(*amounts, **more):
    labels = [Label(str(number)) for number, _ in enumerate(amounts)]
    return ColumnChart("Chart", labels, [[Series("Amount", decimals(*amounts), ["chart-1"], **more)]])


def page(chart, width=560, height=270):
    return in_page(chart, "name", "What it says", width, height)


def columns(svg, colour):
    """The columns of a colour: where each begins from the left, and how high it is."""
    (shapes,) = re.findall(rf'<path d="([^"]+)" fill="var\(--{colour}\)"/>', svg)
    return [(float(x), float(high)) for x, high in re.findall(r"M([\d.]+) [\d.]+h[\d.]+v([\d.]+)", shapes)]


def texts(svg):
    return [element.text for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("text")]


def test_a_column_is_as_high_as_its_figure_is_large():
    (first, one), (second, three) = columns(page(chart_of("100", "300")), "chart-1")
    assert first < second
    assert three == pytest.approx(3 * one, abs=0.3)


def test_what_stands_on_each_other_ends_where_its_sum_does():
    labels, top = [Label("a")], [Series("Top", decimals("25"), ["chart-2"])]
    stack = [Series("Foot", decimals("75"), ["chart-1"]), *top]
    svg = page(ColumnChart("Chart", labels, [stack, [Series("All", decimals("100"), ["chart-3"])]]))
    (_, foot), (_, upper), (_, whole) = (columns(svg, f"chart-{number}")[0] for number in (1, 2, 3))
    assert foot + upper == pytest.approx(whole, abs=0.2)


def test_a_loss_has_a_colour_of_its_own():
    svg = page(chart_of("5", "-5", negative="chart-bad"))
    assert (len(columns(svg, "chart-1")), len(columns(svg, "chart-bad"))) == (1, 1)


def test_a_month_without_a_figure_is_a_gap_in_the_line_and_no_nought():
    line = Series("Bank", decimals("1", None, "3", "4"), ["chart-1"])
    svg = page(ColumnChart("Chart", month_labels(MONTHS[:4]), lines=[line]))
    (path,) = re.findall(r'<path d="([^"]+)" fill="none"', svg)
    assert (path.count("M"), path.count("L")) == (2, 1)


@given(st.lists(MONEY, max_size=9))
@example([Decimal("-1500.01"), Decimal("2000.01")])  # as many lines as there can be
def test_a_scale_holds_every_amount_and_its_grid_has_a_line_at_zero(amounts):
    scale = scale_of(amounts, 200, 0)
    assert all(-0.01 <= scale.at(amount) <= 200.01 for amount in [*amounts, 0])
    assert 0 in scale.ticks
    assert 2 <= len(scale.ticks) <= 10


@pytest.mark.parametrize(
    ("amount", "told"), [(0, "0"), (250_000, "250k"), (-1_500_000, "−1.5M"), (2e9, "2bn"), (0.2, "0.2"), (999, "999")]
)
def test_an_amount_of_the_grid_is_short(amount, told):
    assert short(amount) == told


def test_a_label_tells_its_figures_to_the_cent():
    told = texts(
        page(ColumnChart("Chart", month_labels(MONTHS[:2]), [[Series("Sold", decimals("1234.5", "-7"), ["ink"])]]))
    )
    for words in ("Nov 2025", "Sold", "1,234.50", "−7.00"):
        assert words in told


def test_where_there_is_little_room_quarters_are_labelled_and_the_year_where_it_changes():
    chart = ColumnChart("Chart", month_labels(MONTHS), [[Series("Sold", decimals(*range(12)), ["ink"])]])
    wide, narrow = (
        [one for one in texts(page(chart, width)) if re.fullmatch(r"[A-Z][a-z]{2}|20\d\d", one)] for width in (560, 340)
    )
    assert wide[:5] == ["Nov", "2025", "Dec", "Jan", "2026"]
    assert narrow == ["Jan", "2026", "Apr", "Jul", "Oct"]


def test_a_name_is_text_and_never_markup_and_a_long_one_is_cut():
    for svg in (
        page(BarChart("Chart", [NASTY, "n" * 90], decimals("3", "2"), "chart-1")),
        page(ColumnChart(NASTY, [Label(NASTY)], [[Series(NASTY, decimals("1"), ["chart-1"])]])),
    ):
        assert "<script" not in svg
        assert "&lt;script" in svg
        assert " style=" not in svg, "the page's policy allows none"
    (long,) = (one for one in texts(page(BarChart("Chart", ["n" * 90], decimals("2"), "ink"))) if "n" in one)
    assert long.endswith("n…")


@pytest.mark.parametrize(
    ("chart", "role"), [(chart_of("1"), "group"), (BarChart("Chart", ["a"], decimals("1"), "chart-1"), "img")]
)
def test_it_says_to_a_screen_reader_what_it_is(chart, role):
    """Columns are a group of images, each of which says its figures."""
    root = ElementTree.fromstring(page(chart))
    assert root.get("role") == role
    named = {element.get("id"): element.text for element in root if element.get("id")}
    assert [named[one] for one in root.get("aria-labelledby").split()] == ["Chart", "What it says"]


def test_a_picture_brings_every_colour_that_it_has_and_a_legend_where_there_are_several():
    two = ColumnChart(
        "Chart", [Label("a")], [[Series("One", decimals("1"), ["chart-1"])]], [Series("Two", decimals("2"), ["age-4"])]
    )
    svg = picture(two)
    style = re.search("<style>(.*)</style>", svg)[1]
    assert set(re.findall(r"var\(--([\w-]+)\)", svg)) == set(re.findall(r"--([\w-]+):", style))
    assert texts(svg)[:2] == ["One", "Two"]
    assert "Amount" not in texts(picture(chart_of("1")))


def test_nothing_to_draw_and_nothing_but_noughts_are_drawn_all_the_same():
    for chart in (ColumnChart("Chart", []), chart_of("0", "0"), chart_of(None), BarChart("Chart", [], [], "ink")):
        ElementTree.fromstring(page(chart))


def test_lines_are_told_apart_without_colour_and_columns_as_dark_as_others_are_hatched():
    lines = [Series("A", decimals("1", "2"), ["ink"]), Series("B", decimals("2", "3"), ["chart-4"], dash="7 4")]
    stacks = [[Series("C", decimals("1", "1"), ["chart-1"])], [Series("D", decimals("1", "1"), ["chart-3"])]]
    svg = page(ColumnChart("Chart", [Label("a"), Label("b")], stacks, lines))
    assert re.findall(r'stroke="var\(--(\S+)\)" stroke-width="2"[^>]*dasharray="([^"]+)"', svg) == [("chart-4", "7 4")]
    # The pattern is this picture's own: one in a picture that is not shown would not be drawn.
    assert svg.count('fill="url(#name-hatch)"') == svg.count('<pattern id="name-hatch"') == 1


def test_shares_are_per_cent_on_the_axis_and_in_what_is_said():
    lines = [Series("Margin", decimals("12.34", None), ["ink"])]
    svg = page(ColumnChart("Chart", [Label("a"), Label("b")], [], lines, percent=True))
    assert {"0 %", "12.3 %"} <= set(texts(svg))
    assert re.findall(r'tabindex="(-?\d)" role="img" aria-label="([^"]+)"', svg) == [
        ("-1", "a: Margin 12.3 %"),
        ("0", "b: "),
    ]
