"""Books of a few documents, asked what they say on cash basis."""

from __future__ import annotations

from collections import defaultdict


class CashBooks:
    """What the books say on cash basis; they are posted first."""

    def __init__(self, books):
        self._books = books

    def settled(self, journal):
        """What a payment or an allocation settles, by document and in the order of its lines."""
        sql = (
            "select document_id, account_id, net_amount from ledger.settled_lines where journal_id = :j "
            "order by line_number"
        )
        found = defaultdict(list)
        for row in self.rows(sql, j=journal):
            found[row["document_id"]].append((row["account_id"], f"{row['net_amount']:.2f}"))
        return dict(found)

    def balances(self):
        """Every account that stands at something, debit positive."""
        return self._balances("ledger.cash_journal_lines")

    def accrual(self):
        """The same on accrual basis."""
        return self._balances("ledger.journal_lines")

    def _balances(self, lines):
        sql = f"select account_id, sum(net_amount) as n from {lines} group by account_id having sum(net_amount) <> 0"
        return {row["account_id"]: f"{row['n']:.2f}" for row in self.rows(sql)}

    def days(self, journal):
        sql = "select distinct journal_date as day from ledger.settled_lines where journal_id = :j"
        return {row["day"].day for row in self.rows(sql, j=journal)}

    def rows(self, sql, **params):
        """What the warehouse answers once the documents are posted."""
        self._books.post()
        return self._books.warehouse.query(sql, params).to_pylist()
