"""How organisations stand: connected, last synced, what is left of the day, what waits, when their consents end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from xero_pipeline.operations.health.issues import with_put_aside
from xero_pipeline.operations.health.webhooks import last_events, with_missed_events
from xero_pipeline.warehouse.progress.read_progress import cursors
from xero_pipeline.xero.auth.token_set import CONSENT_LIVES

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.container import Services
    from xero_pipeline.operations.health.issues import Issue
    from xero_pipeline.state.deferred_work import DeferredTask


def all_issues(services: Services, stored: Mapping[str, Sequence[Issue]]) -> Mapping[str, Sequence[Issue]]:
    """The open issues by tenant id: those of the warehouse, what is put aside, and events that did not come.

    Args:
        stored: Those of the warehouse, as `open_issues` reads them.
    """
    return with_missed_events(with_put_aside(stored, services.deferred_work.aside()), services)


def organisation_statuses(services: Services, last_syncs: Mapping[str, datetime]) -> list[dict[str, Any]]:
    """All organisations as people and programs are told of them, by name: asked for once, however many they are.

    Args:
        services: Know all but the last.
        last_syncs: As `last_syncs` tells them.
    """
    organisations = services.organisations.list()
    quotas = services.quota.snapshots([one.tenant_id for one in organisations])
    ways, ends = services.organisations.way_counts(), _consent_ends(services)
    later, aside, told = _deferred_work(services), _put_aside(services), last_events(services)
    return [
        {
            "name": one.name,
            "tenant_id": one.tenant_id,
            "status": one.status,
            "connected_at": one.connected_at,
            "connections": ways.get(one.tenant_id, 0),
            "consent_ends_at": ends.get(one.consent_id or "") if one.status == "connected" else None,
            "last_sync": last_syncs.get(one.tenant_id),
            "last_event_at": told.get(one.tenant_id),
            "calls_today": quotas[one.tenant_id].calls_today,
            "calls_left_today": quotas[one.tenant_id].day_remaining,
            "resume_at": quotas[one.tenant_id].resume_at,
            "waiting": later.get(one.tenant_id, []),
            "put_aside": aside.get(one.tenant_id, []),
        }
        for one in organisations
    ]


def last_syncs(connection: Connection) -> dict[str, datetime]:
    """When the invoices of organisations were last read to the end, by tenant id.

    Args:
        connection: To the warehouse; reading is enough.
    """
    return {one.tenant_id: one.complete_at for one in cursors(connection, "invoices")}


def _consent_ends(services: Services) -> dict[str, datetime]:
    """By consent when it ends if nothing is synced until then; a custom connection needs no consent of a person."""
    if services.settings.custom_connection:
        return {}
    return {one.consent_id: one.updated_at + CONSENT_LIVES for one in services.token_store.consents()}


def _deferred_work(services: Services) -> dict[str, list[dict[str, Any]]]:
    """By tenant id what did not fit into the calls of a run or a day; what goes on first at the top."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in services.deferred_work.list():
        if one.is_aside:
            continue
        found.setdefault(one.tenant_id, []).append(
            {
                "asset": one.asset,
                "resume_at": one.resume_at,
                "why": one.why,
                "months": _months(one),
                "budgets_in_vain": one.in_vain,
            }
        )
    return found


def _put_aside(services: Services) -> dict[str, list[dict[str, Any]]]:
    """By tenant id what it does not have, or what cannot be read of it: it is left out, everything else goes on."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in services.deferred_work.aside():
        found.setdefault(one.tenant_id, []).append(
            {
                "asset": one.asset,
                "error": one.error,
                "since": one.since,
                "asked_again_at": one.resume_at,
                "times": one.in_vain,
                "months": _months(one),
            }
        )
    return found


def _months(task: DeferredTask) -> list[str]:
    return [month.isoformat() for month in task.months]
