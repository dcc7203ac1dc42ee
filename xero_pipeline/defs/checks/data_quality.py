"""What was odd in Xero's answers: a run tells once what is new, as an observation; a check tells what is unreadable."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Any

import dagster as dg

from xero_pipeline import clock
from xero_pipeline.defs.assets.materialisations import MaterializeResult
from xero_pipeline.defs.assets.subset import note_check
from xero_pipeline.defs.metadata.markdown import markdown_table
from xero_pipeline.defs.metadata.organisation_directory import OrganisationDirectory
from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.warehouse.progress.issues import Issues, quarantined_records, unreported_drift

if TYPE_CHECKING:
    from xero_pipeline.container import Services
    from xero_pipeline.defs.resources import WarehouseResource
    from xero_pipeline.state.deferred_work import DeferredTask
    from xero_pipeline.warehouse.store import Warehouse

READABLE = "readable"

ROWS_SHOWN = 100
"""Of a table in Dagster's UI; all of them are in `xero.schema_drift` and `xero.quarantine`."""

_NAMED = 3


def readable_spec(key: dg.AssetKey) -> dg.AssetCheckSpec:
    """The check that a collection or report could be read, and every record of it.

    Args:
        key: Of the record's table, or of the report.
    """
    return dg.AssetCheckSpec(
        READABLE,
        asset=key,
        description="It may be read, and every record that Xero sent could be, of all organisations. A record with a "
        "value of a wrong type is kept out of the tables, in xero.quarantine; the others are loaded. What an "
        "organisation does not have, or the person who connected may not see, is put aside. Passes again when it can "
        "be read.",
    )


def observe(
    context: dg.AssetExecutionContext,
    warehouse: Warehouse,
    partitions: Mapping[str, str],
    name: str,
    *,
    key: dg.AssetKey,
) -> None:
    """Report what no run has reported before of what Xero sends and we do not know.

    Args:
        partitions: Of the organisations that were read, by tenant id: where to tell it.
        name: The record's table, or the report's.
        key: The asset to tell it of.
    """
    found: dict[str, list[Mapping[str, Any]]] = {}
    with warehouse.reading() as connection:
        for one in unreported_drift(connection, name):
            if one["tenant_id"] in partitions:
                found.setdefault(one["tenant_id"], []).append(one)
    for tenant_id, news in found.items():
        context.log_event(
            dg.AssetObservation(
                key,
                partition=partitions[tenant_id],
                description=_drift_note(news),
                metadata={"new": len(news), "schema_drift": dg.MetadataValue.md(_drift_table(news[:ROWS_SHOWN]))},
            )
        )
        # After it was told: a run that is killed in between lets the next one tell it again, not nobody.
        with warehouse.writing() as connection:
            Issues(connection, tenant_id, name).note_reported(at=clock.now())


def with_check(
    context: dg.AssetExecutionContext,
    work: Iterator[MaterializeResult],
    warehouse: WarehouseResource,
    services: Services,
    name: str,
    key: dg.AssetKey,
) -> Iterator[MaterializeResult | dg.AssetCheckResult]:
    """The results of the work, then the check's; also when the work failed for some organisation.

    Args:
        name: The collection or report.
        key: Of its record's table.
    """
    try:
        yield from work
    except dg.Failure:
        _evaluate_after_failure(context, warehouse, services, name, key)
        raise
    yield readable(warehouse.warehouse, services, name, key)


def readable(warehouse: Warehouse, services: Services, name: str, key: dg.AssetKey) -> dg.AssetCheckResult:
    """Whether nothing of it is kept out, of any organisation: a run of some must not hide the others.

    Args:
        services: Know the organisations, and what is put aside of them.
        name: The collection or report.
        key: Of its record's table.
    """
    with warehouse.reading() as connection:
        out = quarantined_records(connection, name)
    aside = services.deferred_work.aside(name)
    if not out and not aside:
        return dg.AssetCheckResult(
            passed=True, check_name=READABLE, asset_key=key, description="Everything could be read."
        )
    directory = OrganisationDirectory(services, warehouse)
    told = [f"{directory.name(one.tenant_id)}: {one.description}" for one in aside[:_NAMED]]
    told += [f"And {len(aside) - _NAMED} more organisations."] if len(aside) > _NAMED else []
    metadata: dict[str, Any] = {}
    if aside:
        metadata |= {"put_aside": dg.MetadataValue.md(_aside_table(aside[:ROWS_SHOWN], directory))}
    if out:
        told.append(_quarantine_note(out))
        metadata |= {
            "records": len(out),
            "quarantine": dg.MetadataValue.md(_quarantine_table(out[:ROWS_SHOWN], directory)),
        }
    return dg.AssetCheckResult(
        passed=False,
        check_name=READABLE,
        asset_key=key,
        severity=dg.AssetCheckSeverity.ERROR,
        description=" ".join(told),
        metadata=metadata,
    )


def _quarantine_note(out: Sequence[Mapping[str, Any]]) -> str:
    named = "; ".join(f"{one['record']}: {one['error']}" for one in out[:_NAMED])
    more = f"; and {len(out) - _NAMED} more" if len(out) > _NAMED else ""
    return (
        f"{_count(len(out), 'record')} could not be read: {named}{more}. Everything else is loaded. What "
        "Xero sent is in xero.quarantine; correct the record in Xero, or look for a newer version of xero_pipeline."
    )


def _evaluate_after_failure(
    context: dg.AssetExecutionContext, warehouse: WarehouseResource, services: Services, name: str, key: dg.AssetKey
) -> None:
    try:
        result = readable(warehouse.glance(), services, name, key)
    except WarehouseBusy as error:
        # The reason of the failure is told already; the check keeps what it said last.
        logging.getLogger(__name__).warning("The quarantine could not be read: %s", error)
        return
    note_check(context, result)


def _drift_note(found: Sequence[Mapping[str, Any]]) -> str:
    said = [f"{one['kind']} {one['path']}" + (f" = {one['value']}" if one["value"] else "") for one in found[:_NAMED]]
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return (
        f"New in Xero's answers, unknown to this version: {', '.join(said)}{more}. Nothing is lost: it is kept in raw, "
        "and a newer version may make it a column. This is told once; `xero-pipeline status` lists it."
    )


def _drift_table(found: Sequence[Mapping[str, Any]]) -> str:
    rows = [[one[name] for name in ("kind", "path", "value", "sample", "example_record_id")] for one in found]
    return markdown_table(("What", "Where", "New value", "Sample", "For example in record"), rows)


def _quarantine_table(out: Sequence[Mapping[str, Any]], directory: OrganisationDirectory) -> str:
    rows = [
        [
            directory.name(one["tenant_id"]),
            one["record"],
            directory.record(one["tenant_id"], one["collection"], one["record_id"], one["type"]),
            one["error"],
            f"{one['seen_at'].astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        ]
        for one in out
    ]
    return markdown_table(("Organisation", "Record", "Its id", "What is wrong", "Since"), rows)


def _aside_table(aside: Sequence[DeferredTask], directory: OrganisationDirectory) -> str:
    rows = [
        [
            directory.name(one.tenant_id),
            one.error,
            f"{one.since:%Y-%m-%d %H:%M} UTC" if one.since else None,
            f"{one.resume_at:%Y-%m-%d %H:%M} UTC",
            ", ".join(f"{month:%Y-%m}" for month in one.months),
        ]
        for one in aside
    ]
    return markdown_table(("Organisation", "Why", "Since", "Asked for again", "Months"), rows)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
