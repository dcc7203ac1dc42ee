"""What every driver does: reads its task from the environment, and prints a line of JSON on what its load took.

Runs with a peer's Python, which knows none of our packages. All peers call through `requests`.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import requests

URL = os.environ["PEER_URL"]
API_URL = f"{URL}/api.xro/2.0"
ACCESS_TOKEN = os.environ["PEER_ACCESS_TOKEN"]
TENANT_ID = os.environ["PEER_TENANT_ID"]
DATABASE = os.environ["PEER_DATABASE"]
"""The DuckDB file to make."""
PAGE_SIZE = 1000
"""The most Xero gives."""


def measure(load: Callable[[], None]) -> None:
    """Run a load and print calls, bytes on the wire, seconds, and CPU-seconds with those of its children."""
    tally = {"calls": 0, "wire_bytes": 0}
    _count(tally)
    started, worked = time.perf_counter(), _cpu()
    load()
    found = {"seconds": time.perf_counter() - started, "cpu": _cpu() - worked, **tally}
    print(json.dumps(found), file=sys.__stdout__, flush=True)


def _count(tally: dict[str, int]) -> None:
    """Add every call and what its answer was on the wire, compressed as it came."""
    send = requests.Session.send

    def counted(session: requests.Session, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        response = send(session, request, **how)
        _ = response.content
        tally["calls"] += 1
        tally["wire_bytes"] += response.raw.tell()
        return response

    requests.Session.send = counted


def _cpu() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)
