"""What every asset does around its own work: hold the organisation, watch, and go on with the others when one fails."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import dagster as dg
from dagster._core.storage.tags import RETRY_ON_ASSET_OR_OP_FAILURE_TAG

from xero_pipeline.container import Services
from xero_pipeline.defs.assets.call_context import asset_of
from xero_pipeline.defs.assets.deferral import Deferrals
from xero_pipeline.defs.assets.materialisations import (
    Materialisation,
    MaterializeResult,
    RecordMaterialisation,
    Written,
    results,
    tell,
)
from xero_pipeline.defs.metadata.organisation_directory import OrganisationDirectory
from xero_pipeline.errors import HeldUp, WarehouseBusy, XeroPipelineError
from xero_pipeline.log_lines import log_context
from xero_pipeline.parallel import run_in_parallel
from xero_pipeline.spans import span
from xero_pipeline.state.outage import is_outage, wait_until_back
from xero_pipeline.sync.call_log import deliver_calls
from xero_pipeline.sync.progress import Progress

if TYPE_CHECKING:
    from xero_pipeline.state.deferred_work import DeferredTask
    from xero_pipeline.warehouse.store import Warehouse

OUTAGES_OUTLASTED = 3
OUTAGE_SECONDS = 600.0
"""How often, and for how long, an asset waits for a PostgreSQL that was restarted under it."""

LINEAGE = "dagster/column_lineage"


class Content(NamedTuple):
    """What a partition of a table holds now.

    Args:
        version: The same as long as its rows are.
        facts: What else is told of it, as metadata.
    """

    version: str
    facts: Mapping[str, Any] = {}


Describe = Callable[[Collection[Written]], Mapping[Written, Content]]
"""Asked once, when all organisations were worked on, what the partitions hold that were written."""


def run_for_each_organisation(
    context: dg.AssetExecutionContext,
    tenants: Iterable[str],
    work: Callable[[str, RecordMaterialisation], None],
    progress: Progress,
    services: Services,
    warehouse: Warehouse,
    describe: Describe,
    *,
    left_out: Collection[str] = (),
) -> Iterator[MaterializeResult]:
    """Do the work for each organisation, for some of them side by side: a slow one delays no other.

    One that fails does not stop the others, and fails the asset at the end. One that Xero lets wait goes on later, in a
    run of its own, and fails nothing (see `SharedStep`).

    Args:
        work: Does one, and tells what it materialised as soon as it is in the warehouse.
        describe: Called once at the end, also when some failed, and brings in what the work has left for then.
        services: Know the organisations, and where it is noted what has to wait for calls.
        warehouse: What was written to.
        left_out: The partitions of which the work found that there is nothing to do yet.

    Yields:
        What was written, as in `results`. None of what was left out or put aside: it looks no newer than it is, and its
        check says why.

    Raises:
        dagster.Failure: Some organisation failed; names each with what to do. What the others materialised is kept.
    """
    tenants = list(tenants)
    done: dict[Written, Mapping[str, Any]] = {}
    failed: dict[str, Exception] = {}
    aside: list[DeferredTask] = []
    held_up: list[str] = []
    deferrals, directory, asset = (
        Deferrals(context, services.deferred_work),
        OrganisationDirectory(services, warehouse),
        asset_of(context),
    )
    directory.tag(context, tenants)

    def record(key: dg.AssetKey, partition: str, metadata: Mapping[str, Any]) -> None:
        done[key, partition] = metadata

    def told() -> Sequence[Materialisation]:
        _deliver(context, services, warehouse)
        return [
            Materialisation(
                key,
                partition,
                {
                    **directory.facts(partition.rpartition("|")[2], asset),
                    **_lineage(context, key),
                    **content.facts,
                    **done[key, partition],
                },
                content.version,
            )
            for (key, partition), content in describe(done).items()
        ]

    def attempt(tenant_id: str) -> bool:
        whose = {"organisation": tenant_id, "run_id": context.run.run_id}
        with log_context(**whose), span("sync", asset=asset, **whose):
            return attempted(tenant_id)

    def attempted(tenant_id: str) -> bool:
        try:
            work(tenant_id, record)
            deferrals.done(tenant_id)
        except Exception as error:  # noqa: BLE001 - told below; a bug in one organisation must not cost the others
            kept = [partition for _, partition in list(done)]
            if noted := deferrals.put_aside(tenant_id, error, kept):
                aside.append(noted)
                _report_put_aside(noted, directory, context, progress)
                return True
            stopped = deferrals.stopped(tenant_id, error, kept)
            if isinstance(stopped, HeldUp):
                held_up.append(tenant_id)
                context.log.warning(str(stopped))
            else:
                failed[tenant_id] = stopped
                _report_failure(stopped, tenant_id, context, progress)
        return tenant_id not in failed

    try:
        _, error = run_in_parallel(tenants, attempt, at_once=services.settings.organisations_at_once)
        if error:
            raise error
        if failed:
            _ask_for_no_retry(context, failed.values())
            raise _failure({one: failed[one] for one in tenants if one in failed}, directory)
    except BaseException as error:
        outage = _outlasted([error, *failed.values()], services)
        # Also when somebody ends the run: what is in the warehouse is materialised.
        tell(context, _as_far_as_possible(told))
        if outage:
            raise dg.RetryRequested(max_retries=OUTAGES_OUTLASTED, seconds_to_wait=5) from error
        raise
    try:
        materialised = told()
    except XeroPipelineError as error:
        progress.fail(str(error))
        raise dg.Failure(str(error), allow_retries=False) from error
    yield from results(context, materialised, in_part=bool(aside or left_out or held_up))


def _ask_for_no_retry(context: dg.AssetExecutionContext, errors: Iterable[Exception]) -> None:
    """Where Dagster starts runs once more that failed, as over several machines, it is not to do so with this one.

    What failed here would fail again, and the next sync or a sensor asks for it; what fails outside was interrupted.
    """
    if context.instance.run_retries_enabled and not any(is_outage(error) for error in errors):
        context.instance.add_run_tags(context.run_id, {RETRY_ON_ASSET_OR_OP_FAILURE_TAG: "false"})


def _outlasted(errors: Iterable[BaseException], services: Services) -> bool:
    """Whether the work failed because a database was away, which is back now: then it is done once more."""
    if not any(is_outage(error) for error in errors):
        return False
    return wait_until_back(services.state, seconds=OUTAGE_SECONDS)


def _lineage(context: dg.AssetExecutionContext, key: dg.AssetKey) -> Mapping[str, Any]:
    """The UI takes it from the materialisation alone."""
    declared = context.assets_def.metadata_by_key[key]
    return {LINEAGE: declared[LINEAGE]} if LINEAGE in declared else {}


def _deliver(context: dg.AssetExecutionContext, services: Services, warehouse: Warehouse) -> None:
    """Bring every call into the warehouse, whatever came of it."""
    try:
        deliver_calls(services.call_outbox, warehouse)
    except WarehouseBusy as busy:
        # Not the reason why an asset fails: nothing is lost, whoever comes next carries them.
        context.log.warning(f"The calls are not in xero.api_calls yet, they follow with the next asset: {busy}")


def _as_far_as_possible(told: Callable[[], Sequence[Materialisation]]) -> Sequence[Materialisation]:
    """What is materialised, where the work failed already: the warehouse may be why."""
    try:
        return told()
    except XeroPipelineError as error:
        logging.getLogger(__name__).warning("What was written is told by the next run, not by this one: %s", error)
        return ()


def _report_failure(error: Exception, tenant_id: str, context: dg.AssetExecutionContext, progress: Progress) -> None:
    if isinstance(error, XeroPipelineError):
        context.log.error(str(error))
    else:
        context.log.error(_sentence(tenant_id, error), exc_info=error)
    progress.fail(_sentence(tenant_id, error))


def _report_put_aside(
    noted: DeferredTask, directory: OrganisationDirectory, context: dg.AssetExecutionContext, progress: Progress
) -> None:
    context.log.error(f"{directory.name(noted.tenant_id)}: {noted.description}")
    progress.put_aside(noted.description)


def _failure(failed: Mapping[str, Exception], directory: OrganisationDirectory) -> dg.Failure:
    return dg.Failure(
        "\n".join(f"{directory.name(tenant_id)}: {_sentence(tenant_id, error)}" for tenant_id, error in failed.items()),
        metadata={
            "failed": dg.MetadataValue.json(
                [
                    {
                        "organisation": tenant_id,
                        "name": directory.name(tenant_id),
                        "kind": type(error).__name__,
                        "error": error.message if isinstance(error, XeroPipelineError) else str(error),
                    }
                    for tenant_id, error in failed.items()
                ]
            )
        },
        allow_retries=False,
    )


def _sentence(tenant_id: str, error: Exception) -> str:
    """What people read: our own errors say what to do, any other is a bug of ours."""
    if isinstance(error, XeroPipelineError):
        return str(error) if error.organisation else f"{error} (organisation {tenant_id})"
    kind = type(error).__name__
    return f"Unexpected {kind}: {error}. Please report it; the run's log has the details. (organisation {tenant_id})"
