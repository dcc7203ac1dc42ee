"""A document as an assistant is told of it: the same as on its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xero_pipeline.assistants.answers import in_records
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.documents.document_details import details_of
from xero_pipeline.ledger.documents.traced_documents import documents_called

if TYPE_CHECKING:
    from sqlalchemy import Connection


def found_document(connection: Connection, tenant_id: str, wanted: str) -> Mapping[str, object]:
    """The document of a number or an id: what it says, its line items, what settles it, and what it posts.

    Args:
        connection: To the warehouse; reading is enough.

    Raises:
        ConfigurationError: There is none, or not only one.
    """
    found = documents_called(connection, [tenant_id], wanted)
    if len(found) == 1:
        details = details_of(connection, found[0])
        lists = {name: in_records(rows) for name, rows in details.records.items()}
        return {"document": in_records([details.told]), **lists}
    if not found:
        raise ConfigurationError(f"The ledger has no document “{wanted}”. Give its number or its id.")
    listed = ", ".join(each.words for each in found)
    raise ConfigurationError(f"Several documents are called “{wanted}”; name one by its id: {listed}.")
