"""In mock mode `run` gives the consent itself: a browser of a few lines walks the same pages a person would."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

from xero_pipeline.parts import Parts

if TYPE_CHECKING:
    from xero_pipeline.xero.organisations import Organisation


def connect_mock_organisations(parts: Parts) -> list[Organisation]:
    """Walk the whole OAuth way against the simulator: address, consent page, callback, code, tokens, connections.

    Args:
        parts: The wired parts, in mock mode.
    """
    from xero_pipeline.simulator.visitor import allow
    from xero_pipeline.xero import consent

    # Nobody registered a redirect URI with the simulator, so any free port will do.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    oauth = parts.oauth_for(parts.app(redirect_uri=f"http://localhost:{port}/xero/callback"))

    def visit(url: str) -> None:
        threading.Thread(target=allow, args=(url, parts.transport), daemon=True).start()

    return consent.connect(
        oauth, parts.vault, parts.organisations, announce=visit, open_browser=None, timeout_seconds=60
    )
