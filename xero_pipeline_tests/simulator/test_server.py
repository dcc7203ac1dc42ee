"""The simulator served over HTTP: speed, and several processes with one memory."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from xero_pipeline_tests.simulator.helpers import BASE, TinySimulator, consent, identity, invoice
from xero_simulator.config import BooksConfig
from xero_simulator.server import serve, serving
from xero_simulator.simulator import Simulator
from xero_simulator.transport import SimulatorTransport

PAGE = {"page": "1", "pageSize": "1000", "unitdp": "4"}


def line(number: int) -> dict[str, object]:
    tracking = {"TrackingCategoryID": identity(7), "Name": "Region", "Option": "North"}
    return {
        "LineItemID": identity(number), "Description": f"Work on job {number}", "UnitAmount": 12.5, "Quantity": 2,
        "LineAmount": 25, "TaxAmount": 3.75, "TaxType": "OUTPUT2", "AccountCode": "200", "Tracking": [tracking],
    }  # fmt: skip


def test_ten_thousand_invoices_a_second_go_over_http() -> None:
    simulator = TinySimulator(limits=None)
    lines = [line(number) for number in (1, 2, 3)]
    simulator.tiny.tables["Invoices"] = [invoice(number, LineItems=lines) for number in range(5_000)]
    with serving(simulator) as base, httpx.Client(headers={"Accept": "application/json"}) as client:
        client.headers["Authorization"] = f"Bearer {consent(client, base)['access_token']}"
        client.headers["xero-tenant-id"] = simulator.tiny.tenant_id
        best = 0.0
        # The best of a few rounds: other work on the machine must not decide this.
        for _ in range(4):
            started = time.perf_counter()
            for page in range(1, 6):
                answer = client.get(f"{base}/api.xro/2.0/Invoices", params={**PAGE, "page": str(page)})
                assert answer.status_code == 200
            best = max(best, 5_000 / (time.perf_counter() - started))
    assert best >= 10_000


def test_making_a_simulator_and_importing_it_is_light() -> None:
    script = (
        "import sys; from xero_simulator.simulator import Simulator\n"
        "heavy = {'jinja2', 'joserfc', 'uvicorn', 'pandas', 'duckdb', 'sqlalchemy'} & set(sys.modules)\n"
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert finished.stderr == ""
    assert finished.returncode == 0


_OTHER_PROCESS = """
import datetime as dt, sys
from pathlib import Path
from xero_simulator.config import BooksConfig
from xero_simulator.server import serve
from xero_simulator.simulator import Simulator

simulator = Simulator(BooksConfig(today=dt.date(2026, 3, 10), organisations=2), Path(sys.argv[1]))
serve(simulator, 0, lambda address: print(address, flush=True))
"""


def test_two_processes_share_consents_tokens_connections_and_limits(tmp_path: Path) -> None:
    store = tmp_path / "simulator.sqlite"
    here = TinySimulator(store_path=store)
    transport = SimulatorTransport(here)
    command = [sys.executable, "-c", _OTHER_PROCESS, str(store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None
            base = other.stdout.readline().strip()
            with httpx.Client(transport=transport) as client, httpx.Client() as far:
                # Consent here, token there, refresh here again.
                token = consent(client, BASE, transport=transport)
                form = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
                fresh = far.post(f"{base}/connect/token", data=form, auth=("an-app", "s3cret")).json()
                form["refresh_token"] = fresh["refresh_token"]
                assert client.post(f"{BASE}/connect/token", data=form, auth=("an-app", "s3cret")).status_code == 200
                bearer = {"Authorization": f"Bearer {fresh['access_token']}", "Accept": "application/json"}
                call = {**bearer, "xero-tenant-id": here.tiny.tenant_id}
                one = client.get(f"{BASE}/api.xro/2.0/Accounts", headers=call)
                two = far.get(f"{base}/api.xro/2.0/Organisation", headers=call)
                assert [one.headers["X-DayLimit-Remaining"], two.headers["X-DayLimit-Remaining"]] == ["4999", "4998"]
                rows = far.get(f"{base}/connections", headers=bearer).json()
                assert far.delete(f"{base}/connections/{rows[0]['id']}", headers=bearer).status_code == 204
                assert client.get(f"{BASE}/api.xro/2.0/Accounts", headers=call).status_code == 403
        finally:
            other.terminate()
            other.wait(timeout=20)


def test_what_a_person_allowed_is_known_after_a_restart(tmp_path: Path) -> None:
    token = consent(
        httpx.Client(transport=SimulatorTransport(first := TinySimulator(store_path=tmp_path / "s"))),
        transport=SimulatorTransport(first),
    )
    again = TinySimulator(store_path=tmp_path / "s")
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    rows = httpx.Client(transport=SimulatorTransport(again)).get(f"{BASE}/connections", headers=headers).json()
    assert len(rows) == 2


def test_books_that_follow_the_clock_grow_and_keep_what_they_had() -> None:
    now = dt.datetime(2026, 3, 30, 12, tzinfo=dt.UTC)
    clock = [now.timestamp()]
    config = BooksConfig(today=now.date(), invoices=60, months=3)
    simulator = Simulator(config, clock=lambda: clock[0], follow_clock=True)
    tenant_id = simulator.organisations()[0].tenant_id
    before = {record["InvoiceID"] for record in simulator.company(tenant_id).records("Invoices")}
    clock[0] += 20 * 86_400
    after = {record["InvoiceID"] for record in simulator.company(tenant_id).records("Invoices")}
    assert before < after
    still = Simulator(config, clock=lambda: clock[0])
    assert {record["InvoiceID"] for record in still.company(tenant_id).records("Invoices")} == before


def test_serving_on_a_taken_port_is_an_error_at_once() -> None:
    simulator = TinySimulator()
    with serving(simulator) as base:
        port = int(base.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            serve(simulator, port)
