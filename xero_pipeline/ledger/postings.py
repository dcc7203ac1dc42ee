"""The journals of the dirty documents, leg by leg: the rules of `rules`, written as SQL over the tables of `sources`.

    posting_parts   the legs as the rules say them, each rounded on its own
    posting_excess  by how much the legs of a document do not balance: cents of rounding, or a document that is wrong
    posting_faults  the documents that cannot post, each with the reason
    posting_legs    the legs of every journal that is written; they balance

A payment clears what its document's open amount in base currency falls by, and the bank gets what it got at the
payment's own rate; the difference is posted to the account whose SystemAccount is REALISEDCURRENCYGAIN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.ledger.exact import share_sql, to_base_sql
from xero_pipeline.ledger.rules import credit_rules, payment_rules
from xero_pipeline.ledger.sources import literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xero_pipeline.ledger.sources import Step

LINE_COLUMNS = (
    "line_item_id",
    "description",
    "tax_type",
    "tracking_category_id_1",
    "tracking_option_id_1",
    "tracking_category_1",
    "tracking_option_1",
    "tracking_category_id_2",
    "tracking_option_id_2",
    "tracking_category_2",
    "tracking_option_2",
)
"""What a leg takes over from the document's line."""

_FIRST_LINE = 2
"""Number of the first line's leg: 0 is the whole amount, 1 the tax."""
_NO_LINE = ", ".join(f"CAST(NULL AS TEXT) AS {name}" for name in LINE_COLUMNS)
_OF_LINE = ", ".join(f"l.{name}" for name in LINE_COLUMNS)
_MONEY = "NUMERIC(19, 4)"


def postings(dialect: str) -> Iterator[Step]:
    """The temporary tables from the legs to the journals.

    Args:
        dialect: `duckdb` or `postgresql`.
    """
    yield "posting_parts", " UNION ALL ".join(_document_parts(dialect))
    yield "posting_excess", _excess()
    yield "posting_faults", " UNION ALL ".join(_faults())
    yield "posting_settling", " UNION ALL ".join(_settling(dialect))
    yield "posting_legs", f"{_balanced()} UNION ALL {_with_gain()}"
    yield (
        "posting_journals",
        f"{_document_journals()} UNION ALL {_payment_journals()} UNION ALL {_allocation_journals()}",
    )


def _own() -> str:
    """The documents that post a journal of their own now."""
    return (
        "posting_documents AS d JOIN posting_dirty AS x ON x.document_id = d.document_id "
        "AND d.posts AND d.source_type IS NOT NULL"
    )


def _document_parts(dialect: str) -> Iterator[str]:
    """The whole amount, the tax and the lines of documents, transfers and manual journals."""

    def base(amount: str) -> str:
        return to_base_sql(dialect, amount, "d.rate")

    yield (
        f"SELECT d.document_id AS journal_id, 0 AS line_number, d.whole_account_id AS account_id, "
        f"d.side * {base('d.total')} AS net, CAST(0 AS {_MONEY}) AS tax, CAST(d.side * d.total AS {_MONEY}) AS foreign_net, "
        f"CASE d.whole WHEN 'bank' THEN 'bank' ELSE 'control' END AS role, {_NO_LINE} "
        f"FROM {_own()} WHERE d.whole IS NOT NULL AND d.rate > 0"
    )
    yield (
        f"SELECT d.document_id, 1, s.gst, -d.side * {base('d.total_tax')}, 0, -d.side * d.total_tax, 'tax', {_NO_LINE} "
        f"FROM {_own()} CROSS JOIN posting_settings AS s WHERE d.total_tax <> 0 AND d.rate > 0"
    )
    # A manual journal says debit or credit by the sign of its lines; any other document's lines face its whole amount.
    facing = "CASE WHEN d.whole IS NULL THEN 1 ELSE -d.side END"
    yield (
        f"SELECT d.document_id, {_FIRST_LINE - 1} + l.position, l.account_id, {facing} * {base('l.net')}, "
        f"{facing} * {base('l.tax')}, {facing} * l.net, 'line', {_OF_LINE} "
        f"FROM {_own()} JOIN posting_lines AS l ON l.document_id = d.document_id WHERE d.rate > 0"
    )
    yield (
        f"SELECT d.document_id, 1, s.gst, SUM(l.tax), 0, SUM(l.tax), 'tax', {_NO_LINE} "
        f"FROM {_own()} JOIN posting_lines AS l ON l.document_id = d.document_id CROSS JOIN posting_settings AS s "
        "WHERE d.whole IS NULL GROUP BY d.document_id, s.gst HAVING SUM(l.tax) <> 0"
    )
    # The other half of a transfer: the same amount of base currency on the account it went to.
    yield (
        f"SELECT d.document_id, 1, t.to_bank_account_id, {base('d.total')}, 0, {base('d.total')}, 'bank', {_NO_LINE} "
        f"FROM {_own()} JOIN xero.bank_transfers AS t ON t.bank_transfer_id = d.document_id "
        "WHERE d.source_table = 'bank_transfers' AND d.rate > 0"
    )


def _excess() -> str:
    return (
        "SELECT journal_id, SUM(net) AS excess, SUM(CASE WHEN role = 'line' THEN 1 ELSE 0 END) AS lines, "
        "MAX(CASE WHEN account_id IS NULL AND (net <> 0 OR foreign_net <> 0) THEN line_number END) AS without_account "
        "FROM posting_parts GROUP BY journal_id"
    )


def _faults() -> Iterator[str]:
    """Documents whose status posts, but which cannot; each is told once, by its first reason."""
    # Every leg is rounded by half a cent at most, and so is what Xero's own totals may be off.
    yield (
        "SELECT d.document_id, CASE "
        "WHEN d.rate IS NULL OR d.rate <= 0 THEN CONCAT('its currency rate is missing (', d.currency_code, ')') "
        "WHEN d.source_table <> 'manual_journals' AND d.whole_account_id IS NULL THEN CONCAT('no account has the part ', "
        "COALESCE(d.whole, '?'), ' that takes its total') "
        "WHEN e.without_account = 1 THEN 'no account is the system account GST, which takes its tax' "
        f"WHEN e.without_account IS NOT NULL THEN CONCAT('line ', e.without_account - {_FIRST_LINE - 1}, "
        "' names no account of the chart') "
        "ELSE CONCAT('its lines and tax do not add up to its total: ', CAST(ABS(e.excess) AS TEXT), ' is left over') END "
        f"AS problem FROM {_own()} LEFT JOIN posting_excess AS e ON e.journal_id = d.document_id "
        "WHERE d.rate IS NULL OR d.rate <= 0 OR e.without_account IS NOT NULL "
        "OR (d.source_table <> 'manual_journals' AND d.whole_account_id IS NULL) "
        "OR ABS(e.excess) > CASE WHEN e.lines = 0 THEN 0 ELSE 0.01 * (e.lines + 1) END"
    )
    yield (
        "SELECT p.event_id, 'it pays a document that is not in the warehouse' FROM posting_payments AS p "
        "LEFT JOIN posting_documents AS d ON d.document_id = p.document_id WHERE p.counts AND d.document_id IS NULL"
    )
    known = ", ".join(literal(rule.kind) for rule in payment_rules())
    yield (
        "SELECT p.event_id, CONCAT('its type is not known: ', p.payment_type) FROM posting_payments AS p "
        "JOIN posting_documents AS d ON d.document_id = p.document_id "
        f"WHERE p.counts AND p.payment_type NOT IN ({known})"
    )


def _balanced() -> str:
    """The legs of documents; what rounding left over goes to the line with the largest amount."""
    largest = (
        "CASE WHEN e.excess <> 0 AND p.role = 'line' THEN ROW_NUMBER() OVER (PARTITION BY p.journal_id, p.role "
        "ORDER BY ABS(p.net) DESC, p.line_number) END"
    )
    return (
        f"SELECT journal_id, line_number, account_id, CAST(net - CASE WHEN rank = 1 THEN excess ELSE 0 END AS {_MONEY}) "
        f"AS net, tax, foreign_net, role, {', '.join(LINE_COLUMNS)} FROM ("
        f"SELECT p.*, e.excess, {largest} AS rank FROM posting_parts AS p "
        "JOIN posting_excess AS e ON e.journal_id = p.journal_id "
        "LEFT JOIN posting_faults AS f ON f.document_id = p.journal_id WHERE f.document_id IS NULL) AS b "
        "WHERE net <> 0 OR foreign_net <> 0"
    )


def _settling(dialect: str) -> Iterator[str]:
    """The legs of payments and of credits set off, before any gain."""
    side = "CASE p.payment_type " + " ".join(f"WHEN {literal(rule.kind)} THEN {rule.side}" for rule in payment_rules())
    bank = to_base_sql(dialect, "p.amount", "COALESCE(p.currency_rate, d.rate)")
    paid = (
        f"(SELECT p.*, {side} END AS side FROM posting_payments AS p "
        "JOIN posting_dirty AS x ON x.document_id = p.document_id WHERE p.counts)"
    )
    yield (
        f"SELECT p.event_id AS journal_id, 0 AS line_number, p.account_id, p.side * {bank} AS net, "
        f"CAST(p.side * COALESCE(p.bank_amount, p.amount) AS {_MONEY}) AS foreign_net, 'bank' AS role, "
        f"CAST(NULL AS TEXT) AS line_item_id FROM {paid} AS p "
        "JOIN posting_documents AS d ON d.document_id = p.document_id WHERE d.rate > 0 AND p.side IS NOT NULL"
    )
    yield from _clearing(dialect, f"SELECT event_id, document_id, -side AS side, 1 AS first FROM {paid} AS p")
    touched = (
        "SELECT a.*, c.side * -1 AS credit_side FROM posting_allocations AS a "
        "JOIN posting_documents AS c ON c.document_id = a.credit_id "
        "WHERE a.counts AND (a.credit_id IN (SELECT document_id FROM posting_dirty) "
        "OR a.document_id IN (SELECT document_id FROM posting_dirty))"
    )
    yield from _clearing(
        dialect, f"SELECT event_id, credit_id AS document_id, credit_side AS side, 0 AS first FROM ({touched}) AS t"
    )
    yield from _clearing(
        dialect, f"SELECT event_id, document_id, -credit_side AS side, 500 AS first FROM ({touched}) AS t"
    )


def _clearing(dialect: str, events: str) -> Iterator[str]:
    """What events take off documents: off the control account, or off a prepayment's account and its tax."""
    joined = (
        f"FROM ({events}) AS t JOIN posting_events AS e ON e.event_id = t.event_id AND e.document_id = t.document_id "
        "JOIN posting_documents AS d ON d.document_id = t.document_id"
    )
    yield (
        "SELECT e.event_id, t.first, d.whole_account_id, t.side * e.cleared, t.side * e.amount, 'control', NULL "
        f"{joined} WHERE d.source_table <> 'prepayments'"
    )
    tax = to_base_sql(dialect, "e.tax_share", "d.rate")
    yield (
        f"SELECT e.event_id, t.first + 1, s.gst, t.side * {tax}, t.side * e.tax_share, 'tax', NULL {joined} "
        "CROSS JOIN posting_settings AS s WHERE d.source_table = 'prepayments' AND e.tax_share <> 0"
    )
    # The lines of a prepayment share the rest by their amounts; what rounding leaves is on the first of the largest.
    part = f"({share_sql(dialect, 'l.net', 'e.taken', 'd.total')} - {share_sql(dialect, 'l.net', '(e.taken - e.amount)', 'd.total')})"
    shares = (
        f"SELECT e.event_id, t.first + 1 + l.position AS line_number, l.account_id, l.line_item_id, t.side, "
        f"{to_base_sql(dialect, part, 'd.rate')} AS net, {part} AS foreign_net, e.cleared - {tax} AS whole, "
        "e.amount - e.tax_share AS foreign_whole, ROW_NUMBER() OVER (PARTITION BY e.event_id, t.document_id "
        "ORDER BY ABS(l.net) DESC, l.position) AS rank "
        f"{joined} JOIN posting_lines AS l ON l.document_id = d.document_id "
        "WHERE d.source_table = 'prepayments' AND d.total <> 0"
    )
    rest = "SUM({0}) OVER (PARTITION BY event_id, side)"
    yield (
        f"SELECT event_id, line_number, account_id, side * (net + CASE rank WHEN 1 THEN whole - {rest.format('net')} "
        f"ELSE 0 END), side * (foreign_net + CASE rank WHEN 1 THEN foreign_whole - {rest.format('foreign_net')} "
        f"ELSE 0 END), 'line', line_item_id FROM ({shares}) AS s"
    )


def _with_gain() -> str:
    """The legs of payments and set-offs with their gain; a set-off that moves nothing between accounts is left out."""
    blank = ", ".join(f"CAST(NULL AS TEXT) AS {name}" for name in LINE_COLUMNS[1:])
    moves = (
        "SELECT journal_id, SUM(net) AS gain, MAX(line_number) + 1 AS last FROM posting_settling GROUP BY journal_id "
        "HAVING SUM(net) <> 0 OR COUNT(DISTINCT account_id) > 1"
    )
    return (
        f"SELECT s.journal_id, s.line_number, s.account_id, CAST(s.net AS {_MONEY}), CAST(0 AS {_MONEY}), "
        f"CAST(s.foreign_net AS {_MONEY}), s.role, s.line_item_id, {blank} "
        f"FROM posting_settling AS s JOIN ({moves}) AS m ON m.journal_id = s.journal_id "
        "WHERE s.net <> 0 OR s.foreign_net <> 0 UNION ALL "
        f"SELECT m.journal_id, m.last, g.realisedcurrencygain, CAST(-m.gain AS {_MONEY}), 0, 0, 'gain', "
        f"NULL, {blank} FROM ({moves}) AS m CROSS JOIN posting_settings AS g WHERE m.gain <> 0"
    )


def _document_journals() -> str:
    return (
        "SELECT d.document_id AS journal_id, d.date AS journal_date, d.source_type, d.document_id AS source_id, "
        "d.source_table, d.document_id, CAST(NULL AS TEXT) AS settled_document_id, d.contact_id, d.number, d.reference, "
        "d.currency_code, d.rate AS currency_rate "
        f"FROM {_own()} LEFT JOIN posting_faults AS f ON f.document_id = d.document_id WHERE f.document_id IS NULL"
    )


def _payment_journals() -> str:
    return (
        "SELECT p.event_id, p.date, p.payment_type, p.event_id, 'payments', p.document_id, NULL, d.contact_id, d.number, "
        "COALESCE(p.reference, d.reference), d.currency_code, COALESCE(p.currency_rate, d.rate) "
        "FROM posting_payments AS p JOIN posting_dirty AS x ON x.document_id = p.document_id "
        "JOIN posting_documents AS d ON d.document_id = p.document_id WHERE p.counts"
    )


def _allocation_journals() -> str:
    cases = " ".join(
        f"WHEN c.source_table = {literal(rule.table)} AND c.side = {-rule.side} THEN {literal(rule.source_type)}"
        for rule in credit_rules()
    )
    return (
        f"SELECT a.event_id, a.date, CASE {cases} END, a.event_id, "
        "CONCAT(SUBSTR(c.source_table, 1, LENGTH(c.source_table) - 1), '_allocations'), a.credit_id, a.document_id, "
        "c.contact_id, c.number, c.reference, c.currency_code, c.rate FROM posting_allocations AS a "
        "JOIN posting_documents AS c ON c.document_id = a.credit_id "
        "WHERE a.counts AND (a.credit_id IN (SELECT document_id FROM posting_dirty) "
        "OR a.document_id IN (SELECT document_id FROM posting_dirty))"
    )
