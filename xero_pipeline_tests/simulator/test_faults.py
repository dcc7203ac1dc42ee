"""Every fault, in the process and over real HTTP alike."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

import httpx
import pytest

from xero_pipeline_tests.simulator.helpers import BASE, REDIRECT, Clock, TinySimulator, consent, identity, wire
from xero_simulator.faults.catalogue import Fault, FaultKind, Faults
from xero_simulator.faults.unknown_content import plant
from xero_simulator.server import serving
from xero_simulator.transport import SimulatorTransport


@dataclass
class Line:
    """A client that is let in, on one of the two ways to the simulator."""

    simulator: TinySimulator
    client: httpx.Client
    base: str
    refresh_token: str
    waited: list[float]

    def get(self, path: str = "Accounts", **given: object) -> httpx.Response:
        return self.client.get(f"{self.base}/api.xro/2.0/{path}", **given)  # pyright: ignore[reportArgumentType]

    def refresh(self, token: str) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return self.client.post(f"{self.base}/connect/token", data=form, auth=("an-app", "s3cret"))


@pytest.fixture(scope="module", params=["in process", "over HTTP"])
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    waited: list[float] = []
    simulator = TinySimulator(clock=Clock(), limits=None, controllable=True, sleep=waited.append)
    simulator.tiny.tables["Accounts"] = [
        {"AccountID": identity(n), "Status": "ACTIVE", "UpdatedDateUTC": wire(dt.date(2026, 1, n))} for n in (1, 2, 3)
    ]
    if request.param == "in process":
        yield _line(simulator, BASE, SimulatorTransport(simulator), waited)
    else:
        with serving(simulator) as base, httpx.HTTPTransport() as transport:
            yield _line(simulator, base, transport, waited)


def _line(simulator: TinySimulator, base: str, transport: httpx.BaseTransport, waited: list[float]) -> Line:
    client = httpx.Client(transport=transport, headers={"Accept": "application/json"}, timeout=20)
    token = consent(client, base, transport=transport)
    client.headers["Authorization"] = f"Bearer {token['access_token']}"
    client.headers["xero-tenant-id"] = simulator.tiny.tenant_id
    return Line(simulator, client, base, token["refresh_token"], waited)


@pytest.fixture(autouse=True)
def _calm(request: pytest.FixtureRequest) -> None:
    if "line" in request.fixturenames:
        request.getfixturevalue("line").simulator.faults.clear()


@pytest.mark.parametrize(
    ("kind", "problem", "retry_after"),
    [
        ("minute_limit", "minute", range(1, 61)),
        ("day_limit", "day", range(3600, 86_401)),
        ("concurrent_limit", "concurrent", None),
        ("app_limit", "appminute", range(1, 61)),
    ],
)
def test_each_limit_can_be_hit(line: Line, kind: FaultKind, problem: str, retry_after: range | None) -> None:
    line.simulator.faults.add(Fault(kind))
    answer = line.get()
    assert answer.status_code == 429
    assert answer.headers["X-Rate-Limit-Problem"] == problem
    if retry_after is None:
        assert "Retry-After" not in answer.headers
    else:
        assert int(answer.headers["Retry-After"]) in retry_after
    assert line.get().status_code == 200


@pytest.mark.parametrize(
    ("kind", "status", "content_type"),
    [
        ("server_error", 500, "application/json"),
        ("unavailable", 503, "text/plain"),
        ("gateway", 502, "text/html"),
        ("expired_token", 401, "application/json"),
        ("revoked_token", 401, "application/json"),
        ("disconnected", 403, "application/json"),
    ],
)
def test_each_refusal_comes_once_and_the_next_call_goes_well(
    line: Line, kind: FaultKind, status: int, content_type: str
) -> None:
    line.simulator.faults.add(Fault(kind))
    answer = line.get()
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith(content_type)
    assert line.get().status_code == 200


def test_an_expired_token_says_so_in_xeros_words(line: Line) -> None:
    line.simulator.faults.add(Fault("expired_token"))
    assert line.get().json()["Detail"] == "TokenExpired: token expired at 01/01/2001 00:00:00"


@pytest.mark.parametrize("kind", ["dropped", "lost_answer"])
def test_a_broken_connection_is_a_protocol_error(line: Line, kind: FaultKind) -> None:
    line.simulator.faults.add(Fault(kind))
    with pytest.raises(httpx.RemoteProtocolError):
        line.get()
    assert line.get().status_code == 200


@pytest.mark.parametrize("kind", ["truncated", "invalid_json"])
def test_a_spoilt_body_comes_with_200_and_is_no_json(line: Line, kind: FaultKind) -> None:
    line.simulator.faults.add(Fault(kind))
    answer = line.get()
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_a_lost_refresh_answer_has_rotated_the_token_and_may_be_asked_for_again(line: Line) -> None:
    first = line.refresh(line.refresh_token).json()["refresh_token"]
    line.simulator.faults.add(Fault("lost_answer", path="connect/token"))
    with pytest.raises(httpx.RemoteProtocolError):
        line.refresh(first)
    again = line.refresh(first)
    assert again.status_code == 200
    line.refresh_token = again.json()["refresh_token"]
    assert line.refresh(line.refresh_token).status_code == 200
    assert line.refresh(first).json() == {"error": "invalid_grant"}
    line.refresh_token = consent_token(line)


def consent_token(line: Line) -> str:
    return consent(line.client, line.base, transport=line.client._transport)["refresh_token"]


def test_a_slow_answer_waits_and_arrives(line: Line) -> None:
    line.simulator.faults.add(Fault("slow", path="Accounts", seconds=7))
    before = len(line.waited)
    assert line.get("Items").status_code == 200
    assert line.get().status_code == 200
    assert line.waited[before:] == [7]


def test_unknown_fields_come_with_every_record(line: Line) -> None:
    line.simulator.faults.add(Fault("new_fields", path="Accounts"))
    records = line.get().json()["Accounts"]
    assert [record["SimulatedObject"] for record in records] == [{"Amounts": [1.5, None]}] * 3
    assert records[0]["AccountID"] == identity(1)


def test_an_unknown_value_comes_with_the_first_record(line: Line) -> None:
    line.simulator.faults.add(Fault("new_enum"))
    statuses = [record["Status"] for record in line.get().json()["Accounts"]]
    assert statuses == ["SIMULATED_NEW_VALUE", "ACTIVE", "ACTIVE"]


def test_the_first_record_has_a_value_of_a_wrong_type_or_lacks_a_field(line: Line) -> None:
    line.simulator.faults.add(Fault("wrong_type"), Fault("missing_field", field="AccountID"))
    wrong, missing = line.get().json()["Accounts"], line.get().json()["Accounts"]
    assert [isinstance(record["Status"], dict) for record in wrong] == [True, False, False]
    assert ["AccountID" in record for record in missing] == [False, True, True]
    assert line.get().json()["Accounts"][0]["AccountID"] == wrong[0]["AccountID"], "it passes"


def test_unknown_fields_come_inside_of_objects_and_lists() -> None:
    body = json.dumps({"Invoices": [{"Total": 1, "Contact": {"Name": "a"}, "LineItems": [{"Quantity": 2}, {}]}]})
    (record,) = json.loads(plant(body.encode(), Fault("new_nested_fields")))["Invoices"]
    assert set(record) == {"Total", "Contact", "LineItems"}
    assert [inner["SimulatedText"] for inner in (record["Contact"], *record["LineItems"])] == ["new"] * 3


def test_a_fault_waits_for_its_path_its_query_and_its_turn(line: Line) -> None:
    line.simulator.faults.add(Fault("server_error", path="accounts", query="page=2", after=1, times=2))
    assert line.get("Items", params={"page": "2"}).status_code == 200
    assert line.get(params={"page": "1"}).status_code == 200
    statuses = [line.get(params={"page": "2"}).status_code for _ in range(4)]
    assert statuses == [200, 500, 500, 200]
    assert line.simulator.faults.pending() == []


def test_a_path_means_whole_segments_and_a_tenant_its_own_calls(line: Line) -> None:
    line.simulator.faults.add(
        Fault("server_error", path="Account", times=None),
        Fault("server_error", path="Accounts", tenant_id=identity(9), times=None),
    )
    assert line.get().status_code == 200


def test_a_fault_without_end_strikes_until_it_is_cleared(line: Line) -> None:
    line.simulator.faults.add(Fault("unavailable", times=None))
    assert {line.get().status_code for _ in range(5)} == {503}
    line.simulator.faults.clear()
    assert line.get().status_code == 200


def test_faults_can_be_set_seen_and_cleared_over_http(line: Line) -> None:
    control = f"{line.base}/simulator/faults"
    answer = line.client.post(control, json=[{"kind": "server_error", "path": "Accounts", "times": 2}])
    assert answer.json()[0]["kind"] == "server_error"
    assert line.get().status_code == 500
    assert len(line.client.get(control).json()) == 1
    assert line.client.delete(control).json() == []
    assert line.get().status_code == 200


@pytest.mark.parametrize("body", ['{"kind": "nothing"}', '{"path": "x"}', '{"kind": "slow", "x": 1}', "[", "7"])
def test_a_fault_that_is_none_is_refused_over_http(line: Line, body: str) -> None:
    answer = line.client.post(f"{line.base}/simulator/faults", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_the_control_endpoint_is_closed_unless_it_was_opened() -> None:
    client = httpx.Client(transport=SimulatorTransport(TinySimulator(clock=Clock())), base_url=BASE)
    assert client.post("/simulator/faults", json={"kind": "dropped"}).status_code == 404


def test_an_answer_slower_than_the_clients_patience_is_a_timeout_without_waiting() -> None:
    waited: list[float] = []
    simulator = TinySimulator(clock=Clock(), limits=None, sleep=waited.append)
    simulator.faults.add(Fault("slow", seconds=40), Fault("slow", seconds=3))
    client = httpx.Client(transport=SimulatorTransport(simulator), base_url=BASE, timeout=30)
    with pytest.raises(httpx.ReadTimeout):
        client.get("/connections")
    assert waited == []
    assert client.get("/connections").status_code == 401
    assert waited == [3]


def test_a_refresh_the_client_gave_up_on_was_done_all_the_same() -> None:
    simulator = TinySimulator(clock=Clock(), limits=None)
    transport = SimulatorTransport(simulator)
    client = httpx.Client(transport=transport, base_url=BASE, timeout=5)
    token = consent(client, transport=transport)["refresh_token"]
    simulator.faults.add(Fault("slow", path="connect/token", seconds=60))
    form = {"grant_type": "refresh_token", "refresh_token": token, "redirect_uri": REDIRECT}
    with pytest.raises(httpx.ReadTimeout):
        client.post("/connect/token", data=form, auth=("an-app", "s3cret"))
    rows = simulator._app().identity._grants._store.read("SELECT replaced FROM refresh_tokens ORDER BY rowid")
    assert [row["replaced"] is None for row in rows] == [False, True]


@pytest.mark.parametrize("kind", get_args(FaultKind))
def test_every_kind_can_be_made(kind: FaultKind) -> None:
    assert Faults().add(Fault(kind)).pending() == [Fault(kind)]


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="There is no fault"):
        Fault("explosion")  # pyright: ignore[reportArgumentType]
