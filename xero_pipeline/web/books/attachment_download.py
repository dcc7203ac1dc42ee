"""The file on a document, for those who keep what files hold: saved, never shown, for it may be anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.files.statement_file import MadeFile
from xero_pipeline.sync.details.attachment_store import AttachmentStore
from xero_pipeline.warehouse.enclosures import attachment_called
from xero_pipeline.web.actions import UnknownAction, organisation
from xero_pipeline.web.app_context import context_of
from xero_pipeline.web.responses import sent

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_ANY_BYTES = "application/octet-stream"


def file(request: Request) -> Response:
    """A file by its id in `xero.attachments`.

    Raises:
        UnknownAction: There is no such file, or its content was not read.
        AttachmentStoreError: It is not where it was kept.
        WarehouseBusy: The warehouse is in use.
    """
    context = context_of(request)
    one, key = organisation(context, request.path_params["tenant_id"]), str(request.path_params["attachment"])
    found = context.books.read(lambda connection: attachment_called(connection, one.tenant_id, key)).value
    if found is None:
        raise UnknownAction("There is no such file. It may have been removed from its document in Xero.")
    if found.content is None:
        raise UnknownAction("What this file holds was not read: XERO_DOCUMENT_DETAILS=attachment-files keeps it.")
    content = AttachmentStore.to_read(context.services.settings).read(found.content)
    return sent(MadeFile(found.file_name, _ANY_BYTES, content))
