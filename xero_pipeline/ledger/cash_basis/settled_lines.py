"""Writing `ledger.settled_lines`: what each payment and allocation settles of the lines of a document.

The files in `sql/`:

    settled_journals, settled_journal_lines   the journals of few documents looked at, so that each is sought once
    cash_settlements       payments and allocations of the documents looked at, each with what is settled by then
    remove_settled_lines   what was written of these documents before
    write_settled_lines    each line of a document in the share that is settled

On cash basis these lines stand in place of the journals of `DOCUMENTS`; all other journals are the same on both bases
(`ledger.cash_journal_lines`, made by `ledger.schema`).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from xero_pipeline.ledger.posting.rules import DOCUMENTS, credit_rules
from xero_pipeline.ledger.sql_templates import SqlTemplates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

_ASIDE = ("settled_journals", "settled_journal_lines")
_FEW = 5_000
"""Of so many documents the journals are put aside first; of more, that takes longer than to read all where they are."""
_FIRST_OF_CREDIT, _FIRST_OF_DOCUMENT = 2_000_000, 3_000_000
"""The first line numbers of the two documents of an allocation; the journals of payments and allocations have lower."""


def write_settled_lines(
    connection: Connection, tenant_id: str, *, journals: str, lines: str, line_columns: Sequence[str], beside: bool
) -> None:
    """Share out the documents that changed, and those allocated to them, among what settles them.

    Args:
        connection: In the transaction that wrote the journals; has the temporary tables of `posting/`.
        journals: The table of the journals that documents post.
        lines: That of their lines.
        line_columns: What a line takes over from the document's line.
        beside: Xero's own journals are the ledger; the gains of allocated credit notes are told in ours alone.
    """
    aside = SqlTemplates("cash_basis", connection, tenant_id, journals=journals, lines=lines)
    if aside.count("posting_affected") <= _FEW:
        for name in _ASIDE:
            aside.make(name)
        journals, lines = _ASIDE
    queries = SqlTemplates(
        "cash_basis",
        connection,
        tenant_id,
        journals=journals,
        lines=lines,
        line_columns=line_columns,
        beside=beside,
        documents=DOCUMENTS,
        credit_rules=[asdict(rule) for rule in credit_rules()],
        first_of_credit=_FIRST_OF_CREDIT,
        first_of_document=_FIRST_OF_DOCUMENT,
    )
    queries.make("cash_settlements")
    queries.run("remove_settled_lines")
    queries.run("write_settled_lines")
