"""Xero as a part of somebody else's Dagster project: the plain functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import dagster as dg

from xero_pipeline.defs.assets.execution import Execute, work_only
from xero_pipeline.defs.build import DefinitionsBuilder, naming, resources
from xero_pipeline.defs.selection import select_assets
from xero_pipeline.defs.xero_app import XeroApp
from xero_pipeline.operations.alerts.sensor import alert_sensors
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

    from xero_pipeline.defs.translator import XeroTranslator

PREFIX = "xero_"
"""Before the names of jobs, ops, schedules, sensors and groups: another project may have a `daily_sync` of its own."""


def build_xero_defs(
    *,
    key_prefix: str | Sequence[str] = (),
    translator: XeroTranslator | None = None,
    groups: str | Mapping[str, str] | None = None,
    owners: Sequence[str] = (),
    collections: Sequence[str] | None = None,
    reports: Sequence[str] | None = None,
    schedules: bool = True,
    sensors: bool = True,
    checks: bool = True,
    name_prefix: str = PREFIX,
    app: str = "",
    execute: Execute = work_only,
    dbt_source: str | None = None,
) -> dg.Definitions:
    """Everything of ours for a Dagster project: merge it with your own by `dg.Definitions.merge`.

    Needs no network, no credentials and no warehouse. Settings and secrets come from the environment, as always.

    Args:
        key_prefix: Comes before every asset key: `["raw"]`, or `raw/erp`.
        translator: Chooses keys, groups, owners or descriptions itself.
        groups: One group for all our assets, or your names for ours: `{"banking": "cash"}`.
        owners: People or teams, as Dagster writes them; none for those that XERO_OWNERS names.
        collections: Names such as `invoices`, each with all its tables; None for all.
        reports: Names such as `profit_and_loss`, which are then pulled by themselves; None for all there are, pulled
            by themselves as the settings say.
        schedules: Whether the daily sync and the rolling refresh come along.
        sensors: Whether the sensors come along: new organisations, months to pull, unfinished work.
        checks: Whether the checks come along.
        name_prefix: Comes before the names of jobs, ops, schedules, sensors and groups.
        app: A name for another Xero app than that of XERO_CLIENT_ID, such as `uk`: it has its home and its secrets in
            XERO_UK_PIPELINE_HOME, XERO_UK_CLIENT_ID and so on. The name then comes before all names and keys.
        execute: Put around the work of every run of an op of ours: is given the context and the work, which is done as
            it is iterated, and yields what it yields.
        dbt_source: The name of a source in a dbt project: the tables in Fivetran's layout come along as its tables,
            under the keys that dagster-dbt gives them (`xero/account` of the source `xero`, which dbt_xero has).

    Raises:
        ConfigurationError: A setting is wrong, or there is no collection or report of that name.
    """
    wanted = {"schedules": schedules, "sensors": sensors, "checks": checks}
    return _collected(
        key_prefix, translator, groups, owners, collections, reports, name_prefix, wanted, app, execute, dbt_source
    ).definitions()


def xero_assets(
    *,
    key_prefix: str | Sequence[str] = (),
    translator: XeroTranslator | None = None,
    groups: str | Mapping[str, str] | None = None,
    owners: Sequence[str] = (),
    collections: Sequence[str] | None = None,
    reports: Sequence[str] | None = None,
    checks: bool = True,
    name_prefix: str = PREFIX,
    app: str = "",
    execute: Execute = work_only,
    dbt_source: str | None = None,
) -> Sequence[dg.AssetsDefinition]:
    """Our assets alone, with their resources bound: `dg.Definitions(assets=[*xero_assets(), …])` is enough.

    Args:
        key_prefix: As in `build_xero_defs`.
        translator: As in `build_xero_defs`.
        groups: As in `build_xero_defs`.
        owners: As in `build_xero_defs`.
        collections: As in `build_xero_defs`.
        reports: As in `build_xero_defs`.
        checks: Whether the check that every record could be read comes along; it is part of the assets.
        name_prefix: Comes before the names of ops and groups.
        app: As in `build_xero_defs`.
        execute: As in `build_xero_defs`.
        dbt_source: As in `build_xero_defs`.

    Raises:
        ConfigurationError: As in `build_xero_defs`.
    """
    wanted = {"schedules": False, "sensors": False, "checks": checks}
    ours = _collected(
        key_prefix, translator, groups, owners, collections, reports, name_prefix, wanted, app, execute, dbt_source
    ).assets
    return list(dg.with_resources(ours, resources(XeroApp(app))))


def _collected(
    key_prefix: str | Sequence[str],
    translator: XeroTranslator | None,
    groups: str | Mapping[str, str] | None,
    owners: Sequence[str],
    collections: Sequence[str] | None,
    reports: Sequence[str] | None,
    name_prefix: str,
    wanted: Mapping[str, bool],
    app_name: str,
    execute: Execute,
    dbt_source: str | None,
) -> DefinitionsBuilder:
    app = XeroApp(app_name)
    settings = Settings.load(**app.settings)
    choice = select_assets(settings, collections=collections, reports=reports, dbt_source=dbt_source, **wanted)
    prefix = [part for part in key_prefix.split("/") if part] if isinstance(key_prefix, str) else list(key_prefix)
    if app.name:
        prefix = prefix or [app.name]
        name_prefix = app.named(PREFIX) if name_prefix == PREFIX else name_prefix
    names = naming(
        settings,
        choice,
        translator=translator,
        key_prefix=prefix,
        prefix=name_prefix,
        groups=groups,
        owners=owners,
        app=app,
    )
    return DefinitionsBuilder(settings, choice, names, alert_sensors(settings, names), execute)
