"""All checks, one after the other: what depends on something that is wrong is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from xero_pipeline.container import Services
from xero_pipeline.operations.health.alerts import NAME as ALERTS
from xero_pipeline.operations.health.alerts import check_alerts, check_unreached
from xero_pipeline.operations.health.cause_file import NAME as CAUSES
from xero_pipeline.operations.health.cause_file import check_causes
from xero_pipeline.operations.health.dagster import check_dagster
from xero_pipeline.operations.health.group_file import NAME as GROUP_FILE
from xero_pipeline.operations.health.group_file import check_group_file
from xero_pipeline.operations.health.machines import check_machines
from xero_pipeline.operations.health.own_checks import NAME as OWN_CHECKS
from xero_pipeline.operations.health.own_checks import check_own_checks
from xero_pipeline.operations.health.read_copy import NAME as READ_COPY
from xero_pipeline.operations.health.read_copy import check_read_copy
from xero_pipeline.operations.health.result import Check, HealthResult, carried
from xero_pipeline.operations.health.settings import check_settings
from xero_pipeline.operations.health.storage import (
    check_attachments,
    check_disk,
    check_home,
    check_key,
    check_key_form,
    check_landing,
    check_state,
)
from xero_pipeline.operations.health.warehouse import check_warehouse
from xero_pipeline.operations.health.webhooks import NAME as EVENTS
from xero_pipeline.operations.health.webhooks import check_events
from xero_pipeline.operations.health.xero import REACHABILITY, check_consents, check_hosts, check_put_aside
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import dagster as dg

Opener = Callable[[Settings], "AbstractContextManager[dg.DagsterInstance]"]


def checkup(opened: Opener) -> Iterator[HealthResult]:
    """Look at everything. Changes nothing but what every command changes.

    Yields:
        What was found, as soon as it is.
    """
    settings = list(carried("settings", check_settings))
    yield from settings
    if settings[0].state == "problem":
        return
    services = Services(Settings.load())
    try:
        yield from _of(services, opened)
    finally:
        services.close()


def _dagster(services: Services, opened: Opener) -> Iterator[HealthResult]:
    ours = services.settings.has_organisation
    count = sum(one.status != "disconnected" and ours(one.tenant_id) for one in services.organisations.list())
    return check_dagster(services.settings, partial(opened, services.settings), count)


def _of(services: Services, opened: Opener) -> Iterator[HealthResult]:
    there = services.settings.home.exists()
    if there:
        home = list(carried("home", partial(check_home, services)))
        yield from home
        if home[0].state == "problem":
            return
    else:
        yield HealthResult("home", "ok", f"{services.settings.home} is not there yet: the first command makes it")
    yield from carried("disk", partial(check_disk, services))
    yield from carried("landing zone", partial(check_landing, services))
    yield from carried("attachments", partial(check_attachments, services))
    alerts = list(carried(ALERTS, partial(check_alerts, services)))
    yield from alerts
    if not there and services.settings.mock_mode:
        # The simulated Xero and its key live in the home.
        return
    hosts = list(carried(REACHABILITY, partial(check_hosts, services)))
    yield from hosts
    if not there:
        yield from carried("encryption key", partial(check_key_form, services))
        return
    reachable = all(one.check != REACHABILITY or one.state == "ok" for one in hosts)
    checks: dict[str, Check] = {
        "state database": partial(check_state, services),
        "encryption key": partial(check_key, services),
        **({"consent": partial(check_consents, services)} if reachable else {}),
        **({"machines": partial(check_machines, services)} if services.settings.broker_url else {}),
        "put aside": partial(check_put_aside, services),
        **({EVENTS: partial(check_events, services)} if services.settings.webhook_keys else {}),
        **({ALERTS: partial(check_unreached, services)} if alerts and alerts[0].state == "ok" else {}),
        "warehouse": partial(check_warehouse, services),
        READ_COPY: partial(check_read_copy, services),
        CAUSES: partial(check_causes, services),
        GROUP_FILE: partial(check_group_file, services),
        OWN_CHECKS: partial(check_own_checks, services),
        "Dagster home": partial(_dagster, services, opened),
    }
    failed: set[str] = set()
    for name, check in checks.items():
        if name in {"encryption key", "consent", "machines", "put aside", EVENTS, ALERTS} and failed & {
            "state database",
            "encryption key",
        }:
            continue
        if name in {CAUSES, GROUP_FILE, READ_COPY} and "warehouse" in failed:
            continue
        for result in carried(name, check):
            failed |= {name} if result.state == "problem" else set()
            yield result
