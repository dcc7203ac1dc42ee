"""What the documents say, in one form for all kinds: temporary tables that the rules are read over.

posting_documents   every document of the organisation, posting or not, with its rate, total and account
posting_dirty       the documents whose state is not the one the ledger was made of
posting_circle      those, and what is set off against them: whose events must be known
posting_lines       the lines of the documents in the circle, their account found
posting_events      what was taken off a document: payments and allocations, with what was taken before
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.ledger.exact import share_sql, to_base_sql
from xero_pipeline.ledger.rules import (
    POSTED_DOCUMENT,
    POSTED_JOURNAL,
    POSTED_MONEY,
    RULES_VERSION,
    CreditRule,
    credit_rules,
    document_rules,
)
from xero_pipeline.ledger.tables import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SETTINGS = "settings"
"""Stands among the documents for what all of them depend on: the chart of accounts and the rules."""

SYSTEM_ACCOUNTS = ("DEBTORS", "CREDITORS", "GST", "REALISEDCURRENCYGAIN")

_HALVES = ("RECEIVE-TRANSFER", "SPEND-TRANSFER")

Step = tuple[str, str]
"""Name of a temporary table, and the query it is made of."""


def sources(tenant: str, dialect: str) -> Iterator[Step]:
    """The temporary tables up to the documents' lines and events.

    Args:
        tenant: SQL of the organisation's tenant id.
        dialect: `duckdb` or `postgresql`.
    """
    yield "posting_settings", _settings(tenant)
    yield "posting_accounts", _accounts(tenant)
    yield "posting_documents", _documents(tenant)
    yield "posting_allocations", " UNION ALL ".join(_allocations(rule, tenant) for rule in _by_table())
    yield "posting_payments", _payments(tenant)
    yield "posting_now", _fingerprints(tenant)
    yield "posting_dirty", _dirty(tenant)
    yield "posting_circle", _circle()
    yield "posting_lines", " UNION ALL ".join(_lines(tenant))
    yield "posting_events", _events(dialect)


def literal(text: str) -> str:
    """A text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def _among(values: Iterable[str]) -> str:
    return "(" + ", ".join(map(literal, values)) + ")"


def _settings(tenant: str) -> str:
    """One row: the base currency and the accounts that Xero itself posts to."""
    system = ", ".join(
        f"MAX(CASE WHEN a.system_account = '{name}' THEN a.account_id END) AS {name.lower()}"
        for name in SYSTEM_ACCOUNTS
    )
    return (
        f"SELECT o.base_currency, {system} FROM xero.organisations AS o "
        "LEFT JOIN xero.accounts AS a ON a.tenant_id = o.tenant_id AND NOT a.is_deleted "
        f"WHERE o.tenant_id = {tenant} GROUP BY o.base_currency"
    )


def _accounts(tenant: str) -> str:
    """The account of every code; older lines name their account by its code alone."""
    return (
        f"SELECT code, MIN(account_id) AS account_id FROM xero.accounts WHERE tenant_id = {tenant} "
        "AND code IS NOT NULL AND code <> '' AND NOT is_deleted GROUP BY code"
    )


def _documents(tenant: str) -> str:
    parts = [_invoices(tenant), _credit_notes(tenant), _bank_transactions(tenant), _transfers(tenant)]
    parts += [_advances("prepayments", tenant), _advances("overpayments", tenant), _manual_journals(tenant)]
    return (
        "SELECT d.*, CASE d.whole WHEN 'DEBTORS' THEN s.debtors WHEN 'CREDITORS' THEN s.creditors "
        "ELSE d.bank_account_id END AS whole_account_id, "
        "COALESCE(d.told_rate, CASE WHEN d.currency_code IS NULL OR d.currency_code = s.base_currency THEN 1 END) "
        f"AS rate FROM ({' UNION ALL '.join(parts)}) AS d CROSS JOIN posting_settings AS s"
    )


def _ruled(table: str) -> str:
    """The columns that come from the rule of a document's Type."""
    rules = [rule for rule in document_rules() if rule.table == table]
    cases = {
        "whole": [(rule.kind, literal(rule.whole)) for rule in rules],
        "side": [(rule.kind, str(rule.side)) for rule in rules],
        "source_type": [(rule.kind, literal(rule.source_type)) for rule in rules],
    }
    return ", ".join(
        f"CASE type {' '.join(f'WHEN {literal(kind)} THEN {value}' for kind, value in pairs)} END AS {name}"
        for name, pairs in cases.items()
    )


def _posts(statuses: Iterable[str]) -> str:
    return f"(status IN {_among(statuses)} AND NOT is_deleted)"


def _invoices(tenant: str) -> str:
    return (
        f"SELECT invoice_id AS document_id, 'invoices' AS source_table, {_posts(POSTED_DOCUMENT)} AS posts, "
        f"{_ruled('invoices')}, CAST(NULL AS TEXT) AS bank_account_id, date, contact_id, invoice_number AS number, "
        "reference, currency_code, currency_rate AS told_rate, total, COALESCE(total_tax, 0) AS total_tax, "
        f"synced_at FROM xero.invoices WHERE tenant_id = {tenant}"
    )


def _credit_notes(tenant: str) -> str:
    return (
        f"SELECT credit_note_id, 'credit_notes', {_posts(POSTED_DOCUMENT)}, {_ruled('credit_notes')}, NULL, date, "
        "contact_id, credit_note_number, reference, currency_code, currency_rate, total, COALESCE(total_tax, 0), "
        f"synced_at FROM xero.credit_notes WHERE tenant_id = {tenant}"
    )


def _bank_transactions(tenant: str) -> str:
    return (
        f"SELECT bank_transaction_id, 'bank_transactions', {_posts(POSTED_MONEY)}, {_ruled('bank_transactions')}, "
        "bank_account_id, date, contact_id, NULL, reference, currency_code, currency_rate, total, "
        "COALESCE(total_tax, 0), synced_at FROM xero.bank_transactions "
        f"WHERE tenant_id = {tenant} AND type NOT IN {_among(_HALVES)}"
    )


def _transfers(tenant: str) -> str:
    """Once, not by its halves among the bank transactions; `bank_account_id` is the account the money left."""
    return (
        f"SELECT bank_transfer_id, 'bank_transfers', {_posts(POSTED_MONEY)}, 'bank', -1, 'TRANSFER', "
        "from_bank_account_id, date, NULL, NULL, reference, NULL, currency_rate, amount, 0, synced_at "
        f"FROM xero.bank_transfers WHERE tenant_id = {tenant}"
    )


def _advances(table: str, tenant: str) -> str:
    """Prepayments and overpayments post nothing of their own: the money did, as a bank transaction."""
    sales = f"type IN {_among(kind for rule in credit_rules() if rule.side > 0 for kind in rule.kinds)}"
    return (
        f"SELECT {table[:-1]}_id, '{table}', {_posts(POSTED_DOCUMENT)}, "
        f"CASE WHEN {sales} THEN 'DEBTORS' ELSE 'CREDITORS' END, CASE WHEN {sales} THEN -1 ELSE 1 END, NULL, NULL, "
        "date, contact_id, NULL, reference, currency_code, currency_rate, total, COALESCE(total_tax, 0), synced_at "
        f"FROM xero.{table} WHERE tenant_id = {tenant}"
    )


def _manual_journals(tenant: str) -> str:
    return (
        f"SELECT manual_journal_id, 'manual_journals', {_posts(POSTED_JOURNAL)}, NULL, 1, 'MANJOURNAL', NULL, date, "
        "NULL, NULL, narration, NULL, NULL, NULL, 0, synced_at "
        f"FROM xero.manual_journals WHERE tenant_id = {tenant}"
    )


def _by_table() -> tuple[CreditRule, ...]:
    return tuple({rule.table: rule for rule in credit_rules()}.values())


def _allocations(rule: CreditRule, tenant: str) -> str:
    others = ("invoice_id", "credit_note_id", "prepayment_id", "overpayment_id")
    target = ", ".join(f"x.{name}" for name in others if name != rule.key)
    return (
        f"SELECT x.{rule.key} AS credit_id, COALESCE({target}) AS document_id, x.allocation_id AS event_id, x.date, "
        f"x.amount, {_posts(POSTED_DOCUMENT).replace('is_deleted', 'c.is_deleted')} AND NOT x.is_deleted AS counts, "
        f"x.synced_at FROM xero.{rule.allocations} AS x JOIN xero.{rule.table} AS c "
        f"ON c.tenant_id = x.tenant_id AND c.{rule.key} = x.{rule.key} WHERE x.tenant_id = {tenant}"
    )


def _payments(tenant: str) -> str:
    return (
        "SELECT payment_id AS event_id, COALESCE(invoice_id, credit_note_id, prepayment_id, overpayment_id) "
        "AS document_id, payment_type, date, amount, bank_amount, currency_rate, account_id, reference, "
        f"{_posts(POSTED_MONEY)} AS counts, synced_at FROM xero.payments WHERE tenant_id = {tenant}"
    )


def _fingerprints(tenant: str) -> str:
    """Of every document one text that changes with it, its payments and its allocations, deleted ones included."""
    moment = "CAST(EXTRACT(EPOCH FROM synced_at) * 1000000 AS BIGINT)"
    return (
        "SELECT document_id, MAX(source_table) AS source_table, "
        "COALESCE(MAX(CASE WHEN posts THEN 1 ELSE 0 END), 0) = 1 AS posts, "
        "CONCAT(COUNT(*), ':', CAST(SUM(moment) AS TEXT)) AS fingerprint FROM ("
        f"SELECT document_id, source_table, posts, {moment} AS moment FROM posting_documents UNION ALL "
        f"SELECT COALESCE(document_id, event_id), NULL, NULL, {moment} FROM posting_payments UNION ALL "
        f"SELECT credit_id, NULL, NULL, {moment} FROM posting_allocations UNION ALL "
        f"SELECT document_id, NULL, NULL, {moment} FROM posting_allocations WHERE document_id IS NOT NULL"
        f") AS t GROUP BY document_id UNION ALL "
        f"SELECT '{SETTINGS}', '{SETTINGS}', FALSE, CONCAT('{RULES_VERSION}:', base_currency, ':', "
        "(SELECT MD5(STRING_AGG(CONCAT(account_id, '|', code, '|', system_account), ',' ORDER BY account_id)) "
        f"FROM xero.accounts WHERE tenant_id = {tenant} AND NOT is_deleted)) FROM posting_settings"
    )


def _dirty(tenant: str) -> str:
    """Everything, when what all depend on has changed; else what differs, is new, or is gone."""
    stored = f"(SELECT * FROM {named('documents')} WHERE tenant_id = {tenant})"
    settings = (
        f"EXISTS (SELECT 1 FROM posting_now AS s LEFT JOIN {stored} AS o ON o.document_id = s.document_id "
        f"WHERE s.document_id = '{SETTINGS}' AND o.fingerprint IS DISTINCT FROM s.fingerprint)"
    )
    return (
        f"SELECT COALESCE(n.document_id, d.document_id) AS document_id FROM posting_now AS n FULL JOIN {stored} AS d "
        "ON d.document_id = n.document_id WHERE d.fingerprint IS DISTINCT FROM n.fingerprint "
        f"OR {settings}"
    )


def _circle() -> str:
    return (
        "SELECT document_id FROM posting_dirty UNION "
        "SELECT a.credit_id FROM posting_allocations AS a JOIN posting_dirty AS d ON d.document_id = a.document_id "
        "UNION SELECT a.document_id FROM posting_allocations AS a JOIN posting_dirty AS d "
        "ON d.document_id = a.credit_id WHERE a.document_id IS NOT NULL"
    )


def _lines(tenant: str) -> Iterator[str]:
    for table in ("invoices", "credit_notes", "bank_transactions", "prepayments"):
        stem, key = f"{table[:-1]}_line_item", f"{table[:-1]}_id"
        yield _lines_of(tenant, table, key, f"{stem}s", f"{stem}_tracking", "line_item_id")
    yield _lines_of(
        tenant,
        "manual_journals",
        "manual_journal_id",
        "manual_journal_lines",
        "manual_journal_line_tracking",
        "journal_line_id",
    )


def _lines_of(tenant: str, table: str, key: str, lines: str, tracking: str, line_id: str) -> str:
    """The lines of one kind of document, without their tax, and up to two tracking options each."""
    tracked = ", ".join(
        f"MAX(CASE WHEN position = {place} THEN {column} END) AS {name}_{place}"
        for place in (1, 2)
        for column, name in _TRACKING
    )
    listed = ", ".join(f"t.{name}_{place}" for place in (1, 2) for _, name in _TRACKING)
    return (
        f"SELECT l.{key} AS document_id, l.position, l.{line_id} AS line_item_id, "
        "COALESCE(l.account_id, a.account_id) AS account_id, l.line_amount "
        "- CASE WHEN UPPER(h.line_amount_types) = 'INCLUSIVE' THEN COALESCE(l.tax_amount, 0) ELSE 0 END AS net, "
        "CASE WHEN UPPER(h.line_amount_types) = 'NOTAX' THEN 0 ELSE COALESCE(l.tax_amount, 0) END AS tax, "
        f"l.description, l.tax_type, {listed} "
        f"FROM xero.{lines} AS l JOIN posting_circle AS c ON c.document_id = l.{key} "
        f"JOIN xero.{table} AS h ON h.tenant_id = l.tenant_id AND h.{key} = l.{key} "
        "LEFT JOIN posting_accounts AS a ON a.code = l.account_code "
        f"LEFT JOIN (SELECT {key}, {line_id}, {tracked} FROM xero.{tracking} "
        f"WHERE tenant_id = {tenant} AND NOT is_deleted GROUP BY {key}, {line_id}) AS t "
        f"ON t.{key} = l.{key} AND t.{line_id} = l.{line_id} "
        f"WHERE l.tenant_id = {tenant} AND NOT l.is_deleted AND l.line_amount IS NOT NULL"
    )


_TRACKING = (
    ("tracking_category_id", "tracking_category_id"),
    ("tracking_option_id", "tracking_option_id"),
    ("name", "tracking_category"),
    ("option", "tracking_option"),
)


def _events(dialect: str) -> str:
    """What lowers a document's open amount, in the order of days, and by how much in base currency.

    Of a document paid in parts each part clears what its open amount in base currency falls by: so the control
    account always holds the open documents, each at its own rate, to the cent.
    """
    found = (
        "SELECT event_id, document_id, date, amount FROM posting_payments WHERE counts UNION ALL "
        "SELECT event_id, credit_id, date, amount FROM posting_allocations WHERE counts UNION ALL "
        "SELECT event_id, document_id, date, amount FROM posting_allocations WHERE counts"
    )
    before = "d.total - e.taken + e.amount"
    left = f"{to_base_sql(dialect, f'({before})', 'd.rate')} - {to_base_sql(dialect, '(d.total - e.taken)', 'd.rate')}"
    till, upto = (
        share_sql(dialect, "d.total_tax", part, "CASE WHEN d.total = 0 THEN 1 ELSE d.total END")
        for part in ("e.taken", "(e.taken - e.amount)")
    )
    return (
        f"SELECT e.*, {left} AS cleared, CASE WHEN d.total_tax = 0 THEN 0 ELSE {till} - {upto} END AS tax_share "
        "FROM (SELECT f.*, CAST(SUM(f.amount) OVER (PARTITION BY f.document_id ORDER BY f.date, "
        "f.event_id ROWS UNBOUNDED PRECEDING) AS NUMERIC(19, 4)) AS taken "
        f"FROM ({found}) AS f JOIN posting_circle AS c ON c.document_id = f.document_id) AS e "
        "JOIN posting_documents AS d ON d.document_id = e.document_id WHERE d.rate > 0"
    )
