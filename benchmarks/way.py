"""The way of a record: our files and functions from Xero's answer to the row, and from the row to a page.

Called as `python -m benchmarks.way SIMULATOR_URL HOME`; prints one line of JSON. With `--list` it prints the functions.

What happens once a process (imports, caches, making the tables) is not on the way: a sync into another warehouse and a
first look at the page come before the one that is counted. Counted are functions of `xero_pipeline` by their names;
lambdas, comprehensions and what a dataclass makes by itself are part of the function they stand in.
"""

from __future__ import annotations

import json
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

import xero_pipeline
from benchmarks.connected import connected, unlimited

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from xero_pipeline.container import Services
    from xero_pipeline.warehouse.store import Warehouse

PACKAGE = Path(xero_pipeline.__file__).parent
PORT = 3999
"""Of the page, which is asked inside this process."""


class Way:
    """The functions of ours that run, in whichever thread, while it is open."""

    def __init__(self) -> None:
        self.functions: set[tuple[str, str]] = set()
        self.counting = False

    def note(self, frame: FrameType, event: str, _: object) -> None:
        """Called by Python: of a function that was entered before the counting began its end tells."""
        code = frame.f_code
        if self.counting and event in ("call", "return") and not code.co_name.startswith("<"):
            self.functions.add((code.co_filename, code.co_qualname))

    @contextmanager
    def open(self) -> Iterator[None]:
        """Watch; nothing is counted until `counting` is set."""
        threading.setprofile(self.note)
        sys.setprofile(self.note)
        try:
            yield
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
            self.counting = False

    @property
    def ours(self) -> list[str]:
        """What ran of ours, as `file function`."""
        at = {(Path(name), function) for name, function in self.functions}
        return sorted(f"{path.relative_to(PACKAGE)} {name}" for path, name in at if path.is_relative_to(PACKAGE))

    @property
    def size(self) -> dict[str, int]:
        """How many files and functions that is."""
        return {"files": len({one.split(" ")[0] for one in self.ours}), "functions": len(self.ours)}


class Watched(httpx.HTTPTransport):
    """The network; the counting of a way begins with the first answer that comes."""

    way: Way | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """An answer's head is here, its body is yet to be read."""
        response = super().handle_request(request)
        if self.way is not None:
            self.way.counting = True
        return response


def measure(url: str, home: Path) -> dict[str, Any]:
    """Sync the invoices, then look at what customers owe.

    Returns:
        records, pages, and per stretch (question to row, answer to row, row to page) files, functions, and their list.
    """
    from xero_pipeline.sync.result import CallStats
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.http.client import XeroClient

    services, network = connected(url, home), Watched()
    tenant_id = services.organisations.list()[0].tenant_id
    tally, asked, answered, records = CallStats(), Way(), Way(), 0
    with XeroClient(
        api_url=url, tokens=services.tokens, quota=unlimited(services), transport=network, on_call=tally.add
    ) as client:
        ways = (None, asked, answered)
        for number, way in enumerate(ways):
            warehouse = services.warehouse if way is answered else Warehouse(f"duckdb:///{home}/{number}.duckdb")
            warehouse.prepare()
            network.way = way
            with warehouse.kept_open():  # as in every sync
                records = _sync(client, warehouse, tenant_id, way, tally, from_answer=way is answered)
            network.way = None
    pages = tally.calls // len(ways)
    shown = _show(services, tenant_id)
    stretches = {"question to row": asked, "answer to row": answered, "row to page": shown}
    return {"records": records, "pages": pages} | {
        name: way.size | {"list": way.ours} for name, way in stretches.items()
    }


def _sync(client: Any, warehouse: Warehouse, tenant_id: str, way: Way | None, tally: Any, *, from_answer: bool) -> int:
    from xero_pipeline.sync.incremental_sync import sync_collection
    from xero_pipeline.xero.endpoints import endpoint

    if way is None:
        return sync_collection(client, warehouse, tenant_id, endpoint("invoices"), tally=tally).records
    with way.open():
        way.counting = not from_answer
        return sync_collection(client, warehouse, tenant_id, endpoint("invoices"), tally=tally).records


def _show(services: Services, tenant_id: str) -> Way:
    """The page of an organisation's figures, asked for twice: the second time there are other months to show."""
    import dagster as dg
    from starlette.testclient import TestClient

    from xero_pipeline.web.address import Address
    from xero_pipeline.web.app import make_app
    from xero_pipeline.web.app_context import AppContext

    way = Way()
    with dg.DagsterInstance.ephemeral() as instance:
        context = AppContext(services, instance, Address("127.0.0.1", PORT, None), "http://127.0.0.1:9")
        context.warm()
        for months, watched in ((12, Way()), (24, way)):
            with watched.open(), TestClient(make_app(context), base_url=f"http://localhost:{PORT}") as browser:
                watched.counting = True
                answer = browser.get(f"/books/{tenant_id}?months={months}")
                watched.counting = False
            if answer.status_code != httpx.codes.OK or "owe" not in answer.text:
                raise SystemExit(f"the page answers {answer.status_code}: {answer.text[:2000]}")
        context.close()
    return way


if __name__ == "__main__":
    found = measure(sys.argv[1], Path(sys.argv[2]))
    if "--list" in sys.argv:
        for name, stretch in found.items():
            print(name, *(stretch["list"] if isinstance(stretch, dict) else [stretch]), sep="\n  ")
    for stretch in found.values():
        if isinstance(stretch, dict):
            del stretch["list"]
    print(json.dumps(found))
