"""Two people at the simulated Xero: what one allows, removes or revokes is not the other's."""

from __future__ import annotations

import sqlite3

import pytest

from xero_pipeline_tests.simulator.helpers import BASE, authorize_address
from xero_pipeline_tests.simulator.identity.desk import SCOPES, Desk, error_of
from xero_simulator.person import Person
from xero_simulator.store import Store

ROBIN, KIM = "Robin Keeper", "Kim Ledger"
OLDER = """
CREATE TABLE grants (
    id TEXT PRIMARY KEY, client_id TEXT NOT NULL, event_id TEXT NOT NULL, scopes TEXT NOT NULL,
    granted REAL NOT NULL, public INTEGER NOT NULL DEFAULT 0, revoked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE connections (
    id TEXT PRIMARY KEY, client_id TEXT NOT NULL, tenant_id TEXT NOT NULL, event_id TEXT NOT NULL,
    created REAL NOT NULL, updated REAL NOT NULL, UNIQUE (client_id, tenant_id));
INSERT INTO grants VALUES ('g', 'an-app', 'e', 'openid', 1.0, 0, 0);
INSERT INTO connections VALUES ('c', 'an-app', 't', 'e', 1.0, 2.0);
"""


@pytest.fixture
def desk() -> Desk:
    return Desk()


def tokens(desk: Desk, name: str) -> dict[str, str]:
    desk.person = Person(desk.transport, name)
    return desk.exchange(desk.code(SCOPES)).json()


def test_the_page_says_who_is_signed_in_and_lets_one_be_somebody_else(desk: Desk) -> None:
    page = desk.client.get(authorize_address(BASE)).text
    assert page.index(ROBIN) < page.index(KIM)


def test_each_has_connections_of_their_own_to_the_same_organisation(desk: Desk) -> None:
    robin, kim = tokens(desk, ROBIN), tokens(desk, KIM)
    theirs = [desk.connections(one["access_token"]).json() for one in (robin, kim)]
    assert [row["tenantId"] for row in theirs[0]] == [row["tenantId"] for row in theirs[1]]
    assert {row["id"] for row in theirs[0]}.isdisjoint({row["id"] for row in theirs[1]})
    header = {"Authorization": f"Bearer {kim['access_token']}"}
    assert desk.client.delete(f"/connections/{theirs[0][0]['id']}", headers=header).status_code == 404
    assert desk.client.delete(f"/connections/{theirs[1][0]['id']}", headers=header).status_code == 204
    assert desk.connections(robin["access_token"]).json() == theirs[0]


def test_who_revokes_leaves_the_other_in(desk: Desk) -> None:
    robin, kim = tokens(desk, ROBIN), tokens(desk, KIM)
    desk.client.post("/connect/revocation", data={"token": kim["refresh_token"]}, auth=("an-app", "s3cret"))
    assert error_of(desk.refresh(kim["refresh_token"])) == "invalid_grant"
    assert desk.connections(kim["access_token"]).status_code == 401
    assert desk.refresh(robin["refresh_token"]).status_code == 200
    assert desk.connections(robin["access_token"]).json()


def test_a_store_from_before_there_were_several_people_belongs_to_the_first(tmp_path) -> None:
    with sqlite3.connect(tmp_path / "store") as database:
        database.executescript(OLDER)
    database.close()
    store = Store(tmp_path / "store")
    first = "7a1c1f1e-43a5-5d51-9d1c-6a0f5f2d9b10"
    (grant,), (connection,) = store.read("SELECT * FROM grants"), store.read("SELECT * FROM connections")
    assert (grant["id"], grant["user_id"]) == ("g", first)
    assert {**dict(connection)} == {
        "id": "c", "client_id": "an-app", "tenant_id": "t", "event_id": "e", "created": 1.0, "updated": 2.0,
        "user_id": first,
    }  # fmt: skip
    store.close()
    assert len(Store(tmp_path / "store").read("SELECT * FROM connections")) == 1
