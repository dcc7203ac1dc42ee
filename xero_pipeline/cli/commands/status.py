"""`status`: how organisations stand, the worst first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from xero_pipeline.operations.organisation_states import Listing

MOST = 50
"""Organisations on a screen, unless somebody asks for more."""


def status(
    json: Annotated[bool, typer.Option("--json", help="Output JSON: all organisations, whatever the limit.")] = False,
    search: Annotated[str, typer.Option("--search", help="Only organisations with this in name or tenant id.")] = "",
    state: Annotated[
        str,
        typer.Option("--state", help="Only these: needs-consent, issues, stale, waiting, up-to-date or disconnected."),
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many organisations, the worst first.")] = MOST,
) -> None:
    """Show connected organisations, last sync, calls left today, deferred work and schema drift."""
    from xero_pipeline.cli.output.console import print_json
    from xero_pipeline.cli.output.status_tables import print_status

    services = Services(Settings.load())
    listing, odd = _listing(services, search, state, differences=json)
    if json:
        told = {"states": listing.counts, "organisations": listing.organisations, **odd}
        print_json({"mode": services.settings.mode, "home": str(services.home), **told})
        return
    print_status(listing, odd, mode=services.settings.mode, limit=limit)
    if not listing.total and not search:
        raise ConfigurationError("No organisation is connected. Run `xero-pipeline connect`.")


def _listing(
    services: Services, search: str, state: str, *, differences: bool
) -> tuple[Listing, dict[str, list[Mapping[str, Any]]]]:
    """The organisations wanted, and what was odd about theirs: a single look into the warehouse."""
    from xero_pipeline.checks.findings import open_findings
    from xero_pipeline.cli.output.tie_out_note import unexplained_in
    from xero_pipeline.operations.health.issues import open_issues_in
    from xero_pipeline.operations.health.rejected_records import rejected_records
    from xero_pipeline.operations.organisation_states import listed
    from xero_pipeline.operations.organisation_status import all_issues, last_syncs, organisation_statuses
    from xero_pipeline.warehouse.progress.issues import all_drift

    odd: dict[str, list[Mapping[str, Any]]] = {}
    with services.warehouse.reading() as connection:
        synced, issues, findings = last_syncs(connection), open_issues_in(connection), open_findings(connection)
        rejected = rejected_records(connection, linked=not services.settings.mock_mode)
        odd |= {"schema_drift": all_drift(connection), "quarantine": rejected}
        if differences:
            odd["unexplained_differences"] = [asdict(one) for one in unexplained_in(connection)]
    issues = all_issues(services, issues)
    rows = [
        {
            **one,
            "issues": [asdict(issue) for issue in issues.get(one["tenant_id"], ())],
            "findings": findings.get(one["tenant_id"], 0),
        }
        for one in organisation_statuses(services, synced)
    ]
    listing = listed(rows, search, state, runs=False)
    if search or state:
        shown = {one["tenant_id"] for one in listing.organisations}
        odd = {name: [one for one in found if one["tenant_id"] in shown] for name, found in odd.items()}
    return listing, odd
