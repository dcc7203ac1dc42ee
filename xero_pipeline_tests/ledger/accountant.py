"""Somebody who reads a simulated organisation into a warehouse, keeps its ledger, and knows what it should say."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from xero_pipeline.ledger.posting.rules import WITHOUT_DOCUMENT
from xero_pipeline.ledger.reconcile.differences import differences, suspects
from xero_pipeline.ledger.schema import has_ledger
from xero_pipeline.ledger.update import update_ledger
from xero_pipeline.sync.reports import sync_report
from xero_pipeline.sync.reports_stale import stale_months
from xero_pipeline.sync.result import CallStats
from xero_pipeline.warehouse.sql import among
from xero_pipeline.xero.reports.catalogue import report_named
from xero_pipeline_tests.simulator.helpers import let_in
from xero_pipeline_tests.sync.desk import Desk
from xero_simulator.api.catalogue import grantable_scopes

DOCUMENTS = (
    "organisations",
    "accounts",
    "invoices",
    "credit_notes",
    "bank_transactions",
    "bank_transfers",
    "payments",
    "prepayments",
    "overpayments",
    "manual_journals",
)
CENTS = Decimal("0.05")
"""What Xero's rounding of parts may leave on a control account of the simulated books."""
REPORTS = ("trial_balance", "profit_and_loss", "balance_sheet", "bank_summary")


def forget_inputs(connection):
    """What a ledger was kept from is unknown: the next time it is written again."""
    if has_ledger(connection):
        connection.exec_driver_sql("UPDATE ledger.kept SET inputs = NULL")


class Accountant(Desk):
    """A desk where a ledger is kept.

    Args:
        **more: As for `Desk`.
    """

    journals = False  # whether the app may read Xero's own

    def _let_in(self):
        scopes = sorted(grantable_scopes(advanced=self.journals))
        self.token = let_in(self, scopes).headers["Authorization"].removeprefix("Bearer ")

    def read(self, *tables, full=False):
        for table in tables or DOCUMENTS:
            self.sync(table, full=full)

    def pull(self, *names):
        months = self.books.bench.config.month_starts()
        self.later(seconds=10)
        for name in names or REPORTS:
            tally = CallStats()
            with self.client(on_call=tally.add) as client:
                report = report_named(name)
                for _ in sync_report(client, self.warehouse, self.tenant_id, report, months, tally=tally, now=self.now):
                    pass

    def keep(self):
        self.later(seconds=10)
        reports = [report_named(name) for name in REPORTS]
        found = stale_months(self.warehouse, [self.tenant_id], reports, self.now())
        stale = {table: months for (_, table, _), months in found.items()}
        return update_ledger(self.warehouse, self.tenant_id, stale, at=self.now(), journals=self.journals)

    def lines(self):
        """Our lines as the simulator says its own: net and foreign amounts by journal, day, account and contact."""
        rows = self.warehouse.query(
            "select journal_id, journal_date, account_id, contact_id, net_amount, foreign_amount, "
            "tracking_option_id_1 as one, tracking_option_id_2 as two, role "
            f"from ledger.journal_lines where source_type not in {among(WITHOUT_DOCUMENT)}"
        ).to_pylist()
        found = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for row in rows:
            options = tuple(option for option in (row["one"], row["two"]) if option)
            key = (row["journal_id"], row["journal_date"], row["account_id"], row["contact_id"] or "", options)
            found[(*key, row["role"] == "tax")][0] += row["net_amount"]
            found[(*key, row["role"] == "tax")][1] += row["foreign_amount"]
        return {key: tuple(sums) for key, sums in found.items() if any(sums)}

    def truth(self):
        """What the simulator posts for documents that an app may read."""
        found = defaultdict(lambda: [Decimal(0), Decimal(0)])
        unseen = self.books.bench.tables.get("Unseen", {})
        for posting in self.books.postings:
            if posting.journal_id in unseen:
                continue
            key = (posting.journal_id, posting.date, posting.account_id, posting.contact_id, posting.tracking)
            found[(*key, posting.is_tax)][0] += posting.net_amount
            found[(*key, posting.is_tax)][1] += posting.foreign_amount
        return {key: tuple(sums) for key, sums in found.items() if any(sums)}

    def off(self, **more):
        """What does not tie out, as (statement, account code, month, difference, cause).

        Without the cents that Xero's rounding of parts leaves on a control account for good.
        """
        with self.warehouse.reading() as connection:
            return [
                (one.statement, one.account.split(" ")[0], one.period_end, one.difference, one.cause)
                for one in differences(connection, **more)
                if not one.is_stale and not (one.cause == "ROUNDING" and abs(one.difference) <= CENTS)
            ]

    def behind(self, statement, code):
        """The documents behind the difference of an account, the likeliest first."""
        with self.warehouse.reading() as connection:
            found = [d for d in differences(connection, statements=[statement]) if d.account.split(" ")[0] == code]
            return [(one.document_id, one.why) for one in suspects(connection, found[0])] if found else []

    def change(self, statement):
        """Somebody changes the warehouse by hand, and has its ledger written again: rows do not say so themselves."""
        with self.warehouse.writing() as connection:
            connection.exec_driver_sql(statement)
            forget_inputs(connection)

    def one(self, sql):
        return self.warehouse.query(sql).to_pylist()[0]


__all__ = ["DOCUMENTS", "REPORTS", "Accountant"]
