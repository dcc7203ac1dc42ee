"""Documents between organisations: matched one by one, eliminated to the cent, and told where they do not match."""

from __future__ import annotations

import pytest

from xero_pipeline_tests.ledger.several import rows
from xero_pipeline_tests.ledger.trading import APRIL, AU, MARCH, MAY, NZ, UK

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
    for company in (NZ, UK, AU):
        for month in (MARCH, APRIL, MAY):
            assert eliminated(trading, books, company, "REVENUE", month) == books.sold_within(company, month)
            bought = books.bought_within(company, month)
            taken = eliminated(trading, books, company, "EXPENSE", month)
            assert taken == (None if bought is None else -bought)


@pytest.mark.parametrize("month", [APRIL, MAY])
def test_receivables_and_payables_are_taken_out_as_far_as_both_have_them_open(trading, traders, month):
    books = traders[1]
    owed, owing = books.owed_within(month)
    for company in (NZ, UK, AU):
        taken = [eliminated(trading, books, company, of, month, until=True) or 0 for of in ("ASSET", "LIABILITY")]
        assert taken == [-owed[company], owing[company]]
