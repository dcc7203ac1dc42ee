"""Whether documents wait to be asked what hangs on them, or could not be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from xero_pipeline.defs.checks.waiting_files import facts_of_files, files_waiting, words_of_files
from xero_pipeline.defs.metadata.markdown import markdown_table
from xero_pipeline.defs.metadata.organisation_directory import OrganisationDirectory
from xero_pipeline.sync.details.due_documents import still_wanted
from xero_pipeline.warehouse.progress.detail_requests import Unanswered, Waiting, backlogs, unanswered
from xero_pipeline.warehouse.progress.read_progress import cursors

if TYPE_CHECKING:
    from xero_pipeline.container import Services
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.endpoints import Endpoint

WAITING = "all_documents_asked"
ROWS_SHOWN = 100


def waiting_spec(key: dg.AssetKey, endpoint: Endpoint) -> list[dg.AssetCheckSpec]:
    """The check on what is asked document by document; none on other collections.

    Args:
        key: Of the table.
    """
    if endpoint.paging != "by_document":
        return []
    return [
        dg.AssetCheckSpec(
            WAITING,
            asset=key,
            description="Every document that changed was asked, of all organisations, and Xero answered. Some wait "
            "where the calls of the day for it (XERO_DOCUMENT_CALLS) do not reach; what Xero refused is in "
            "xero.detail_requests."
            + (
                " Every file is kept, where files are (XERO_DOCUMENT_DETAILS=attachment-files)."
                if endpoint.table == "attachments"
                else ""
            ),
        )
    ]


def waiting_result(
    warehouse: Warehouse, services: Services, endpoint: Endpoint, key: dg.AssetKey
) -> Iterator[dg.AssetCheckResult]:
    """What the check finds; nothing on other collections."""
    if endpoint.paging != "by_document":
        return
    with warehouse.reading() as connection:
        tenants = sorted(one.tenant_id for one in cursors(connection, endpoint.table))
        wait = backlogs(connection, endpoint.table)
        found = unanswered(connection, endpoint.table)
        if services.settings.attachment_bytes is None:
            found = [one for one in found if one.source_table != "attachments"]  # files are not read any more
        refused = still_wanted(connection, endpoint.table, found)
        files = files_waiting(connection, tenants, services.settings.attachment_bytes, endpoint)
    directory = OrganisationDirectory(services, warehouse)
    yield dg.AssetCheckResult(
        passed=not wait and not refused and not files,
        check_name=WAITING,
        asset_key=key,
        severity=dg.AssetCheckSeverity.WARN,
        description=" ".join(
            [_words(wait, refused, services.settings.document_calls), *words_of_files(files, services.settings)]
        ),
        metadata={**_facts(wait, refused, directory), **facts_of_files(files, directory)},
    )


def _words(wait: Mapping[str, Waiting], refused: Sequence[Unanswered], calls: int) -> str:
    told: list[str] = []
    if wait:
        most = max(one.count for one in wait.values())
        days = (
            f", at {calls:,} calls a day for {-(-most // calls):,} days at least"
            if calls
            else ": XERO_DOCUMENT_CALLS is 0"
        )
        told.append(f"{sum(one.count for one in wait.values()):,} documents wait to be asked{days}.")
    if refused:
        told.append(f"{len(refused):,} were asked and Xero did not answer, such as: {refused[0].error}")
    return " ".join(told) or "Every document that changed was asked."


def _facts(
    wait: Mapping[str, Waiting], refused: Sequence[Unanswered], directory: OrganisationDirectory
) -> dict[str, Any]:
    facts: dict[str, Any] = {"documents_waiting": sum(one.count for one in wait.values())}
    if wait:
        rows = [[directory.name(name), one.count, f"{one.since:%Y-%m-%d %H:%M}"] for name, one in wait.items()]
        facts["waiting"] = dg.MetadataValue.md(markdown_table(("Organisation", "Documents", "Since"), rows))
    if refused:
        rows = [
            [directory.name(one.tenant_id), one.source_table, one.source_id, one.outcome, one.error]
            for one in refused[:ROWS_SHOWN]
        ]
        headers = ("Organisation", "Table", "Id", "Outcome", "Why")
        facts["not_answered"] = dg.MetadataValue.md(markdown_table(headers, rows))
    return facts
