"""What every asset does around its own work: hold the organisation, watch, and go on with the others when one fails."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import dagster as dg

from xero_pipeline.container import Services
from xero_pipeline.defs.assets.call_context import asset_of, errand_of
from xero_pipeline.defs.assets.deferral import Deferrals
from xero_pipeline.defs.assets.materialisations import Materialisation, RecordMaterialisation, results, tell
from xero_pipeline.defs.metadata.organisation_directory import OrganisationDirectory
from xero_pipeline.defs.resources import WarehouseResource, XeroResource
from xero_pipeline.errors import (
    BudgetReached,
    OrganisationBusy,
    OrganisationDisconnected,
    WarehouseBusy,
    XeroPipelineError,
)
from xero_pipeline.state.locks import exclusive
from xero_pipeline.sync.call_log import deliver_calls
from xero_pipeline.sync.progress import Progress
from xero_pipeline.sync.result import CallStats
from xero_pipeline.xero.auth.consent_flow import check

if TYPE_CHECKING:
    from xero_pipeline.state.deferred_work import DeferredTask
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.http.client import XeroClient
    from xero_pipeline.xero.http.response import CallRecord

LINEAGE = "dagster/column_lineage"


@contextmanager
def xero_client_for(
    context: dg.AssetExecutionContext,
    xero: XeroResource,
    warehouse: WarehouseResource,
    tenant_id: str,
    tally: CallStats,
    progress: Progress,
) -> Iterator[XeroClient]:
    """Hold an organisation and call Xero for it; at the end every call is in the warehouse, whatever came of it.

    Args:
        progress: Told of every call and every wait.

    Yields:
        The client; it lets out no more calls than the run may make.

    Raises:
        OrganisationBusy: As `organisation_lock`.
        OrganisationDisconnected: As `organisation_lock`.
        ConfigurationError: A tag of the run is wrong.
    """

    def note(call: CallRecord) -> None:
        tally.add(call)
        progress.called(call)

    call_context = errand_of(context, xero.services.settings.calls_per_run)
    try:
        with (
            organisation_lock(xero.services, tenant_id),
            xero.client(call_context, on_call=note, on_wait=progress.wait) as client,
        ):
            yield client
    except BudgetReached as reached:
        reached.tried = tally.calls > 0
        raise
    finally:
        _deliver(context, xero, warehouse)


def _deliver(context: dg.AssetExecutionContext, xero: XeroResource, warehouse: WarehouseResource) -> None:
    try:
        deliver_calls(xero.services.call_outbox, warehouse.warehouse)
    except WarehouseBusy as busy:
        # Not the reason why an asset fails: nothing is lost, whoever comes next carries them.
        context.log.warning(f"The calls are not in xero.api_calls yet, they follow with the next asset: {busy}")


@contextmanager
def organisation_lock(services: Services, tenant_id: str, *, wait_seconds: float = 600) -> Iterator[None]:
    """Keep every other sync of this organisation out, whichever process or machine it runs on.

    Args:
        services: Knows the state database, which has the lock.
        wait_seconds: How long to wait for another sync of it.

    Raises:
        OrganisationBusy: Another sync did not finish in time.
        OrganisationDisconnected: Xero does not let us in; whether it lists the organisation is noted.
    """
    with ExitStack() as held:
        try:
            held.enter_context(exclusive(services.state, f"sync of {tenant_id}", timeout_seconds=wait_seconds))
        except TimeoutError:
            raise OrganisationBusy(
                f"Another sync of this organisation did not finish within {wait_seconds:.0f} seconds. "
                "`xero-pipeline logs` shows which run it is; sync again when it has ended, nothing is lost.",
                organisation=tenant_id,
            ) from None
        try:
            yield
        except OrganisationDisconnected:
            _look_again(services)
            raise


def _look_again(services: Services) -> None:
    """Xero does not let us in: if it does not list the organisation any more, note that it needs a new consent."""
    try:
        check(services.oauth, services.token_store, services.organisations)
    except XeroPipelineError as error:
        # Not the reason why this asset fails; the next sync looks again.
        logging.getLogger(__name__).warning("The list of connections could not be read: %s", error)


def run_for_each_organisation(
    context: dg.AssetExecutionContext,
    tenants: Iterable[str],
    work: Callable[[str, RecordMaterialisation], None],
    progress: Progress,
    services: Services,
    warehouse: Warehouse,
    *,
    left_out: Collection[str] = (),
) -> Iterator[dg.MaterializeResult]:
    """Do the work for each organisation; one that fails does not stop the others, and fails the asset at the end.

    Args:
        work: Does one, and tells what it materialised as soon as it is in the warehouse.
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
    done: dict[tuple[dg.AssetKey, str], Materialisation] = {}
    failed: dict[str, Exception] = {}
    aside: list[DeferredTask] = []
    deferrals, directory, asset = (
        Deferrals(context, services.deferred_work),
        OrganisationDirectory(services, warehouse),
        asset_of(context),
    )
    directory.tag(context, tenants)

    def record(key: dg.AssetKey, partition: str, metadata: Mapping[str, Any], version: str) -> None:
        facts = {**directory.facts(partition.rpartition("|")[2], asset), **lineage(key), **metadata}
        done[key, partition] = Materialisation(key, partition, facts, version)

    def lineage(key: dg.AssetKey) -> Mapping[str, Any]:
        # The UI takes it from the materialisation alone.
        declared = context.assets_def.metadata_by_key[key]
        return {LINEAGE: declared[LINEAGE]} if LINEAGE in declared else {}

    try:
        for tenant_id in tenants:
            try:
                work(tenant_id, record)
                deferrals.done(tenant_id)
            except Exception as error:  # noqa: BLE001 - told below; a bug in one organisation must not cost the others
                kept = [partition for _, partition in done]
                if noted := deferrals.put_aside(tenant_id, error, kept):
                    aside.append(noted)
                    _report_put_aside(noted, directory, context, progress)
                    continue
                failed[tenant_id] = deferrals.stopped(tenant_id, error, kept)
                _report_failure(failed[tenant_id], tenant_id, context, progress)
        if failed:
            raise _failure(failed, directory)
    except BaseException:
        # Also when somebody ends the run: what is in the warehouse is materialised.
        tell(context, done.values())
        raise
    yield from results(context, done.values(), in_part=bool(aside or left_out))


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
