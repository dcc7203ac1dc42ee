"""How each statement is laid out: its columns, and which rows are headings and totals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from xero_pipeline.ageing import BUCKETS, SHORT_LABELS, overdue_of
from xero_pipeline.files.column_layout import side_by_side, under_headings
from xero_pipeline.files.sheet import Sheet, SheetBlock, SheetColumn, SheetRow
from xero_pipeline.files.statement_fields import (
    BANK,
    BUDGET,
    CASH_MOVEMENTS,
    CONTACTS,
    DOCUMENTS,
    LEDGER,
    LINES,
    TRIAL,
    Fields,
)
from xero_pipeline.ledger.posting.rules import WITHOUT_DOCUMENT
from xero_pipeline.ledger.statements.aged import AgedDocument, by_contact
from xero_pipeline.ledger.statements.cash_flow import CASH
from xero_pipeline.ledger.statements.changes import effect_of, share_of
from xero_pipeline.ledger.statements.chart import ZERO
from xero_pipeline.ledger.statements.columns import SideBySide
from xero_pipeline.ledger.statements.general_ledger import LedgerEntry
from xero_pipeline.warehouse.document_names import in_words

if TYPE_CHECKING:
    from xero_pipeline.files.drawn_statement import DrawnStatement
    from xero_pipeline.files.sheet import Kind, Value

_REVALUED = (
    "Other currencies are at the rates they were booked at. The balance sheet has them at the rates of its day, so its "
    "receivables, payables and bank accounts may differ by unrealised gains."
)
_SUMS = {
    "opening": "Opening balance",
    "year_end": "Year end",
    "total": "Total",
    "movement": "Net movement",
    "closing": "Closing balance",
}
"""What the lines of a ledger are called that no journal has."""
_OF_THE_DOCUMENT = frozenset({"open_amount"})
_ITS_OWN = ("own currency",)
"""What stands below the head of amounts whose currency another column names."""


def sheet_of(statement: DrawnStatement) -> Sheet:
    """A statement in columns and rows; every column of amounts says its currency."""
    rows = statement.rows
    if isinstance(rows, SideBySide):
        columns, blocks = side_by_side(rows)
    else:
        fields, lay_out = _LAYOUTS[statement.request.name]
        columns = [_column(statement, *field) for field in fields]
        blocks = list(lay_out(fields, _with_ages(statement, rows)))
    told = [_in_currency(one, statement.currency) for one in columns]
    return Sheet(statement.title, statement.facts, told, blocks, _notes(statement))


def _column(statement: DrawnStatement, head: str, field: str, kind: Kind) -> SheetColumn:
    """A column; one of an age is called as on the overview."""
    beside = f"{statement.ageing} overdue"
    if field == "bucket":
        return SheetColumn(head, kind, (beside,))
    if field not in BUCKETS:
        return SheetColumn(head, kind, _ITS_OWN * (field in _OF_THE_DOCUMENT))
    age = BUCKETS.index(field)
    return SheetColumn(SHORT_LABELS[statement.ageing][age], kind, (beside,) if age else ())


def _in_currency(column: SheetColumn, currency: str) -> SheetColumn:
    if column.kind != "amount" or column.notes == _ITS_OWN:
        return column
    return replace(column, notes=(*column.notes, currency))


def _notes(statement: DrawnStatement) -> Sequence[str]:
    name, rows = statement.request.name, statement.rows
    if isinstance(rows, SideBySide):
        return ()
    if name == "budget" and not rows:
        return ("There is no budget.",)
    revalued = (_REVALUED,) if statement.is_revalued else ()
    if not name.startswith("aged"):
        return revalued
    missing = [row for row in rows if row.open_amount_base is None]
    named = ", ".join(row.number or row.document_id for row in missing[:5])
    without = f"{len(missing)} documents have no currency rate and are in no sum: {named}."
    return (*revalued, without) if missing else revalued


def _with_ages(statement: DrawnStatement, rows: Sequence[Any]) -> Sequence[Any]:
    """Open documents of which each says its age in our words; other rows as they are."""
    if not statement.request.name.endswith("-documents"):
        return rows
    called = dict(zip(BUCKETS, SHORT_LABELS[statement.ageing], strict=True))
    return [replace(row, bucket=called[row.bucket]) for row in rows]


def _trial(fields: Fields, rows: Sequence[Any]) -> Iterator[SheetBlock]:
    sides = [field for _, field, _ in fields[1:]]
    lines = [_line(fields, row, account=_with_code(row)) for row in rows]
    yield SheetBlock([*map(_blank_zeros, lines), _total(fields, {"account": "Total"} | _sums(rows, sides))])


def _with_code(row: Any) -> str:
    return f"{row.account_name} ({row.account_code})" if row.account_code else row.account_name


def _statement(_: Fields, rows: Sequence[Any]) -> Iterator[SheetBlock]:
    """Total Assets stands without a heading of its own."""
    named = {row.section for row in rows if row.line_type == "account"}
    told = [(row.section if row.section in named else "", row, [row.amount]) for row in rows]
    yield SheetBlock(list(under_headings(told)))


def _cash_flow(_: Fields, rows: Sequence[Any]) -> Iterator[SheetBlock]:
    """A total of an activity stands below all its headings, without one of its own."""
    told: list[tuple[str, Any, Sequence[Value]]] = []
    for row in rows:
        heading = f"{row.activity} > {row.cash_type}" if row.cash_type else row.activity if row.activity == CASH else ""
        told.append((heading, row, [row.amount]))
    yield SheetBlock(list(under_headings(told)))


def _bank(fields: Fields, rows: Sequence[Any]) -> Iterator[SheetBlock]:
    sums = _sums(rows, [field for _, field, _ in fields[1:]])
    yield SheetBlock([*(_line(fields, row) for row in rows), _total(fields, {"account_name": "Total"} | sums)])


def _ledger(fields: Fields, rows: Sequence[Any]) -> Iterator[SheetBlock]:
    for title, group in groupby(rows, key=_with_code):
        told: list[SheetRow] = []
        for row in group:
            line = _line(fields, row, source_type=_SUMS.get(row.entry_type) or in_words(row.source_type))
            if row.entry_type != "total":
                line = _blank_zeros(line, but=_place(fields, "balance"))
            told.append(replace(line, role="total") if row.entry_type in ("total", "closing") else line)
        yield SheetBlock(told, title)


def _cash(fields: Fields, rows: Sequence[Any]) -> Iterator[SheetBlock]:
    for title, group in groupby(rows, key=lambda row: row.account_name):
        told: list[SheetRow] = []
        for row in group:
            if row.line_type == "movement":
                told.append(_blank_zeros(_line(fields, row, source_type=in_words(row.source_type), balance=None)))
            else:
                balance = _cells(fields, {"source_type": row.line_type, "balance": row.amount})
                told.append(SheetRow(balance, "total" if row.line_type == "closing" else "line"))
        yield SheetBlock(told, title)


def _budget(fields: Fields, rows: Sequence[Any]) -> Iterator[SheetBlock]:
    for title, group in groupby(rows, key=lambda row: row.budget_name):
        told: list[SheetRow] = []
        for row in group:
            effect = effect_of(row.section, row.account_name, row.variance)
            line = _line(fields, row, percent=share_of(row.variance, row.budget), effect=effect)
            total = row.line_type == "total"
            told.append(replace(line, role="total" if total else "line", indent=0 if total else 1))
        yield SheetBlock(told, title)


def _contacts(fields: Fields, rows: Sequence[Any]) -> Iterator[SheetBlock]:
    summary = by_contact(rows)
    lines = [
        SheetRow(
            (one.contact_name, *(amount or None for amount in one.amounts), one.overdue or None, one.total),
            contact_id=one.contact_id,
        )
        for one in summary
    ]
    sums = [sum((one.amounts[place] for one in summary), ZERO) for place in range(len(BUCKETS))]
    yield SheetBlock([*lines, SheetRow(("Total", *sums, overdue_of(sums), sum(sums, ZERO)), "total")])


def _documents(fields: Fields, rows: Sequence[Any]) -> Iterator[SheetBlock]:
    total = sum((row.open_amount_base or ZERO for row in rows), ZERO)
    last = _total(fields, {"contact_name": "Total", "open_amount_base": total})
    lines = (_line(fields, row, document_type=in_words(row.document_type)) for row in rows)
    yield SheetBlock([*lines, last])


def _line(fields: Fields, row: Any, **told: Value) -> SheetRow:
    cells = tuple(told[field] if field in told else getattr(row, field) for _, field, _ in fields)
    return SheetRow(cells, account_id=getattr(row, "account_id", None), document_id=_document_of(row))


def _document_of(row: Any) -> str | None:
    """Of a ledger's entry the journal, which has the id of what posts it."""
    if isinstance(row, LedgerEntry):
        return None if row.source_type in WITHOUT_DOCUMENT else row.journal_id
    return row.document_id if isinstance(row, AgedDocument) else None


def _total(fields: Fields, told: Mapping[str, Value]) -> SheetRow:
    return SheetRow(_cells(fields, told), "total")


def _cells(fields: Fields, told: Mapping[str, Value]) -> tuple[Value, ...]:
    return tuple(told.get(field) for _, field, _ in fields)


def _place(fields: Fields, wanted: str) -> int:
    return [field for _, field, _ in fields].index(wanted)


def _blank_zeros(row: SheetRow, but: int = 0) -> SheetRow:
    """Without its amounts that are zero, but for those of one column."""
    cells = (None if isinstance(v, Decimal) and not v and place != but else v for place, v in enumerate(row.cells))
    return replace(row, cells=tuple(cells))


def _sums(rows: Sequence[Any], fields: Iterable[str]) -> dict[str, Value]:
    return {field: sum((getattr(row, field) for row in rows), ZERO) for field in fields}


_LAYOUTS: Mapping[str, tuple[Fields, Callable[[Fields, Sequence[Any]], Iterator[SheetBlock]]]] = {
    "trial-balance": (TRIAL, _trial),
    "profit-and-loss": (LINES, _statement),
    "balance-sheet": (LINES, _statement),
    "bank-summary": (BANK, _bank),
    "general-ledger": (LEDGER, _ledger),
    "cash": (CASH_MOVEMENTS, _cash),
    "cash-flow": (LINES, _cash_flow),
    "budget": (BUDGET, _budget),
    "aged-receivables": (CONTACTS, _contacts),
    "aged-payables": (CONTACTS, _contacts),
    "aged-receivables-documents": (DOCUMENTS, _documents),
    "aged-payables-documents": (DOCUMENTS, _documents),
}
