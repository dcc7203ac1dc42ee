"""The rows of `intercompany_documents`: what is beside each document, and what keeps the two from agreeing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xero_pipeline.ledger.consolidation.intercompany import IntercompanyDocument, Matches, Pair
    from xero_pipeline.ledger.consolidation.rows import Row


def document_rows(matches: Matches, names: Mapping[str, str]) -> list[Row]:
    """The rows of `intercompany_documents`: one of each side of a pair, one of each document that has no mirror."""
    rows = [_document(one, names) | {"problem": reason} for one, reason in matches.alone]
    for pair in matches.pairs:
        for one, other in ((pair.sale, pair.purchase), (pair.purchase, pair.sale)):
            of_other = {f"counterpart_{name}": value for name, value in _sides_of(other).items()}
            rows.append(_document(one, names) | of_other | _agreement(pair))
    return rows


def _document(one: IntercompanyDocument, names: Mapping[str, str]) -> Row:
    return {
        "tenant_id": one.tenant_id,
        "document_id": one.document_id,
        "source_type": one.source_type,
        "document_date": one.day,
        "reference": one.reference,
        "organisation": names[one.tenant_id],
        "counterpart_tenant_id": one.counterpart_id,
        "counterpart": names[one.counterpart_id],
        **{name: value for name, value in _sides_of(one).items() if name not in {"document_id", "date"}},
    }


def _sides_of(one: IntercompanyDocument) -> Row:
    """What is told of a document on both sides."""
    return {
        "document_id": one.document_id,
        "date": one.day,
        "number": one.number,
        "currency_code": one.currency,
        "amount": abs(one.total),
        "open_amount": abs(one.open),
    }


def _agreement(pair: Pair) -> Row:
    sale, purchase = pair.sale, pair.purchase
    if pair.problem:
        return {"problem": pair.problem}
    problem = None
    if sale.open != -purchase.open:
        problem = (
            f"A payment or credit is missing on one side: {abs(sale.open):.2f} and {abs(purchase.open):.2f} "
            f"{sale.currency} are open"
        )
    notes: list[str] = []
    if sale.month != purchase.month:
        notes.append(f"Booked in {sale.month:%Y-%m} and {purchase.month:%Y-%m}: eliminated from the later month on")
    if not pair.has_results:
        notes.append("A line is on an account of the balance sheet: income and expenses are not eliminated")
    return {"eliminated_from": pair.month, "problem": problem, "note": "; ".join(notes) or None}
