"""A home that is connected to a served simulator, without limits of calls: what is measured is the way."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from xero_pipeline.parts import Parts
    from xero_pipeline.xero.quota import Quota


def connected(url: str, home: Path) -> Parts:
    """Connect the simulator's organisation.

    Args:
        url: Where the simulator answers.
        home: An empty folder.
    """
    from xero_pipeline.parts import Parts
    from xero_pipeline.settings import Settings
    from xero_pipeline.simulator.person import Person
    from xero_pipeline.xero import consent

    os.environ |= {
        "XERO_MOCK_MODE": "false",
        "XERO_API_URL": url,
        "XERO_IDENTITY_URL": url,
        "XERO_LOGIN_URL": url,
        "XERO_CLIENT_ID": "benchmark",
        "XERO_ENCRYPTION_KEY": "00" * 32,
        "XERO_REDIRECT_URI": "http://localhost:8766/xero/callback",
        "XERO_PIPELINE_HOME": str(home),
    }
    parts = Parts(Settings.load(_env_file=None))

    def allow(address: str) -> None:
        threading.Thread(target=lambda: httpx.get(Person().allow(address), timeout=60), daemon=True).start()

    consent.connect(
        parts.oauth, parts.vault, parts.organisations, announce=allow, open_browser=None, timeout_seconds=60
    )
    return parts


def unlimited(parts: Parts) -> Quota:
    """A quota that never holds a call up.

    Args:
        parts: Knows the state database.
    """
    from xero_pipeline.xero.quota import Quota

    return Quota(parts.state, per_minute=10**9, per_day=10**9, app_per_minute=10**9)
