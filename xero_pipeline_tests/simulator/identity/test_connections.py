"""What the simulated access tokens open: connections, the API, the person."""

from __future__ import annotations

import pytest

from xero_pipeline_tests.simulator.helpers import (
    API,
    BASE,
    consent,
    let_in,
)
from xero_pipeline_tests.simulator.identity.desk import Desk, error_of
from xero_simulator.simulator import Simulator


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_connections_look_as_xero_shows_them(desk: Desk) -> None:
    token = consent(desk.client, transport=desk.transport)["access_token"]
    answer = desk.connections(token)
    row = answer.json()[0]
    assert list(row) == [
        "id", "authEventId", "tenantId", "tenantType", "tenantName", "createdDateUtc", "updatedDateUtc",
    ]  # fmt: skip
    assert row["createdDateUtc"] == "2026-03-10T12:00:00.0000000"
    assert row["tenantType"] == "ORGANISATION"
    assert row["tenantName"] == desk.simulator.organisations()[0].name
    assert "x-appminlimit-remaining" in answer.headers
    assert "x-minlimit-remaining" not in answer.headers


def test_connecting_again_keeps_the_connection_and_names_the_new_consent(desk: Desk) -> None:
    token = consent(desk.client, transport=desk.transport)["access_token"]
    before = desk.connections(token).json()
    desk.clock.now += 3600
    first = desk.simulator.organisations()[0]
    token = consent(desk.client, organisations=[first.name], transport=desk.transport)["access_token"]
    after = desk.connections(token).json()
    assert [row["id"] for row in after] == [row["id"] for row in before]
    assert after[0]["createdDateUtc"] < after[0]["updatedDateUtc"]
    event = after[0]["authEventId"]
    assert [row["tenantId"] for row in desk.connections(token, authEventId=event).json()] == [first.tenant_id]


def test_a_removed_connection_is_gone_and_its_data_closed(desk: Desk) -> None:
    client = let_in(desk.simulator)
    rows = client.get(f"{BASE}/connections").json()
    assert client.delete(f"{BASE}/connections/{rows[0]['id']}").status_code == 204
    assert client.delete(f"{BASE}/connections/{rows[0]['id']}").status_code == 404
    assert client.delete(f"{BASE}/connections/{rows[1]['tenantId']}").status_code == 404
    assert len(client.get(f"{BASE}/connections").json()) == 1
    assert client.get("/Invoices").status_code == 403


def test_a_custom_connection_gets_one_organisation_and_no_refresh_token(desk: Desk) -> None:
    form = {"grant_type": "client_credentials", "scope": "accounting.invoices.read"}
    body = desk.client.post("/connect/token", data=form, auth=("custom", "s3cret")).json()
    assert set(body) == {"access_token", "expires_in", "token_type", "scope"}
    assert len(desk.connections(body["access_token"]).json()) == 1
    form["scope"] = "accounting.journals.read"
    assert error_of(desk.client.post("/connect/token", data=form, auth=("custom", "s3cret"))) == "invalid_scope"
    assert error_of(desk.client.post("/connect/token", data={**form, "client_id": "custom"})) == "invalid_client"


def test_an_expired_access_token_says_when_it_expired(desk: Desk) -> None:
    client = let_in(desk.simulator)
    desk.clock.now += 1799
    assert client.get("/Invoices").status_code == 200
    desk.clock.now += 1
    answer = client.get("/Invoices")
    assert answer.status_code == 401
    assert answer.json()["Title"] == "Unauthorized"
    assert answer.json()["Detail"] == "TokenExpired: token expired at 03/10/2026 12:30:00"


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer x.y.z", "Basic eA==", "Bearer ünsigned"])
def test_a_token_that_is_none_is_unsuccessful(desk: Desk, token: str) -> None:
    headers = {"Authorization": token.encode("latin-1")}
    answer = desk.client.get(f"{API}/Invoices", headers=headers)
    assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthenticationUnsuccessful")


def test_a_token_of_another_xero_or_an_id_token_is_unsuccessful(desk: Desk) -> None:
    foreign = let_in(Simulator(desk.simulator.config, clock=desk.clock)).headers["Authorization"]
    own_id_token = f"Bearer {desk.exchange(desk.code()).json()['id_token']}"
    for header in (foreign, own_id_token):
        answer = desk.client.get(f"{API}/Invoices", headers={"Authorization": header})
        assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthenticationUnsuccessful")


def test_the_person_behind_the_token_can_be_asked_for(desk: Desk) -> None:
    token = desk.exchange(desk.code()).json()["access_token"]
    person = desk.client.get("/connect/userinfo", headers={"Authorization": f"Bearer {token}"}).json()
    assert person["email"].endswith("@example.com")
