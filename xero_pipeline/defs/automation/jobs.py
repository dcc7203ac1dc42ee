"""The jobs everything runs through: documents of an organisation, once more in parts, reports of its months."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from xero_pipeline.defs.naming import WEEK
from xero_pipeline.xero.event_categories import CATEGORIES

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition as Job

    from xero_pipeline.defs.naming import Naming
    from xero_pipeline.defs.selection import AssetSelectionConfig

SYNC = "sync_organisation"
REREAD = "reread_organisation"
PULL = "pull_reports"
LEDGER = "keep_ledger"
EVENTS = "read_events"


def jobs(
    naming: Naming,
    choice: AssetSelectionConfig,
    collections: Sequence[dg.AssetsDefinition],
    reports: Sequence[dg.AssetsDefinition],
    ledger: Sequence[dg.AssetsDefinition],
    *,
    reread_calls: int,
    events: bool = False,
) -> list[Job]:
    """The jobs over the assets of all collections and all reports; none over no assets.

    Args:
        choice: Which collections there are.
        collections: Their assets, partitioned by organisation.
        reports: Partitioned by month and organisation.
        reread_calls: What reading again may cost an organisation in a day.
        events: Whether Xero's webhooks are taken.
    """
    told = {naming.named(f"sync_{name}") for name in CATEGORIES.values()}
    hinted = [asset for asset in collections if asset.op.name in told] if events else []
    config = reread_config(naming, choice, reread_calls)
    again = [asset for asset in collections if asset.op.name in config["ops"]]
    wanted = (
        (SYNC, collections, None, "Everything of an organisation but its reports: what changed since the last time."),
        (
            REREAD,
            again,
            config,
            "Some days of every list that comes in pages, read once more: finds what Xero changed or deleted without "
            "telling.",
        ),
        (PULL, reports, None, "Monthly reports of an organisation, as many months as the run's partitions say."),
        (
            LEDGER,
            ledger,
            None,
            "The general ledger of an organisation from its documents, and the proof that it ties out. Needs no call "
            "to Xero.",
        ),
        (
            EVENTS,
            [*hinted, *ledger] if hinted else [],
            None,
            "The lists of an organisation that Xero's webhooks told of, and its ledger afterwards.",
        ),
    )
    return [
        dg.define_asset_job(  # pyright: ignore[reportUnknownMemberType] - Dagster's own signature
            naming.named(name),
            selection=dg.AssetSelection.assets(*assets),
            executor_def=dg.in_process_executor,
            config=config,
            description=description,
        )
        for name, assets, config, description in wanted
        if assets
    ]


def daily_config(naming: Naming, choice: AssetSelectionConfig, *, events: bool = False) -> dict[str, Any]:
    """The run config of the daily schedule: lists that seldom change are read once a week.

    Args:
        naming: What the ops are called.
        choice: Which collections there are.
        events: Whether Xero's webhooks are taken: where they tell what changes, less is asked for.
    """
    sparing = {"sparing": True} if events else {}
    options = {
        naming.named(f"sync_{endpoint.table}"): {**({"min_age_days": WEEK.days} if endpoint.weekly else {}), **sparing}
        for endpoint in choice.collections
    }
    return {"ops": {name: {"config": chosen} for name, chosen in options.items() if chosen}}


def reread_config(naming: Naming, choice: AssetSelectionConfig, calls: int) -> dict[str, Any]:
    """The run config that lets every list that comes in pages be read again in parts.

    Args:
        naming: What the ops are called.
        choice: Which collections there are.
        calls: What that may cost an organisation in a day.
    """
    paged = [naming.named(f"sync_{endpoint.table}") for endpoint in choice.collections if endpoint.page_size]
    return {"ops": {name: {"config": {"reread_calls": calls}} for name in paged}}
