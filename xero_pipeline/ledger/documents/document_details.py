"""A document in full, as the page, the terminal and assistants tell it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from xero_pipeline.ledger.documents.document_fields import FACTS, NUMBERS, TYPES, FactField, key_of
from xero_pipeline.ledger.documents.document_lines import DocumentLine, lines_in, record_of
from xero_pipeline.ledger.documents.settlements import HEADINGS, SettledAmount, settlements_of
from xero_pipeline.ledger.documents.traced_documents import TracedDocument, TracedLine, lines_of
from xero_pipeline.ledger.statements.chart import chart_of
from xero_pipeline.ledger.statements.entity import entity_of
from xero_pipeline.ledger.tables import named
from xero_pipeline.warehouse.document_names import in_words
from xero_pipeline.warehouse.schema.catalogue import all_tables
from xero_pipeline.warehouse.sql import q

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from xero_pipeline.ledger.documents.document_fields import FactKind


_GONE = ("DELETED", "VOIDED")
_CURRENCY = f"""
SELECT currency_code AS currency, currency_rate FROM {named("journals")}
WHERE tenant_id = :tenant_id AND journal_id = :id AND currency_code IS NOT NULL
"""
"""Of what is posted: a bank transfer says no currency, and some documents no rate."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a document says of itself.

    Args:
        name: What programs call it.
        label: What people call it.
        value: As Xero has it; of an account its code and name.
        leads_to: The id of the account or document it names.
    """

    name: str
    label: str
    kind: FactKind
    value: Any
    leads_to: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentDetails:
    """All that is known of a document as it stands.

    Args:
        kind: What it is, in words.
        number: Its own, if it has one; of a payment that of what it pays.
        currency: Of the amounts in facts, lines and settlements.
        base_currency: Of the journal lines.
        lines: As the document has them.
        settlements: Payments and allocations, seen from this end.
        journal_lines: What it posts, with its payments and allocations.
    """

    document: TracedDocument
    kind: str
    number: str | None
    currency: str
    base_currency: str
    facts: tuple[Fact, ...]
    lines: tuple[DocumentLine, ...]
    settlements: tuple[SettledAmount, ...]
    journal_lines: Sequence[TracedLine]

    @property
    def title(self) -> str:
        """What it is called."""
        return f"{self.kind} {self.number or ''}".strip()

    @property
    def settlements_heading(self) -> str:
        """What its payments and allocations are called together."""
        return HEADINGS.get(self.document.source_table, "Payments and allocations")

    @property
    def told(self) -> dict[str, Any]:
        """What it is and says for programs, by name."""
        facts = {one.name: one.value for one in self.facts}
        return {"kind": self.kind, "base_currency": self.base_currency, "currency": self.currency, **facts}

    @property
    def records(self) -> dict[str, list[dict[str, Any]]]:
        """Its lists for programs: every field by its name."""
        lists = {"lines": self.lines, "settlements": self.settlements, "journal_lines": self.journal_lines}
        return {name: [asdict(one) for one in rows] for name, rows in lists.items()}

    @property
    def day(self) -> date | None:
        """The day it is booked under, or that it says."""
        return self.document.date or next((one.value for one in self.facts if one.name == "date"), None)


def details_of(connection: Connection, document: TracedDocument) -> DocumentDetails:
    """Everything that a document says, what settles it, and what it posts.

    Args:
        connection: To the warehouse; reading is enough.

    Raises:
        ConfigurationError: The warehouse does not know the organisation.
    """
    tenant_id, table, document_id = document.tenant_id, document.source_table, document.document_id
    base = entity_of(connection, tenant_id).base_currency
    record = _record(connection, document)
    posted = lines_of(connection, document)
    posts_as = next((line.source_type for line in posted if line.source_id == document_id), None)
    return DocumentDetails(
        document,
        in_words(record.get("type") or posts_as, table),
        document.number or record.get("number"),
        record.get("currency") or base,
        base,
        tuple(_facts(connection, tenant_id, record, base)),
        lines_in(connection, tenant_id, table, document_id),
        settlements_of(connection, tenant_id, table, document_id),
        posted,
    )


def _record(connection: Connection, document: TracedDocument) -> Mapping[str, Any]:
    """What its row says, by the names of facts."""
    table = document.source_table
    known = next((one for one in all_tables() if one.name == table), None)
    if known is None:
        return {}
    columns = {one.name: _column_of(one, known.has) for one in FACTS}
    columns |= {"type": TYPES.get(table), "number": NUMBERS.get(table), "is_deleted": "is_deleted"}
    asked = ", ".join(f"{q(column)} AS {q(name)}" for name, column in columns.items() if column)
    row = connection.execute(
        text(f"SELECT {asked} FROM xero.{table} WHERE tenant_id = :tenant_id AND {key_of(table)} = :document_id"),
        {"tenant_id": document.tenant_id, "document_id": record_of(table, document.document_id)},
    ).first()
    posted = connection.execute(text(_CURRENCY), {"tenant_id": document.tenant_id, "id": document.document_id}).first()
    said = dict(row._mapping) if row else {}  # pyright: ignore[reportPrivateUsage] - its documented name
    return said | (dict(posted._mapping) if posted else {}) | {"table": table}  # pyright: ignore[reportPrivateUsage]


def _facts(connection: Connection, tenant_id: str, record: Mapping[str, Any], base: str) -> Iterator[Fact]:
    chart = chart_of(connection, tenant_id)
    for field in FACTS:
        value, leads_to = record.get(field.name), None
        if value in (None, "") or (not value and not field.or_zero) or _goes_without_saying(field, record, base):
            continue
        if field.kind == "account":
            account, leads_to = chart[value], value
            value = f"{account.code or ''} {account.name}".strip()
        elif field.kind == "document":
            leads_to = value
        elif field.name == "is_repeating":
            value = True
        elif field.name == "status" and record.get("is_deleted"):
            value = value if value in _GONE else "DELETED"
        yield Fact(field.name, field.label, field.kind, value, leads_to)


def _goes_without_saying(field: FactField, record: Mapping[str, Any], base: str) -> bool:
    """A rate in base currency, what the bank moved where that is the amount, and a batch itself."""
    if field.name == "batch_payment":
        return record["table"] == "batch_payments"
    if field.name == "currency_rate":
        return record.get("currency") in (None, base)
    return field.name == "bank_amount" and record["bank_amount"] == record.get("total")


def _column_of(field: FactField, has: Callable[[str], bool]) -> str | None:
    return next((name for name in field.columns if has(name)), None)
