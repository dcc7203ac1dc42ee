"""How organisations stand: connected, last synced, what is left of the day, what waits, when their consents end."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from xero_pipeline.xero.auth.token_set import CONSENT_LIVES

if TYPE_CHECKING:
    from xero_pipeline.container import Services
    from xero_pipeline.xero.auth.organisations import Organisation


def organisation_status(services: Services, organisation: Organisation, last_sync: datetime | None) -> dict[str, Any]:
    """An organisation as people and programs are told of it.

    Args:
        services: Know all but the last.
        last_sync: When its invoices were last read to the end.
    """
    quota = services.quota.snapshot(organisation.tenant_id)
    return {
        "name": organisation.name,
        "tenant_id": organisation.tenant_id,
        "status": organisation.status,
        "connected_at": organisation.connected_at,
        "connections": len(services.organisations.ways(organisation.tenant_id)),
        "consent_ends_at": consent_ends_at(services, organisation),
        "last_sync": last_sync,
        "calls_today": quota.calls_today,
        "calls_left_today": quota.day_remaining,
        "resume_at": quota.resume_at,
    }


def last_sync(services: Services, organisation: Organisation) -> datetime | None:
    """When the invoices of an organisation were last read to the end.

    Raises:
        WarehouseBusy: Another process held the file all the time.
    """
    cursor = services.warehouse.cursor(organisation.tenant_id, "invoices")
    return cursor.complete_at if cursor else None


def consent_ends_at(services: Services, organisation: Organisation) -> datetime | None:
    """When the consent of an organisation ends if nothing is synced until then.

    Returns:
        In UTC; None where it is not connected, or by a custom connection, which needs no consent of a person.
    """
    if organisation.status != "connected" or services.settings.custom_connection or organisation.consent_id is None:
        return None
    consent = services.token_store.consent(organisation.consent_id)
    return consent.updated_at + CONSENT_LIVES if consent else None


def deferred_work(services: Services) -> dict[str, list[dict[str, Any]]]:
    """What did not fit into the calls of a run or a day.

    Returns:
        By tenant id; what goes on first at the top.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for one in services.deferred_work.list():
        if one.is_aside:
            continue
        found.setdefault(one.tenant_id, []).append(
            {
                "asset": one.asset,
                "resume_at": one.resume_at,
                "why": one.why,
                "months": [month.isoformat() for month in one.months],
                "budgets_in_vain": one.in_vain,
            }
        )
    return found


def put_aside(services: Services) -> dict[str, list[dict[str, Any]]]:
    """What an organisation does not have, or what cannot be read of it: it is left out, everything else goes on.

    Returns:
        By tenant id.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for one in services.deferred_work.aside():
        found.setdefault(one.tenant_id, []).append(
            {
                "asset": one.asset,
                "error": one.error,
                "since": one.since,
                "asked_again_at": one.resume_at,
                "times": one.in_vain,
                "months": [month.isoformat() for month in one.months],
            }
        )
    return found
