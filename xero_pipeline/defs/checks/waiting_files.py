"""Whether files that are attached wait to be kept: part of the check on attachments, where files are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from xero_pipeline.defs.metadata.markdown import markdown_table
from xero_pipeline.warehouse.progress.attachment_files import AttachmentFiles, FilesWaiting

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.defs.metadata.organisation_directory import OrganisationDirectory
    from xero_pipeline.settings import Settings
    from xero_pipeline.xero.endpoints import Endpoint


def files_waiting(
    connection: Connection, tenants: Sequence[str], largest: int | None, endpoint: Endpoint
) -> Mapping[str, FilesWaiting]:
    """The organisations of which files wait, or are too large.

    Args:
        largest: Bytes that may be read in a day; None where files are not kept.
    """
    if largest is None or endpoint.table != "attachments":
        return {}
    found = {one: AttachmentFiles(connection, one, largest).waiting() for one in tenants}
    return {tenant_id: one for tenant_id, one in found.items() if one.count or one.too_large}


def words_of_files(files: Mapping[str, FilesWaiting], settings: Settings) -> Sequence[str]:
    """The same in words; none without any."""
    waiting, large = sum(one.count for one in files.values()), sum(one.too_large for one in files.values())
    told = [f"{waiting:,} files wait to be kept."] if waiting else []
    if large:
        told.append(
            f"{large:,} files are larger than a day may read: XERO_ATTACHMENT_MB is {settings.attachment_mb:,}."
        )
    return told


def facts_of_files(files: Mapping[str, FilesWaiting], directory: OrganisationDirectory) -> dict[str, Any]:
    """The same by organisation."""
    if not files:
        return {}
    rows = [
        [directory.name(name), one.count, one.too_large, f"{one.since:%Y-%m-%d %H:%M}" if one.since else ""]
        for name, one in files.items()
    ]
    headers = ("Organisation", "Files that wait", "Too large", "Since")
    return {
        "files_waiting": sum(one.count for one in files.values()),
        "waiting_files": dg.MetadataValue.md(markdown_table(headers, rows)),
    }
