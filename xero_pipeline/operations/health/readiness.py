"""Whether each process can do its work now: what health checks of containers and service managers ask.

`doctor` looks at everything a sync needs and says what to do; this looks at little, often, and says yes or no.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.errors import ConfigurationError, WarehouseBusy
from xero_pipeline.operations.health.result import HealthResult, carried
from xero_pipeline.settings import plain

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from xero_pipeline.container import Services
    from xero_pipeline.warehouse.store import Warehouse

SECONDS = 5.0
"""For an answer: less than what health checks wait for us."""
SILENT_SECONDS = 300
"""A daemon shows itself every half minute; a long tick may hold it up."""
CODE_SERVER = "localhost:4000"
STATE, WAREHOUSE = "state database", "warehouse"


def check_databases(services: Services) -> Iterator[HealthResult]:
    """The databases that every process needs."""
    yield from carried(STATE, lambda: check_state(services.state))
    yield from carried(WAREHOUSE, lambda: check_layout(services.open_warehouse(lock_timeout_seconds=SECONDS)))


def check_state(state: Engine) -> Iterator[HealthResult]:
    """The state database answers, and has our layout."""
    from xero_pipeline.state.engine import POSTGRESQL_SCHEMA
    from xero_pipeline.state.upgrade import is_current

    with state.connect() as connection:
        current = is_current(connection, POSTGRESQL_SCHEMA if state.dialect.name == "postgresql" else None)
    if current:
        yield HealthResult(STATE, "ok", "answers, layout current")
    else:
        yield HealthResult(
            STATE, "problem", "has the layout of another version", "Restart this process with that version."
        )


def check_layout(warehouse: Warehouse) -> Iterator[HealthResult]:
    """The warehouse answers, and has our layout; one of an older version gets it, as whenever it is opened.

    Raises:
        NewerDatabase: A newer program wrote it.
    """
    if warehouse.dialect.is_new():
        yield HealthResult(WAREHOUSE, "ok", "empty, the first sync makes its tables")
        return
    try:
        with warehouse.reading():
            yield HealthResult(WAREHOUSE, "ok", "answers, layout current")
    except WarehouseBusy:
        yield HealthResult(WAREHOUSE, "ok", "in use by another process, which lets others in soon")


def _check_page(services: Services, address: str | None) -> Iterator[HealthResult]:
    known = services.settings
    host = "localhost" if known.web_host in {"0.0.0.0", "::"} else known.web_host  # noqa: S104 - compared, not bound
    yield _asked("web page", f"{address or f'http://{host}:{known.web_port}'}/ready")


def _check_ui(services: Services, address: str | None) -> Iterator[HealthResult]:
    yield _asked("Dagster UI", f"{address or services.settings.dagster_ui}/server_info")


def _asked(name: str, url: str) -> HealthResult:
    import httpx

    try:
        answer = httpx.get(url, timeout=SECONDS, trust_env=False)
    except httpx.HTTPError as error:
        why = f"{url} does not answer ({type(error).__name__})"
        return HealthResult(name, "problem", why, "Start it, or give its address.")
    if answer.is_success:
        return HealthResult(name, "ok", "answers")
    return HealthResult(name, "problem", f"{url} answers {answer.status_code}: {' '.join(answer.text.split())[:200]}")


def _check_daemon(services: Services, address: str | None) -> Iterator[HealthResult]:
    import dagster as dg

    from xero_pipeline.operations.dagster_home import prepare_home

    prepare_home(services.settings)
    with dg.DagsterInstance.get() as instance:
        beats, now = instance.get_daemon_heartbeats(), clock.now().timestamp()
        for name in sorted(instance.get_required_daemon_types()):
            seen = beats[name].timestamp if name in beats else None
            if seen is not None and now - seen <= SILENT_SECONDS:
                continue
            last = "was never there" if seen is None else f"was last there {now - seen:,.0f} seconds ago"
            yield HealthResult(
                "Dagster daemon", "problem", f"{name} {last}", "Start `dagster-daemon run`, or `make run`."
            )
            return
    yield HealthResult("Dagster daemon", "ok", "every part of it runs")


def _check_code_server(services: Services, address: str | None) -> Iterator[HealthResult]:
    for where in (address or services.settings.code_server or CODE_SERVER).split(","):
        yield _code_server(where)


def _code_server(where: str) -> HealthResult:
    from dagster._core.errors import DagsterUserCodeUnreachableError
    from dagster._grpc.client import DagsterGrpcClient

    host, _, port = where.rpartition(":")
    if not port.isdecimal():
        raise ConfigurationError(f"“{where}” is no address of a code server: write host:port, such as {CODE_SERVER}.")
    try:
        DagsterGrpcClient(host=host or "localhost", port=int(port)).ping("")
    except DagsterUserCodeUnreachableError:
        return HealthResult("code server", "problem", f"{where} does not answer", "Start it, or give its address.")
    return HealthResult("code server", "ok", "answers")


def _check_worker(services: Services, address: str | None) -> Iterator[HealthResult]:
    from xero_pipeline.operations.run_worker import is_there

    broker, name = plain(services.settings.broker_url), address or socket.gethostname()
    if broker is None:
        raise ConfigurationError("XERO_BROKER_URL is not set: there are no workers to ask.")
    if is_there(broker, name, seconds=SECONDS):
        yield HealthResult("worker", "ok", "answers")
    else:
        yield HealthResult("worker", "problem", f"{name} does not answer", "Start it, or give its name as --address.")


_Check = Callable[["Services", "str | None"], Iterable[HealthResult]]
PROCESSES: Mapping[str, _Check] = {
    "databases": lambda services, _: check_databases(services),
    "web": _check_page,
    "ui": _check_ui,
    "daemon": _check_daemon,
    "code": _check_code_server,
    "worker": _check_worker,
}
"""By its word how a process is looked at, given the services and its address, where that is not the usual one."""


def readiness(services: Services, process: str, address: str | None = None) -> list[HealthResult]:
    """Whether a process can do its work now.

    Args:
        process: One of `PROCESSES`.
        address: Where it is; None for where the settings say.

    Raises:
        ConfigurationError: There is no such process.
    """
    if process not in PROCESSES:
        raise ConfigurationError(f"There is no process “{process}”. Choose one of {', '.join(PROCESSES)}.")
    return list(carried(process, partial(PROCESSES[process], services, address)))
