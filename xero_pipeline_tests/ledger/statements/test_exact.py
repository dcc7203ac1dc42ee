"""Money is divided in SQL to the same cent as with exact decimals, on both databases."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from sqlalchemy import text

from xero_pipeline.ledger.exact import to_base_sql
from xero_pipeline.simulator.values.amounts import to_base

HALVES = [("1.00", "0.8"), ("2.25", "0.9"), ("0.01", "2"), ("-0.01", "2"), ("-1.005", "1"), ("1.005", "1")]
EDGES = [
    ("0", "1.3"),
    ("99999999999999.9999", "0.9999999999"),
    ("-123456789012.34", "0.0612340001"),
    ("0.0001", "1234567890.0123456789"),
    ("12.3400", "1"),
]


@pytest.fixture(scope="module")
def amounts():
    chance = random.Random(7)
    drawn = [(f"{chance.randint(-(10**9), 10**9)}e-2", f"{chance.randint(1, 10**11)}e-10") for _ in range(400)]
    near = [(f"{chance.randint(1, 999)}.{chance.choice(['005', '015', '995'])}", "1") for _ in range(40)]
    return [(Decimal(amount), Decimal(rate)) for amount, rate in [*HALVES, *EDGES, *drawn, *near]]


def test_a_quotient_is_rounded_half_up_to_the_cent(reader, amounts):
    rows = " UNION ALL ".join(
        f"SELECT {place} AS place, CAST('{amount:f}' AS DECIMAL(19, 4)) AS amount, "
        f"CAST('{rate:f}' AS DECIMAL(20, 10)) AS rate"
        for place, (amount, rate) in enumerate(amounts)
    )
    sql = f"SELECT {to_base_sql(reader.dialect.name, 'amount', 'rate')} FROM ({rows}) AS r ORDER BY place"
    found = [row[0] for row in reader.execute(text(sql))]
    assert found == [to_base(amount, rate) for amount, rate in amounts]
    assert all(isinstance(amount, Decimal) for amount in found)


def test_without_a_rate_there_is_no_amount(reader):
    sql = to_base_sql(reader.dialect.name, "CAST(12 AS DECIMAL(19, 4))", "CAST(NULL AS DECIMAL(20, 10))")
    assert reader.execute(text(f"SELECT {sql}")).scalar_one() is None
