"""One organisation's way to Xero while an asset works: nobody else syncs it, and every call is counted and watched."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import dagster as dg

from xero_pipeline.container import Services
from xero_pipeline.defs.assets.call_context import errand_of
from xero_pipeline.defs.assets.shared_step import SharedStep
from xero_pipeline.defs.resources import XeroResource
from xero_pipeline.errors import BudgetReached, OrganisationBusy, OrganisationDisconnected, XeroPipelineError
from xero_pipeline.state.locks import Hold, exclusive
from xero_pipeline.sync.progress import Progress
from xero_pipeline.sync.result import CallStats
from xero_pipeline.xero.auth.consent_flow import check
from xero_pipeline.xero.http.client import LIMIT

if TYPE_CHECKING:
    from xero_pipeline.xero.http.client import XeroClient
    from xero_pipeline.xero.http.response import CallRecord


@contextmanager
def xero_client_for(
    context: dg.AssetExecutionContext,
    xero: XeroResource,
    tenant_id: str,
    tally: CallStats,
    progress: Progress,
    step: SharedStep,
) -> Generator[XeroClient]:
    """Hold an organisation and call Xero for it.

    Args:
        progress: Told of every call and every wait.
        step: With whom the organisation shares the run.

    Yields:
        The client; it lets out no more calls than the run may make.

    Raises:
        OrganisationBusy: As `organisation_lock`.
        OrganisationDisconnected: As `organisation_lock`.
        ConfigurationError: A tag of the run is wrong.
        HeldUp: Others of the run would wait with it.
    """

    def wait(seconds: float, why: str) -> None:
        if why == LIMIT:  # an outage is a failure, and the breaker sees to it that it is waited for once
            step.wait(tenant_id, seconds)
        progress.wait(seconds, why)

    call_context = errand_of(context, xero.services.settings.calls_per_run)
    try:
        with organisation_lock(xero.services, tenant_id) as held, step.worked_on(tenant_id):

            def note(call: CallRecord) -> None:
                tally.add(call)
                progress.called(call)
                # What it has brought is written next.
                held.require()

            with xero.client(call_context, on_call=note, on_wait=wait) as client:
                yield client
    except BudgetReached as reached:
        reached.tried = tally.calls > 0
        raise


@contextmanager
def organisation_lock(services: Services, tenant_id: str, *, wait_seconds: float = 600) -> Generator[Hold]:
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
            hold = held.enter_context(exclusive(services.state, f"sync of {tenant_id}", timeout_seconds=wait_seconds))
        except TimeoutError:
            raise OrganisationBusy(
                f"Another sync of this organisation did not finish within {wait_seconds:.0f} seconds. "
                "`xero-pipeline logs` shows which run it is; sync again when it has ended, nothing is lost.",
                organisation=tenant_id,
            ) from None
        try:
            yield hold
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
