"""What people can do on the page, and programs through the API: each says the result in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xero_pipeline.errors import XeroPipelineError
from xero_pipeline.operations import schedule_switch
from xero_pipeline.xero.auth import consent_flow

if TYPE_CHECKING:
    from xero_pipeline.web.app_context import AppContext
    from xero_pipeline.xero.auth.organisations import Organisation


class UnknownAction(XeroPipelineError):
    """There is no such organisation."""


def organisation(context: AppContext, tenant_id: str) -> Organisation:
    """An organisation by its id.

    Raises:
        NotFound: There is none.
    """
    found = context.services.organisations.get(tenant_id)
    if found is None:
        raise UnknownAction("There is no such organisation. The first page lists all that were ever connected.")
    return found


def connected(added: Sequence[Organisation]) -> str:
    """What came of a consent.

    Args:
        added: The organisations it added.
    """
    names = ", ".join(one.name for one in added)
    return f"Connected {names}. Press Sync now to load the data; while Dagster is running, that starts automatically."


def sync(context: AppContext, tenant_id: str) -> str:
    """Sync an organisation now.

    Raises:
        NotFound: There is no such organisation.
        ConfigurationError: It is not connected.
        XeroPipelineError: Dagster refused.
    """
    one = organisation(context, tenant_id)
    if context.syncs.start(one):
        return f"Sync of {one.name} started."
    return f"A sync of {one.name} is under way already."


def disconnect(context: AppContext, tenant_id: str) -> str:
    """Remove an organisation's connections at Xero.

    Raises:
        NotFound: There is no such organisation.
        XeroUnavailable: Xero does not answer; nothing has changed then.
    """
    one, services = organisation(context, tenant_id), context.services
    if one.status == "disconnected":
        return f"{one.name} was disconnected already."
    told = consent_flow.disconnect(services.oauth, services.token_store, services.organisations, one)
    if told:
        return f"Disconnected {one.name}. The data already loaded stays in the warehouse."
    return (
        f"Disconnected {one.name} here. Xero did not let us in to say so: remove the app in Xero under Settings, "
        "Connected apps."
    )


def turn(context: AppContext, *, on: bool) -> str:
    """Turn the daily sync on or off.

    Raises:
        XeroPipelineError: Dagster could not.
    """
    if not context.dagster.turn(on=on):
        schedule_switch.turn(context.services.settings, on=on)
    return f"The daily sync is {'on' if on else 'off'}."
