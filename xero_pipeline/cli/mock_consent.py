"""Gives the consent of mock mode, for `run` and `connect --yes`: a browser of a few lines walks a person's pages."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from xero_pipeline.container import Services

if TYPE_CHECKING:
    from xero_pipeline.xero.auth.organisations import Organisation


def connect_mock_organisations(services: Services) -> Sequence[Organisation]:
    """Walk the whole OAuth way against the simulator: address, consent page, callback, code, tokens, connections.

    Args:
        services: The wired services, in mock mode.
    """
    import httpx

    from xero_pipeline.xero.auth import consent_flow
    from xero_simulator.person import Person

    # Nobody registered a redirect URI with the simulator, so any free port will do.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    oauth = services.oauth_for(services.app(redirect_uri=f"http://localhost:{port}/xero/callback"))

    def visit(url: str) -> None:
        httpx.get(Person(services.transport).allow(url), timeout=60)

    def send(url: str) -> None:
        threading.Thread(target=visit, args=(url,), name="browser", daemon=True).start()

    return consent_flow.connect(
        oauth, services.token_store, services.organisations, announce=send, open_browser=None, timeout_seconds=60
    )
