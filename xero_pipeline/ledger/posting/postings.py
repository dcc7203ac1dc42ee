"""The general ledger from documents: what each posts (`rules`), written anew for what changed and only for that.

The SQL is in `sql/`, one file per temporary table. In the order in which they are made:

    settings, accounts        the base currency, Xero's own accounts, the account of every code
    rates                     of documents that came without one
    documents, duplicates     every document in one form, posting or not, with its rate, its total and its account; once
    rate_open_records       what is open of a document that came without a rate is open at the same
    allocations, payments     what lowers a document's open amount; no two journals may have one of `shared_ids`
    proceeds                  where the price of a fixed asset that was sold is booked
    fingerprints, changed, affected     the state of every document; which differ from the ledger; what they depend on
    lines, events             the lines of those documents; what was allocated to them or paid, in which order
    oversized, documents_due, rounding, draft_legs, imbalance   what documents post, leg by leg; whether it adds up
    unpostable, unposted      what keeps a document from posting, and all that do not
    payments_due, allocations_due, settlements, settlement_legs     what payments and allocations post
    unpostable_settlements, gains       what keeps one of those from posting; the gain between two rates
    legs, journals, refused   what is written; what else there is to say of documents

A document that cannot post is not forced: its reason stands in `ledger.documents`, and what Xero says more than the
ledger shows up as UNEXPLAINED.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from xero_pipeline.ledger.cash_basis.settled_lines import write_settled_lines
from xero_pipeline.ledger.locked.changed_amounts import note_changed_amounts
from xero_pipeline.ledger.posting import rules
from xero_pipeline.ledger.sql_templates import SqlTemplates
from xero_pipeline.ledger.statements.open_records import RECORDS, RECORDS_EVENTS, read_records
from xero_pipeline.ledger.tables import named
from xero_pipeline.warehouse.sql import literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

CHANGED = "posting_changed"
"""The temporary table of the documents that are not as they were when the ledger was kept: `document_id`, `differs`."""
_READ = (
    "posting_settings",
    "posting_accounts",
    "posting_rates",
    "posting_documents",
    "posting_duplicates",
    "remove_duplicates",
    "rate_open_records",
    "posting_allocations",
    "posting_payments",
    "posting_proceeds",
    "posting_shared_ids",
    "refuse_payments",
    "refuse_allocations",
    "posting_fingerprints",
    CHANGED,
)
_POST = (
    "posting_affected",
    "posting_lines",
    "posting_oversized",
    "posting_events",
    "posting_documents_due",
    "posting_rounding",
    "posting_draft_legs",
    "posting_imbalance",
    "posting_unpostable",
    "posting_unposted",
    "posting_payments_due",
    "posting_allocations_due",
    "posting_settlements",
    "posting_settlement_legs",
    "posting_unpostable_settlements",
    "posting_gains",
    "posting_legs",
    "posting_journals",
    "posting_refused",
)
_REMOVE = ("remove_lines", "remove_journals", "remove_documents")
_WRITE = ("write_journals", "write_lines", "write_documents")
_SYSTEM_ACCOUNTS = (
    "DEBTORS",
    "CREDITORS",
    "GST",
    "REALISEDCURRENCYGAIN",
    "ROUNDING",
    "CISASSETS",
    "CISASSET",
    "CISLIABILITY",
)
"""The accounts that rules name by what they are for Xero."""
_FIRST_LINE = 2
"""Number of the first line's leg: 0 is the whole amount, 1 the tax."""
SETTLED = ("invoices", "credit_notes", "prepayments", "overpayments")
"""What payments and allocations are of."""
_LINE_COLUMNS = (
    "line_item_id",
    "description",
    "tax_type",
    *(
        f"{name}_{place}"
        for place in (1, 2)
        for name in ("tracking_category_id", "tracking_option_id", "tracking_category", "tracking_option")
    ),
)
"""What a leg takes over from its document's line."""
_LINES_OF = (
    ("invoices", "invoice_line_item", "line_item_id"),
    ("credit_notes", "credit_note_line_item", "line_item_id"),
    ("bank_transactions", "bank_transaction_line_item", "line_item_id"),
    ("prepayments", "prepayment_line_item", "line_item_id"),
    ("manual_journals", "manual_journal_line", "journal_line_id"),
)
"""Documents with lines, what their tables of lines and of tracking are called by, and the id of a line."""


@dataclass(frozen=True, slots=True)
class JournalLines:
    """A table of lines that post as they are, in base currency and without tax.

    Args:
        lines: The table, in schema xero.
        of: What has them: the `source_table` of their documents.
        document: SQL: the document of a line `l`.
        account: SQL: its account, where the line itself names none by id.
        said: What else of it counts for what it posts.
        text: What it says it is for: the first column that says something.
    """

    lines: str
    of: str
    document: str
    account: str
    said: tuple[str, ...]
    text: tuple[str, ...]


_JOURNAL_LINES = (
    JournalLines(
        "pay_run_lines",
        "pay_runs",
        "l.pay_run_id",
        "(SELECT a.account_id FROM posting_accounts AS a WHERE a.code = l.account_code)",
        ("account_code", "pay_item", "kind"),
        ("pay_item", "kind"),
    ),
    JournalLines(
        "fixed_asset_postings",
        "fixed_assets",
        "CONCAT(l.asset_id, CASE l.kind WHEN 'DEPRECIATION' THEN '/depreciation/' ELSE '/disposal/' END, l.date)",
        "(SELECT p.account_id FROM posting_proceeds AS p WHERE p.asset_id = l.asset_id AND l.kind = 'PROCEEDS')",
        ("kind", "date"),
        ("kind",),
    ),
)


@dataclass(frozen=True, slots=True)
class Posted:
    """What posting did.

    Args:
        documents: Documents looked at again.
        removed: Journals taken away, those that were written anew included.
        faults: Documents of the organisation that cannot post.
        was_current: Whether all the ledger is kept from was as it was, so that nothing was looked at.
    """

    documents: int
    written: int
    removed: int
    faults: int
    was_current: bool = False


def post_documents(connection: Connection, tenant_id: str, *, at: datetime, beside: bool = False) -> Posted:
    """Bring the journals of an organisation up to its documents, inside the caller's transaction.

    Args:
        connection: In a transaction that writes; the ledger's tables are there.
        at: Now, in UTC.
        beside: Post into `ledger.derived_journals`, beside Xero's own journals, instead of `ledger.journals`.
    """
    into = "derived_journal" if beside else "journal"
    journals, lines = named(f"{into}s"), named(f"{into}_lines")
    queries = SqlTemplates(
        "posting", connection, tenant_id, **_variables(), at=literal(at), journals=journals, lines=lines
    )
    read_records(connection, tenant_id)
    _run_all(queries, _READ)
    mine = f"tenant_id = {literal(tenant_id)}"
    documents, written, removed = queries.count(CHANGED), 0, 0
    if documents:
        _run_all(queries, _POST)
        before = queries.count(journals, mine)
        note_changed_amounts(connection, tenant_id, at=at, journals=journals, lines=lines)
        _run_all(queries, _REMOVE)
        removed = before - queries.count(journals, mine)
        _run_all(queries, _WRITE)
        write_settled_lines(
            connection, tenant_id, journals=journals, lines=lines, line_columns=_LINE_COLUMNS, beside=beside
        )
        written = queries.count(journals, mine) - before + removed
    faults = queries.count(named("documents"), f"{mine} AND problem IS NOT NULL")
    return Posted(documents, written, removed, faults)


def _run_all(queries: SqlTemplates, names: Iterable[str]) -> None:
    """Make the temporary tables among some queries, and carry the other ones out, in their order."""
    for name in names:
        if name.startswith("posting_"):
            queries.make(name)
        else:
            queries.run(name)


def _variables() -> dict[str, object]:
    """What the templates are told: the rules, as they stand in `rules`."""
    return {
        "system_accounts": _SYSTEM_ACCOUNTS,
        "document_rules": [asdict(rule) for rule in rules.document_rules()],
        "payment_rules": rules.payment_rules(),
        "credit_rules": rules.credit_rules(),
        "rules_version": rules.RULES_VERSION,
        "posted_document": rules.POSTED_DOCUMENT,
        "posted_money": rules.POSTED_MONEY,
        "posted_journal": rules.POSTED_JOURNAL,
        "idle": rules.IDLE,
        "without_status": rules.WITHOUT_STATUS,
        "settled": SETTLED,
        "rounded_by": rules.ROUNDED_BY,
        "most": rules.MOST,
        "too_large": f"an amount of it is {rules.MOST:,} or more",
        "first_day": rules.FIRST_DAY,
        "last_day": rules.LAST_DAY,
        "debit": rules.DEBIT,
        "credit": rules.CREDIT,
        "lines_of": _LINES_OF,
        "journal_lines": _JOURNAL_LINES,
        "lines_only": ("manual_journals", *(one.of for one in _JOURNAL_LINES)),
        "first_line": _FIRST_LINE,
        "line_columns": _LINE_COLUMNS,
        "open_records": RECORDS,
        "open_record_events": RECORDS_EVENTS,
        "no_line": ", ".join(["NULL"] * len(_LINE_COLUMNS)),
    }
