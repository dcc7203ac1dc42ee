"""Everything of ours that a Dagster project gets: assets, checks, jobs, schedules, sensors, resources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from xero_pipeline import clock
from xero_pipeline.checks.catalogue import books_checks
from xero_pipeline.defs.assets.aged_reports import on_request_assets, on_request_jobs
from xero_pipeline.defs.assets.collections import collection_assets
from xero_pipeline.defs.assets.consolidation import group_assets
from xero_pipeline.defs.assets.execution import Execute, work_only
from xero_pipeline.defs.assets.ledger import ledger_assets
from xero_pipeline.defs.assets.publication import publish_assets
from xero_pipeline.defs.assets.reports import report_assets
from xero_pipeline.defs.automation.deferred_work import unfinished
from xero_pipeline.defs.automation.event_reads import events_to_read
from xero_pipeline.defs.automation.jobs import jobs
from xero_pipeline.defs.automation.ledger_updates import ledgers_to_keep
from xero_pipeline.defs.automation.schedules import daily_sync, rolling_reread
from xero_pipeline.defs.automation.sensors import months_to_pull, new_organisations
from xero_pipeline.defs.checks.locked_periods import report_checks
from xero_pipeline.defs.naming import Naming
from xero_pipeline.defs.resources import (
    PROGRESS,
    TOKEN_STORE,
    WAREHOUSE,
    XERO,
    TokenStoreResource,
    WarehouseResource,
    XeroResource,
)
from xero_pipeline.ledger.cash_basis.reports import ON_CASH_BASIS
from xero_pipeline.ledger.reconcile.account_balances import ACCOUNT_BALANCES
from xero_pipeline.sync.progress import Progress, Silent
from xero_pipeline.sync.reports_due import earliest_month
from xero_pipeline.xero.event_categories import CATEGORIES

if TYPE_CHECKING:
    from xero_pipeline.defs.selection import AssetSelectionConfig
    from xero_pipeline.defs.translator import XeroTranslator
    from xero_pipeline.defs.xero_app import XeroApp
    from xero_pipeline.settings import Settings


def naming(
    settings: Settings,
    choice: AssetSelectionConfig,
    *,
    translator: XeroTranslator | None = None,
    key_prefix: Sequence[str] = (),
    prefix: str = "",
    groups: str | Mapping[str, str] | None = None,
    owners: Sequence[str] = (),
    app: XeroApp | None = None,
) -> Naming:
    """What our things are called in a project.

    Args:
        settings: Which database it is; whose the assets are, unless the project says so.
        choice: Whether a daily sync comes along.
        translator: As in `Naming`.
        key_prefix: As in `Naming`.
        prefix: As in `Naming`.
        groups: As in `Naming`.
        owners: As in `Naming`.
        app: As in `Naming`.
    """
    return Naming(
        translator,
        key_prefix=key_prefix,
        prefix=prefix,
        groups=groups,
        owners=owners or settings.owner_list,
        storage_kind="postgresql" if settings.warehouse.startswith("postgresql") else "duckdb",
        daily=choice.schedules,
        app=app,
        shard=settings.shard,
    )


class DefinitionsBuilder:
    """Our assets under the names of a project, and all that is made of them.

    Args:
        choice: What the project takes.
        naming: What it is called there.
        sensors: Those from above this room; they come along with ours.
        execute: What the project puts around the work of every op.
    """

    def __init__(
        self,
        settings: Settings,
        choice: AssetSelectionConfig,
        naming: Naming,
        sensors: Sequence[dg.SensorDefinition] = (),
        execute: Execute = work_only,
    ) -> None:
        self._execute = execute
        self._other_sensors = sensors
        self._settings = settings
        self._choice = choice
        self._naming = naming
        self._collections = collection_assets(naming, choice, events=self._takes_events, execute=execute)
        self._reports = report_assets(
            naming, choice, earliest_month(settings.start_date, clock.today()), execute=execute
        )
        nothing = list[dg.AssetsDefinition]()
        self._on_request = on_request_assets(naming, execute=execute) if choice.on_request else nothing
        journals = any(endpoint.table == "journals" for endpoint in choice.collections)
        self._ledger = self._ledgers(journals=journals) if choice.ledger else nothing

    def _ledgers(self, *, journals: bool) -> Sequence[dg.AssetsDefinition]:
        naming, checked = self._naming, self._choice.checks
        checks = books_checks(self._settings.checks) if checked else ()
        cash_basis = [one.name for one in self._choice.automatic if one.name in ON_CASH_BASIS]
        explained = [one for one in self._choice.collections if one.paging == "composed"]
        bases = {basis for one in explained for basis in one.bases}
        ledger = ledger_assets(
            naming,
            journals=journals,
            explained=[one.table for one in explained if not one.bases],
            cash_basis=cash_basis,
            balances=[name for name, basis in ACCOUNT_BALANCES.items() if basis in bases],
            checked=checked,
            checks=checks,
            execute=self._execute,
            dbt_source=self._choice.dbt_source,
        )
        kept = [*ledger, *group_assets(naming, checked=checked, execute=self._execute)]
        there = self._settings.publish
        return [*kept, *publish_assets(naming, there, kept, checked=checked, execute=self._execute)] if there else kept

    @property
    def assets(self) -> Sequence[dg.AssetsDefinition]:
        """All assets."""
        return [*self._collections, *self._reports, *self._on_request, *self._ledger]

    def definitions(
        self, progress: Progress | None = None, executor: dg.ExecutorDefinition | None = None
    ) -> dg.Definitions:
        """Everything: needs no network, no credentials, no warehouse.

        Args:
            executor: What carries assets that are materialised by hand; None leaves it to the project.
        """
        naming, choice = self._naming, self._choice
        reread_calls = self._settings.reread_calls
        all_jobs = jobs(
            naming,
            choice,
            self._collections,
            self._reports,
            self._ledger,
            reread_calls=reread_calls,
            events=self._takes_events,
        )
        return dg.Definitions(
            assets=self.assets,
            asset_checks=report_checks(naming, choice),
            jobs=[*all_jobs, *on_request_jobs(naming, self._on_request)],
            schedules=self._schedules(),
            sensors=self._sensors(all_jobs),
            resources=resources(naming.app, progress),
            executor=executor,
        )

    def _schedules(self) -> list[dg.ScheduleDefinition]:
        if not (self._choice.schedules and self._collections):
            return []
        paged = any(endpoint.page_size for endpoint in self._choice.collections)
        reread = [rolling_reread(self._naming, self._choice)] if paged else []
        return [daily_sync(self._naming, self._choice, events=self._takes_events), *reread]

    def _sensors(self, all_jobs: Sequence[Any]) -> list[dg.SensorDefinition]:
        if not self._choice.sensors:
            return []
        months = [months_to_pull(self._naming, self._choice)] if self._reports else []
        assets = [*self._collections, *self._reports]
        ledgers = [ledgers_to_keep(self._naming)] if self._ledger else []
        told = [events_to_read(self._naming, self._choice, self._ledger)] if self._takes_events else []
        left = unfinished(self._naming, all_jobs, assets)
        return [new_organisations(self._naming, self._choice), *told, *months, *ledgers, left, *self._other_sensors]

    @property
    def _takes_events(self) -> bool:
        hinted = set(CATEGORIES.values()) & {endpoint.table for endpoint in self._choice.collections}
        return bool(self._settings.webhook_keys and hinted)


def resources(app: XeroApp, progress: Progress | None = None) -> dict[str, Any]:
    """What assets, schedules and sensors of ours work with; the keys are ours in any project.

    Args:
        app: Whose they are.
    """
    token_store = TokenStoreResource(**app.fields)
    found = {
        TOKEN_STORE: token_store,
        XERO: XeroResource(token_store=token_store),
        WAREHOUSE: WarehouseResource(**app.fields),
        PROGRESS: progress or Silent(),
    }
    return {app.named(key): resource for key, resource in found.items()}
