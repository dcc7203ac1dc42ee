"""A served simulator and a home that is connected to it, without limits of calls: what is measured is the way."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from xero_pipeline.container import Services
    from xero_pipeline.xero.quota.limiter import Quota


@contextmanager
def simulator(invoices: int, *more: str) -> Iterator[str]:
    """A simulator with limits off in another process.

    Args:
        invoices: Of each of its organisations.
        more: Other options of its command.
    """
    command = [sys.executable, "-m", "xero_pipeline", "simulator", "serve", "--port", "0", "--no-limits"]
    with subprocess.Popen([*command, "--invoices", str(invoices), *more], stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            found = re.search(r"http://\S+", process.stderr.readline())
            assert found, "the simulator did not start"
            yield found[0]
        finally:
            process.terminate()


def connected(url: str, home: Path, **settings: object) -> Services:
    """Connect the simulator's organisation.

    Args:
        **settings: Other fields of the settings, by name.
    """
    from xero_pipeline.container import Services
    from xero_pipeline.settings import Settings
    from xero_pipeline.xero.auth import consent_flow
    from xero_simulator.person import Person

    ours = {
        "mock_mode": False,
        "api_url": url,
        "identity_url": url,
        "login_url": url,
        "client_id": "benchmark",
        "encryption_key": "00" * 32,
        "redirect_uri": f"http://localhost:{_free_port()}/xero/callback",
        "pipeline_home": home,
    }
    services = Services(Settings.load(_env_file=None, **ours, **settings))

    def allow(address: str) -> None:
        threading.Thread(target=lambda: httpx.get(Person().allow(address), timeout=60), daemon=True).start()

    consent_flow.connect(
        services.oauth,
        services.token_store,
        services.organisations,
        announce=allow,
        open_browser=None,
        timeout_seconds=60,
    )
    return services


def _free_port() -> int:
    with socket.create_server(("localhost", 0)) as listener:
        return listener.getsockname()[1]


def unlimited(services: Services) -> Quota:
    """A quota that never holds a call up.

    Args:
        services: Knows the state database.
    """
    from xero_pipeline.xero.quota.limiter import Quota

    return Quota(services.state, per_minute=10**9, per_day=10**9, app_per_minute=10**9)
