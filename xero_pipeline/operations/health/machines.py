"""Several machines: what they must share, and whether they agree on clock, key, program and layout."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

from xero_pipeline.errors import ConfigurationError, StillOpening
from xero_pipeline.operations.health.result import HealthResult
from xero_pipeline.revisions import program_version
from xero_pipeline.settings import Settings
from xero_pipeline.state.machines import FORGOTTEN_SECONDS, LOST_SECONDS, Machine, enrol, machines

if TYPE_CHECKING:
    from xero_pipeline.container import Services

_CHECK = "machines"
CLOCK_OFF, CLOCK_WRONG = 5.0, 60.0
"""Seconds. The minute in which Xero counts calls is counted on every machine's own clock."""
_OPENING_SECONDS = 120.0
"""How long a machine waits for another that makes Dagster's tables or moves a warehouse to a new layout."""


def require_shared(settings: Settings) -> None:
    """Refuse what only one machine would see, where runs go to several.

    Raises:
        ConfigurationError: Something is kept in the home; the message names each setting.
    """
    if settings.broker_url is None:
        return
    kept = [
        name
        for name, url in (
            ("XERO_WAREHOUSE_URL", settings.warehouse),
            ("XERO_STATE_URL", settings.state),
            ("XERO_DAGSTER_URL", settings.dagster_url.get_secret_value() if settings.dagster_url else ""),
        )
        if not url.startswith("postgres")
    ]
    if kept:
        raise ConfigurationError(
            f"XERO_BROKER_URL is set, so that runs go to several machines, but {' and '.join(kept)} "
            f"{'names a file' if len(kept) == 1 else 'name files'} that one of them alone sees. Let "
            f"{'it' if len(kept) == 1 else 'them'} name a PostgreSQL database (docs/postgresql.md), or unset "
            "XERO_BROKER_URL."
        )
    if settings.mock_mode:
        raise ConfigurationError(
            "XERO_BROKER_URL is set, but mock mode's simulated Xero lives in the home of one machine. Set "
            "XERO_MOCK_MODE=false; to try several machines without an account let XERO_API_URL, XERO_IDENTITY_URL and "
            "XERO_LOGIN_URL name an `xero-simulator` that all of them reach (docs/deploy.md)."
        )


def this_machine(services: Services) -> Machine:
    """What this machine says of itself.

    Raises:
        ConfigurationError: Its encryption key is missing or none.
    """
    from xero_pipeline.state.migrations import HEAD as STATE
    from xero_pipeline.warehouse.schema.migrations import HEAD as WAREHOUSE

    layout = f"warehouse {WAREHOUSE}, state {STATE}"
    return Machine(socket.gethostname(), program_version(), layout, services.keys.fingerprint)


def check_machines(services: Services) -> Iterator[HealthResult]:
    """Write down what this machine says of itself, and compare it with what the others said within a day.

    What would be a problem is only a warning with one that has been silent since: a container that was replaced, as a
    rule, whose name nobody has any more.
    """
    me = enrol(services.state, this_machine(services))
    yield from _clock(me)
    others = [one for one in machines(services.state, within_seconds=FORGOTTEN_SECONDS) if one.machine != me.machine]
    for other in others:
        yield from _differences(me, other)
    agree = "1 other machine agrees" if len(others) == 1 else f"{len(others)} other machines agree"
    if others and not any(list(_differences(me, other)) for other in others):
        yield HealthResult(_CHECK, "ok", f"{agree} on key, program and layout")


def _clock(me: Machine) -> Iterator[HealthResult]:
    off, side = abs(me.ahead), "ahead of" if me.ahead > 0 else "behind"
    if off >= CLOCK_OFF:
        yield HealthResult(
            _CHECK,
            "problem" if off >= CLOCK_WRONG else "warning",
            f"this machine's clock is {off:.0f} s {side} the state database's",
            "Let all machines keep their time by NTP (timedatectl set-ntp true).",
        )
    else:
        yield HealthResult(_CHECK, "ok", "this machine's clock agrees with the state database's")


def _differences(me: Machine, other: Machine) -> Iterator[HealthResult]:
    seen = f"{other.machine} (last seen {other.silent:.0f} s ago)"
    problem = "problem" if other.silent < LOST_SECONDS else "warning"
    if other.key_print and me.key_print and other.key_print != me.key_print:
        yield HealthResult(
            _CHECK,
            problem,
            f"{seen} has another encryption key, so that neither opens the tokens that the other renews",
            "Give all machines the same XERO_ENCRYPTION_KEY (docs/deploy.md).",
        )
    if other.program != me.program:
        yield HealthResult(
            _CHECK,
            "warning",
            f"{seen} has xero_pipeline {other.program}, this machine {me.program}",
            "Update all machines to one version.",
        )
    if other.layout != me.layout:
        yield HealthResult(
            _CHECK,
            problem,
            f"{seen} writes the layout {other.layout}, this machine {me.layout}",
            "Update all machines to one version, this one or the other.",
        )
    if abs(other.ahead - me.ahead) >= CLOCK_OFF:
        yield HealthResult(
            _CHECK,
            problem if abs(other.ahead - me.ahead) >= CLOCK_WRONG else "warning",
            f"the clock of {seen} is {abs(other.ahead - me.ahead):.0f} s off this machine's",
            "Let all machines keep their time by NTP (timedatectl set-ntp true).",
        )


def prepare_machine(services: Services) -> list[HealthResult]:
    """Make ready what this machine's processes open, and say what it does not agree on with the others.

    Returns:
        What is not as it must be, but does not keep it from working.

    Raises:
        ConfigurationError: Something is not shared, its key opens no token, or a machine that is at work has another.
        StillOpening: Another machine makes Dagster's tables, and takes long.
    """
    from xero_pipeline.operations.dagster_home import open_instance
    from xero_pipeline.operations.health.storage import check_key
    from xero_pipeline.state.locks import exclusive

    require_shared(services.settings)
    # Several machines that make Dagster's tables at once can break them for good.
    with ExitStack() as stack:
        try:
            stack.enter_context(exclusive(services.state, "open Dagster", timeout_seconds=_OPENING_SECONDS))
        except TimeoutError as error:
            raise StillOpening(
                f"Another machine has been making the databases ready for {_OPENING_SECONDS:.0f} s and has not "
                "finished. Try again in a moment."
            ) from error
        stack.enter_context(open_instance(services.settings))
        services.check()
    list(check_key(services))
    found = [one for one in check_machines(services) if one.state != "ok"]
    for one in found:
        if one.state == "problem":
            raise ConfigurationError(f"{one.told[0].upper()}{one.told[1:]}. {one.remedy}")
    return found
