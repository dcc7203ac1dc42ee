"""Rates of the group: which of several wins, how one is found, and that none is made up."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.consolidation.rate_file import read_rates
from xero_pipeline.ledger.consolidation.rates import DocumentRate, GivenRate, Rates

FEBRUARY, MARCH, APRIL, MAY = (dt.date(2026, month, 1) for month in (2, 3, 4, 5))


def seen(base, currency, rates, month=MARCH, last=None):
    """Documents of a month; the last is of its 20th."""
    numbers = [Decimal(rate) for rate in rates]
    last = numbers[-1] if last is None else Decimal(last)
    return DocumentRate(month, base, currency, len(numbers), sum(numbers), month.replace(day=20), 1, last)


def given(base, currency, average=None, closing=None, month=MARCH):
    return GivenRate(month, base, currency, *(None if one is None else Decimal(one) for one in (average, closing)))


def rate(rates, base, currency, measure="average", month=MARCH):
    found = rates.find(base, currency, month, measure)
    return (str(found.value.normalize()), found.source) if found else None


def test_the_average_is_that_of_the_documents_and_the_closing_rate_the_latest():
    rates = Rates([], [seen("GBP", "NZD", ["2.10", "2.20", "2.15"])])
    assert rate(rates, "GBP", "NZD") == ("2.15", "3 documents of 2026-03")
    assert rate(rates, "GBP", "NZD", "closing") == ("2.15", "1 document of 2026-03-20")


def test_the_documents_of_the_other_side_count_too():
    rates = Rates([], [seen("NZD", "GBP", ["0.48"])])
    assert rate(rates, "GBP", "NZD") == ("2.0833333333", "1 document of 2026-03, inverse")


def test_of_both_sides_the_one_with_more_documents_is_taken():
    few, many = seen("GBP", "NZD", ["2.10"]), seen("NZD", "GBP", ["0.50", "0.50"])
    assert rate(Rates([], [few, many]), "GBP", "NZD") == ("2", "2 documents of 2026-03, inverse")


def test_without_either_it_goes_over_the_third_currency_with_the_most_documents():
    over_euro = [seen("GBP", "EUR", ["1.2"]), seen("NZD", "EUR", ["0.5"])]
    over_dollar = [seen("GBP", "USD", ["1.25", "1.25"]), seen("NZD", "USD", ["0.625", "0.625"])]
    expected = ("2", "over USD: 2 documents of 2026-03; 2 documents of 2026-03, inverse")
    assert rate(Rates([], over_euro + over_dollar), "GBP", "NZD") == expected
    assert rate(Rates([], over_euro), "GBP", "NZD")[0] == "2.4"


def test_what_is_given_wins_over_any_number_of_documents_each_measure_on_its_own():
    rates = Rates([given("GBP", "NZD", average="2.5")], [seen("GBP", "NZD", ["2.1"] * 99)])
    assert rate(rates, "GBP", "NZD") == ("2.5", "given")
    assert rate(rates, "GBP", "NZD", "closing") == ("2.1", "1 document of 2026-03-20")


def test_what_is_given_works_both_ways_and_one_given_for_a_way_wins_over_an_inverse():
    assert rate(Rates([given("NZD", "GBP", "0.4")], []), "GBP", "NZD") == ("2.5", "given, inverse")
    both = [given("NZD", "GBP", "0.4"), given("GBP", "NZD", "2.6")]
    assert rate(Rates(both, []), "GBP", "NZD") == rate(Rates(both[::-1], []), "GBP", "NZD") == ("2.6", "given")


def test_a_month_without_documents_has_the_rates_of_the_month_before_and_no_older_ones():
    rates = Rates([], [seen("GBP", "NZD", ["2.1", "2.3"])])
    assert rate(rates, "GBP", "NZD", month=APRIL) == ("2.2", "2 documents of 2026-03")
    assert rate(rates, "GBP", "NZD", "closing", month=APRIL) == ("2.3", "1 document of 2026-03-20")
    assert rate(rates, "GBP", "NZD", month=MAY) is None
    assert rate(rates, "GBP", "NZD", "closing", month=MAY) is None
    assert rate(rates, "GBP", "NZD", month=FEBRUARY) is None


def test_this_month_over_a_third_currency_is_better_than_the_month_before_directly():
    over = [seen("GBP", "USD", ["1.2"]), seen("NZD", "USD", ["0.6"])]
    rates = Rates([], [*over, seen("GBP", "NZD", ["9"], month=FEBRUARY)])
    assert rate(rates, "GBP", "NZD")[0] == "2"


def test_a_currency_comes_to_itself_and_an_unknown_one_to_nothing():
    rates = Rates([], [seen("GBP", "NZD", ["2.1"])])
    assert rate(rates, "GBP", "GBP") == ("1", "same currency")
    assert rate(rates, "GBP", "CHF") is None
    assert rate(rates, "CHF", "SEK") is None


HEAD = "month,from_currency,to_currency,average,closing\n"


def written(tmp_path, text):
    path = tmp_path / "rates.csv"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "2026-03,GBP,NZD,2.1351,2.1610\n",
        "\ufeff" + HEAD.replace("\n", "\r\n") + "2026-03-31,gbp, NZD ,2.1351,2.1610\r\n\r\n",
        "closing;average;note;to_currency;from_currency;Month\n2.1610;2.1351;mine;NZD;GBP;2026-03\n",
    ],
)
def test_a_file_is_read_however_it_was_saved(tmp_path, text):
    assert read_rates(written(tmp_path, text)) == [given("GBP", "NZD", "2.1351", "2.1610")]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("2026-13,GBP,NZD,2,", "line 2: '2026-13' is not a valid month"),
        ("2026-03,GB,NZD,2,", "line 2: 'GB' is no currency"),
        ("2026-03,GBP,GBP,2,", "line 2: both currencies are GBP"),
        ('2026-03,GBP,NZD,"2,13",', "line 2: '2,13' is no rate"),
        ("2026-03,GBP,NZD,0,", "line 2: '0' is no rate"),
        ("2026-03,GBP,NZD,-2,", "line 2: '-2' is no rate"),
        ("2026-03,GBP,NZD,2.12345678901,", "ten decimals"),
        ("2026-03,GBP,NZD,,", "line 2: neither average nor closing"),
        ("2026-03,GBP,NZD,2,\n2026-03-01,GBP,NZD,3,", "line 3: GBP to NZD in 2026-03 is there already"),
        ("", "no rates in"),
    ],
)
def test_a_mistake_is_named_by_its_line_and_nothing_is_taken(tmp_path, line, told):
    with pytest.raises(ConfigurationError, match=told):
        read_rates(written(tmp_path, HEAD + line))


def test_a_file_without_a_column_is_told_how_one_looks(tmp_path):
    with pytest.raises(ConfigurationError, match=r"it lacks closing\. .*\n.*\n2026-03,GBP,NZD"):
        read_rates(written(tmp_path, HEAD.replace(",closing", "")))
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_rates(tmp_path / "none.csv")
