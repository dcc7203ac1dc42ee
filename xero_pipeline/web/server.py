"""Serves the page."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.extras import require_extra
from xero_pipeline.web.address import Address
from xero_pipeline.web.app import make_app
from xero_pipeline.web.app_context import AppContext, open_context, require_password

if TYPE_CHECKING:
    import uvicorn

    from xero_pipeline.settings import Settings

PORTS_TRIED = 10
"""How many ports above the usual one are tried when nobody said which."""
HIGHEST_PORT = 65535


def address_of(settings: Settings, host: str | None = None, port: int | None = None, *, not_at: int = 0) -> Address:
    """Where the page will listen.

    Args:
        not_at: A port that somebody else will have.

    Raises:
        ConfigurationError: Beyond this machine without a password; or somebody listens there already; or the extra
            `web` is not installed.
    """
    require_extra("web", "The web page")
    chosen = Address(host or settings.web_host, port or settings.web_port, settings.web_url)
    require_password(settings, chosen)
    asked_for = port is not None or "web_port" in settings.model_fields_set
    others = () if asked_for else range(chosen.port + 1, chosen.port + PORTS_TRIED)
    for number in (chosen.port, *others):
        address = Address(chosen.host, number, chosen.public)
        if number != not_at and _why_not(address) is None:
            return address
    raise _taken(chosen, _why_not(chosen) or "Dagster's UI will be there", not_at)


def free_above(host: str, port: int, *, not_at: int = 0) -> int | None:
    """The next port where somebody can listen.

    Args:
        port: One that is taken.
        not_at: A port that somebody else will have.

    Returns:
        None where none of those tried is free.
    """
    tried = range(port + 1, min(port + PORTS_TRIED * 10, HIGHEST_PORT) + 1)
    return next((one for one in tried if one != not_at and _why_not(Address(host, one)) is None), None)


def serve(
    settings: Settings,
    address: Address,
    *,
    dagster_ui: str | None = None,
    ready: Callable[[], None] | None = None,
) -> None:
    """Serve until the process is asked to stop.

    Args:
        address: From `address_of`.
        ready: Called once connections are accepted.

    Raises:
        ConfigurationError: A setting is missing or wrong, or somebody listens there already.
    """
    with (
        open_context(settings, address, (dagster_ui or settings.dagster_ui).rstrip("/")) as context,
        _bound(address) as listener,
    ):
        server = _server(context)
        if ready is not None:
            # The listener accepts connections already; uvicorn takes them up a moment later.
            ready()
        server.run(sockets=[listener])


@contextmanager
def serving(context: AppContext) -> Generator[None]:
    """Serve in a thread while the block runs.

    Args:
        context: The services behind the page.
    """
    with _bound(context.address) as listener:
        server = _server(context)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="web page", daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def _bound(address: Address) -> Generator[socket.socket]:
    try:
        listener = _listener(address)
    except OSError as error:
        raise _taken(address, error.strerror or str(error)) from None
    try:
        yield listener
    finally:
        listener.close()


def _why_not(address: Address) -> str | None:
    """Why nobody can listen there; None when one can."""
    try:
        _listener(address).close()
    except OSError as error:
        return error.strerror or str(error)
    return None


def _taken(address: Address, why: str, not_at: int = 0) -> ConfigurationError:
    free = free_above(address.host, address.port, not_at=not_at)
    return ConfigurationError(
        f"The web page cannot listen on {address.host}:{address.port}: {why}. Stop what is there, or set XERO_WEB_PORT "
        f"(--port) to another port{f', such as {free}' if free else ''}."
    )


def _listener(address: Address) -> socket.socket:
    host = "127.0.0.1" if address.host == "localhost" else address.host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, address.port), family=family)


def _server(context: AppContext) -> uvicorn.Server:
    import uvicorn

    # No access log: the address of a consent's answer holds its code.
    config = uvicorn.Config(
        make_app(context),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)
