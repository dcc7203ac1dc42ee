"""Documents between organisations: matched one by one, eliminated to the cent, and told where they do not match."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xero_pipeline_tests.ledger.several import rows
from xero_pipeline_tests.ledger.trading import APRIL, AU, MARCH, MAY, NZ, UK, at_rate, day

TOLD = {
    ("G-5", NZ): "Banksia Ridge Supply Pty Ltd has no bill with its number",
    ("G-6", UK): "The totals differ: 4000.00 and 4100.00 USD",
    ("G-6", AU): "The totals differ: 4000.00 and 4100.00 USD",
    ("G-7", AU): "A payment or credit is missing on one side: 3000.00 and 0.00 USD are open",
    ("G-7", UK): "A payment or credit is missing on one side: 3000.00 and 0.00 USD are open",
    ("G-8", AU): "Kowhai Trail Outfitters Limited has no sales invoice with its number",
}
SUMS = """
SELECT LEAST(document_id, counterpart_document_id) AS pair, period_start, SUM(document_movement) AS d,
    SUM(movement) AS m
FROM ledger.group_eliminations GROUP BY 1, 2
"""


def eliminated(warehouse, trading, company, account_class, month, *, until=False):
    """What was taken out on the accounts of a class, in the presentation currency, debit positive."""
    found = rows(
        warehouse,
        f"""SELECT SUM(e.movement) AS m FROM ledger.group_eliminations AS e
        JOIN xero.accounts AS a ON a.tenant_id = e.tenant_id AND a.account_id = e.account_id
        WHERE e.tenant_id = :tenant AND a.class = :class AND e.period_start {"<=" if until else "="} :month""",
        **{"tenant": trading.tenants[company], "class": account_class, "month": month},
    )
    return found[0][0]


def test_every_document_stands_beside_its_mirror_or_with_the_reason_why_not(trading, traders):
    names = {name: place for place, name in enumerate(traders[1].names)}
    asked = "SELECT number, organisation, counterpart_number, counterpart, problem FROM ledger.intercompany_documents"
    found = {(number, names[whose]): rest for number, whose, *rest in rows(trading, asked)}
    assert {key: problem for key, (_, _, problem) in found.items() if problem} == TOLD
    agreed = {key for key, (number, _, _) in found.items() if number == key[0]}
    assert agreed == set(found) - {("G-5", NZ), ("G-8", AU)}
    assert len(found) == 14


def test_each_pair_and_month_sums_to_zero_in_both_currencies(trading):
    found = rows(trading, SUMS)
    assert len(found) == 8
    assert [row for row in found if any(row[2:])] == []
    by_currency = "SELECT document_currency, SUM(document_movement) AS d FROM ledger.group_eliminations GROUP BY 1"
    assert dict(rows(trading, by_currency)) == {"USD": 0, "NZD": 0}


def test_sales_and_purchases_are_taken_out_at_the_rates_they_were_translated_at(trading, traders):
    books = traders[1]
    sales = {
        NZ: {APRIL: books.base(NZ, "USD", day(4, 10), 10_000)},
        UK: {MAY: at_rate(books.base(UK, "USD", day(4, 28), 5_000), UK, APRIL, 0)},
        AU: {
            APRIL: at_rate(books.base(AU, "NZD", day(4, 15), 8_000), AU, APRIL, 0)
            + at_rate(books.base(AU, "USD", day(4, 22), 3_000), AU, APRIL, 0),
            MAY: -at_rate(books.base(AU, "NZD", day(5, 6), 1_000), AU, MAY, 0),
        },
    }
    costs = {
        NZ: {APRIL: Decimal(8_000), MAY: books.base(NZ, "USD", day(5, 4), 5_000) - 1_000},
        UK: {
            APRIL: at_rate(books.base(UK, "USD", day(4, 10), 10_000), UK, APRIL, 0)
            + at_rate(books.base(UK, "USD", day(4, 22), 3_000), UK, APRIL, 0)
        },
        AU: {},
    }
    for company in (NZ, UK, AU):
        for month in (MARCH, APRIL, MAY):
            assert eliminated(trading, books, company, "REVENUE", month) == sales[company].get(month)
            taken = costs[company].get(month)
            assert eliminated(trading, books, company, "EXPENSE", month) == (None if taken is None else -taken)


@pytest.mark.parametrize("month", [APRIL, MAY])
def test_receivables_and_payables_are_taken_out_as_far_as_both_have_them_open(trading, traders, month):
    books = traders[1]
    third = {APRIL: 8_000, MAY: 4_000}[month]
    seventh = {APRIL: 3_000, MAY: 0}[month]
    second = {APRIL: 0, MAY: 5_000}[month]

    def closing(company, currency, entered, amount):
        return at_rate(books.base(company, currency, entered, amount), company, month, 1)

    receivables = {
        NZ: closing(NZ, "USD", day(4, 10), 10_000),
        UK: closing(UK, "USD", day(4, 28), second) or None,
        AU: closing(AU, "NZD", day(4, 15), third) + closing(AU, "USD", day(4, 22), seventh),
    }
    payables = {
        NZ: Decimal(third) + closing(NZ, "USD", day(5, 4), second),
        UK: closing(UK, "USD", day(4, 10), 10_000) + closing(UK, "USD", day(4, 22), seventh),
        AU: None,
    }
    for company in (NZ, UK, AU):
        taken = receivables[company]
        found = eliminated(trading, books, company, "ASSET", month, until=True)
        assert found == (None if taken is None else -taken)
        assert eliminated(trading, books, company, "LIABILITY", month, until=True) == payables[company]
