"""How long the screens of all organisations take where there are a thousand.

Called as `python -m benchmarks.status SIMULATOR_URL HOME`, with a PostgreSQL address in XERO_WAREHOUSE_URL or, for
DuckDB, nothing there; prints one line of JSON. The simulator is not asked: the organisations are filled in in bulk.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from xero_pipeline import clock

if TYPE_CHECKING:
    from xero_pipeline.settings import Settings

ORGANISATIONS = 1_000
TIMES = 5
PORT = 3998
"""Of the page, which is served inside this process."""
NO_DAGSTER = "http://127.0.0.1:9"


def measure(home: Path, database: str | None) -> dict[str, float]:
    """Fill a home, then ask for each screen.

    Args:
        database: PostgreSQL for the warehouse and the state; without one they are files of the home.
    """
    from xero_pipeline.container import Services
    from xero_pipeline.settings import Settings
    from xero_pipeline_tests.many_organisations import fill

    ours = {"PIPELINE_HOME": str(home), "WAREHOUSE_URL": database or "", "STATE_URL": database or ""}
    os.environ.update({f"XERO_{name}": value for name, value in ours.items()})
    settings = Settings.load(_env_file=None)
    services = Services(settings)
    fill(services, ORGANISATIONS, clock.now())
    services.close()
    command = [sys.executable, "-m", "xero_pipeline", "status"]
    found = {"organisations": float(ORGANISATIONS)}
    found |= {
        " ".join(("status", *more)): seconds(lambda more=more: _run(*command, *more)) for more in ((), ("--json",))
    }
    return found | _of_page(settings)


def _of_page(settings: Settings) -> dict[str, float]:
    from xero_pipeline.web.address import Address
    from xero_pipeline.web.app_context import open_context
    from xero_pipeline.web.server import serving

    with (
        open_context(settings, Address("127.0.0.1", PORT, None), NO_DAGSTER) as context,
        serving(context),
        httpx.Client(base_url=f"http://localhost:{PORT}", timeout=60, trust_env=False) as browser,
    ):
        return {
            name: seconds(lambda path=path: browser.get(path).raise_for_status())
            for name, path in (("web page", "/"), ("/api/status", "/api/status"), ("/metrics", "/metrics"))
        }


def seconds(work: Callable[[], object]) -> float:
    """How long something takes; the shortest of some times, for other programs take their share of the others."""
    taken: list[float] = []
    for _ in range(TIMES):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[2]), os.environ.get("XERO_WAREHOUSE_URL"))))
