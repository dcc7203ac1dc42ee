"""The front door: what `defs/` declares, under the names of our own project."""

from __future__ import annotations

import dagster as dg

from xero_pipeline.defs.automation.history_retention import tidying
from xero_pipeline.defs.build import DefinitionsBuilder, naming
from xero_pipeline.defs.selection import select_assets
from xero_pipeline.operations.alerts.sensor import alert_sensors
from xero_pipeline.settings import Settings
from xero_pipeline.sync.progress import Progress


def build(settings: Settings, progress: Progress | None = None) -> dg.Definitions:
    """Everything Dagster knows of us. Needs no network, no credentials, no warehouse."""
    choice = select_assets(settings)
    names = naming(settings, choice)
    # Our own project keeps a run in one process: it lasts seconds, and a new process for each step would cost as much.
    ours = DefinitionsBuilder(settings, choice, names, alert_sensors(settings, names)).definitions(
        progress, dg.in_process_executor
    )
    if settings.shard and settings.shard.number > 1:
        return ours  # one history, cut once
    return dg.Definitions.merge(ours, tidying(names, settings.events_kept_days))


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev` loads."""
    return build(Settings.load())
