"""Division in SQL is exact to the cent, half away from zero, on either database, as decimal arithmetic says."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xero_pipeline.ledger.exact_sql import digest_sql, share_sql, to_base_sql
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.databases import a_file_like, at

MONEY = st.decimals(min_value=-(10**9), max_value=10**9, places=4)
RATES = st.decimals(min_value="0.0000100000", max_value=100_000, places=10)
CENT = Decimal("0.01")


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def asked(request, duckdb_template, tmp_path_factory):
    if request.param == "duckdb":
        url = a_file_like(duckdb_template, tmp_path_factory.mktemp("exact"))
    else:
        url = at(request.getfixturevalue("postgresql_server"), request.getfixturevalue("postgresql_template"))
    warehouse = Warehouse(url)

    def ask(sql, values):
        columns = ", ".join(f"v{place}" for place in range(len(values[0])))
        rows = ", ".join("(" + ", ".join(f"CAST({value} AS {kind})" for value, kind in row) + ")" for row in values)
        with warehouse.reading() as connection:
            return [row[0] for row in connection.exec_driver_sql(f"SELECT {sql} FROM (VALUES {rows}) AS t ({columns})")]

    return request.param, ask


def exactly(value):
    with localcontext() as context:
        context.prec = 60
        return value().quantize(CENT, rounding=ROUND_HALF_UP)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(st.tuples(MONEY, RATES), min_size=20, max_size=60))
def test_an_amount_in_base_currency(asked, pairs):
    dialect, ask = asked
    rows = [((amount, "NUMERIC(19, 4)"), (rate, "NUMERIC(20, 10)")) for amount, rate in pairs]
    told = ask(to_base_sql(dialect, "v0", "v1"), rows)
    assert told == [exactly(lambda a=amount, r=rate: a / r) for amount, rate in pairs]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    triples=st.lists(
        st.tuples(MONEY, MONEY, st.decimals(min_value="0.0001", max_value=10**9, places=4)), min_size=20, max_size=60
    )
)
def test_a_share_of_an_amount(asked, triples):
    dialect, ask = asked
    rows = [tuple((value, "NUMERIC(19, 4)") for value in triple) for triple in triples]
    fits = [row for row, (a, p, w) in zip(rows, triples, strict=True) if abs(a * p / w) < 10**14]
    kept = [(a, p, w) for a, p, w in triples if abs(a * p / w) < 10**14]
    if not fits:
        return
    told = ask(share_sql(dialect, "v0", "v1", "v2"), fits)
    assert told == [exactly(lambda a=a, p=p, w=w: a * p / w) for a, p, w in kept]


@pytest.mark.parametrize(
    ("amount", "rate", "cents"), [("0.01", "2", "0.01"), ("-0.01", "2", "-0.01"), ("1", "3", "0.33")]
)
def test_a_half_goes_away_from_zero(asked, amount, rate, cents):
    dialect, ask = asked
    rows = [((amount, "NUMERIC(19, 4)"), (rate, "NUMERIC(20, 10)"))]
    assert ask(to_base_sql(dialect, "v0", "v1"), rows) == [Decimal(cents)]


def test_without_a_rate_there_is_no_amount(asked):
    dialect, ask = asked
    assert ask(to_base_sql(dialect, "v0", "v1"), [(("12", "NUMERIC(19, 4)"), ("NULL", "NUMERIC(20, 10)"))]) == [None]


def test_values_have_one_digest_only_if_each_stands_where_it_stood(asked):
    dialect, ask = asked
    texts = [None, "", "a", "b", "a|b"]
    triples = [(x, y, z) for x in texts for y in texts for z in texts]
    rows = [tuple(("NULL" if value is None else f"'{value}'", "TEXT") for value in triple) for triple in triples]
    digests = ask(digest_sql(dialect, ["v0", "v1", "v2"]), rows)
    assert len(set(digests)) == len(triples)
    assert ask(digest_sql(dialect, ["v0", "v1", "v2"]), rows) == digests
