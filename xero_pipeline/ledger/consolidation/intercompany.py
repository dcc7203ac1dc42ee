"""Documents between organisations of the group: each sale beside the purchase that mirrors it.

Two documents are each other's mirror if the one's number is the other's number or reference, whatever capitals, spaces
and signs it has. They agree if currency, total and amount without tax are the same. Their dates may differ.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xero_pipeline.ledger.consolidation.members import derived_or_own
from xero_pipeline.ledger.consolidation.translated_amount import ZERO
from xero_pipeline.ledger.sql_templates import SqlTemplates
from xero_pipeline.warehouse.sql import literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from sqlalchemy import Connection

MIRRORS = {"ACCREC": "ACCPAY", "ACCRECCREDIT": "ACCPAYCREDIT"}
"""What the one has as a sale, and the other as a purchase."""
_CALLED = {
    "ACCREC": "sales invoice",
    "ACCPAY": "bill",
    "ACCRECCREDIT": "credit note to a customer",
    "ACCPAYCREDIT": "credit note from a supplier",
}


@dataclass(slots=True)
class IntercompanyDocument:
    """A document with an organisation of the group.

    Args:
        counterpart_id: The organisation it is with.
        control_account: The receivable or payable account it stands on.
        total: What it adds to that account in its own currency, debit positive.
        open: The same with what was paid and set off until now.
        moved: By month what it moves on that account: in base currency and in its own.
        results: By account of income or expense what its lines come to: in base currency and in its own.
        others: What lines on other accounts come to in its own currency: goods in stock, a fixed asset.
    """

    tenant_id: str
    document_id: str
    source_type: str
    day: date
    number: str | None
    reference: str | None
    currency: str
    counterpart_id: str
    control_account: str | None = None
    total: Decimal = ZERO
    open: Decimal = ZERO
    moved: dict[date, tuple[Decimal, Decimal]] = field(default_factory=dict)
    results: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    others: Decimal = ZERO

    @property
    def month(self) -> date:
        """First day of the month it counts for."""
        return self.day.replace(day=1)

    @property
    def net(self) -> Decimal:
        """Its amount without tax in its own currency, debit positive."""
        return sum((amount for _, amount in self.results.values()), ZERO) + self.others

    @property
    def called(self) -> str:
        """What a document of its kind is called."""
        return _CALLED.get(self.source_type, self.source_type)


@dataclass(frozen=True, slots=True)
class Pair:
    """A sale and the purchase of the same number.

    Args:
        problem: In what they do not agree; None if they do.
    """

    sale: IntercompanyDocument
    purchase: IntercompanyDocument
    problem: str | None

    @property
    def month(self) -> date:
        """First day of the month from which both are in the books."""
        return max(self.sale.month, self.purchase.month)

    @property
    def has_results(self) -> bool:
        """Whether both are income and expenses alone."""
        return not self.sale.others and not self.purchase.others


@dataclass(frozen=True, slots=True)
class Matches:
    """Documents that have a mirror, and those that have none, each with the reason."""

    pairs: Sequence[Pair]
    alone: Sequence[tuple[IntercompanyDocument, str]]


def intercompany_documents(connection: Connection, until: date) -> list[IntercompanyDocument]:
    """All documents with organisations of the group.

    Args:
        until: The last day that counts.
    """
    told = {"until": literal(until), "derived_or_own": derived_or_own}
    queries = SqlTemplates("consolidation", connection, None, **told)
    rows = connection.exec_driver_sql(queries.text("intercompany_documents"))
    found = {(row[0], row[1]): IntercompanyDocument(*row) for row in rows}
    for row in connection.exec_driver_sql(queries.text("intercompany_lines")):
        if one := found.get((row[0], row[1])):
            _add_line(one, *row[2:])
    return list(found.values())


def match(documents: Sequence[IntercompanyDocument], names: Mapping[str, str]) -> Matches:
    """Find the mirror of each document; what agrees comes first, then what has the nearest date.

    Args:
        names: Of the organisations, by tenant id.
    """
    taken: set[tuple[str, str]] = set()
    pairs: list[Pair] = []
    for _, sale, purchase in sorted(_candidates(documents), key=lambda found: found[0]):
        if taken.isdisjoint({_key(sale), _key(purchase)}):
            taken |= {_key(sale), _key(purchase)}
            pairs.append(Pair(sale, purchase, _disagreement(sale, purchase)))
    return Matches(pairs, [(one, _reason(one, names)) for one in documents if _key(one) not in taken])


def _candidates(
    documents: Sequence[IntercompanyDocument],
) -> Iterator[tuple[tuple[object, ...], IntercompanyDocument, IntercompanyDocument]]:
    """Every sale and purchase that a number has in common, and how well they go together: the least is the best."""
    purchases: dict[tuple[str, str, str, str], list[tuple[int, IntercompanyDocument]]] = defaultdict(list)
    for one in documents:
        for place, number in _numbers(one):
            purchases[one.counterpart_id, one.tenant_id, one.source_type, number].append((place, one))
    for sale in documents:
        if (mirror := MIRRORS.get(sale.source_type)) is None:
            continue
        for ours, number in _numbers(sale):
            for theirs, purchase in purchases.get((sale.tenant_id, sale.counterpart_id, mirror, number), ()):
                if ours + theirs > 1:
                    continue  # two references alike, such as a job's, say nothing of one document
                differs = _disagreement(sale, purchase) is not None
                days = abs((sale.day - purchase.day).days)
                yield (differs, ours + theirs, days, sale.document_id, purchase.document_id), sale, purchase


def _numbers(one: IntercompanyDocument) -> list[tuple[int, str]]:
    """Its number and its reference without capitals, spaces and signs, each with its place."""
    plain = [re.sub(r"[\W_]+", "", text or "").casefold() for text in (one.number, one.reference)]
    return [(place, text) for place, text in enumerate(plain) if text]


def _disagreement(sale: IntercompanyDocument, purchase: IntercompanyDocument) -> str | None:
    if sale.currency != purchase.currency:
        return f"The currencies differ: {sale.currency} and {purchase.currency}"
    if sale.total != -purchase.total:
        return f"The totals differ: {abs(sale.total):.2f} and {abs(purchase.total):.2f} {sale.currency}"
    if sale.net != -purchase.net:
        return f"The amounts without tax differ: {abs(sale.net):.2f} and {abs(purchase.net):.2f} {sale.currency}"
    return None


def _reason(one: IntercompanyDocument, names: Mapping[str, str]) -> str:
    """Why a document has no mirror."""
    mirrors = MIRRORS | {purchase: sale for sale, purchase in MIRRORS.items()}
    if (mirror := mirrors.get(one.source_type)) is None:
        return "Only invoices, bills and credit notes are matched: eliminate it with a group journal"
    return f"{names[one.counterpart_id]} has no {_CALLED[mirror]} with its number" + (
        "" if one.number or one.reference else ": it has none"
    )


def _key(one: IntercompanyDocument) -> tuple[str, str]:
    return one.tenant_id, one.document_id


def _add_line(
    one: IntercompanyDocument, month: date, is_own: bool, part: str, account_id: str, net: Decimal, foreign: Decimal
) -> None:
    if part == "control":
        base, amount = one.moved.get(month, (ZERO, ZERO))
        one.moved[month] = (base + net, amount + foreign)
        one.control_account = one.control_account or account_id
        one.open += foreign
        one.total += foreign if is_own else ZERO
    elif part == "result":
        base, amount = one.results.get(account_id, (ZERO, ZERO))
        one.results[account_id] = (base + net, amount + foreign)
    else:
        one.others += foreign
