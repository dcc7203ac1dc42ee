"""Asking Xero who changed documents: what it refuses is told, and nothing else fails for it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from xero_pipeline.errors import XeroPipelineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xero_pipeline.container import Services
    from xero_pipeline.ledger.locked.documents import DocumentChange


def ask_who(services: Services, changes: Sequence[DocumentChange]) -> None:
    """Ask for the history of documents, organisation by organisation, within the day's calls.

    Args:
        changes: As `open_documents` sorts them.
    """
    from xero_pipeline.cli.output.console import say, warn
    from xero_pipeline.sync.locked.document_history import Changed, ask_history
    from xero_pipeline.xero.quota.call_context import CallContext

    with services.client(CallContext("document_history")) as client:
        for (organisation, tenant_id), found in groupby(changes, key=lambda one: (one.organisation, one.tenant_id)):
            records = [Changed(one.tenant_id, *one.record, one.seen_at) for one in found]
            try:
                asked, left = ask_history(client, services.warehouse, tenant_id, records, landing=services.landing)
            except XeroPipelineError as error:
                warn(f"Who changed the documents of {organisation} is not known: {error}")
                continue
            for error in asked.refused:
                warn(f"Who changed a document of {organisation} is not known: {error}")
            if left:
                say(f"{organisation}: {left} more documents; ask again for them.")
