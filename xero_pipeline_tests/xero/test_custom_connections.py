"""Custom connections at the real simulator: no person, no refresh token, one organisation per app."""

from __future__ import annotations

import pytest

from xero_pipeline.errors import ConfigurationError, OrganisationDisconnected
from xero_pipeline.simulator.apps import SimulatedApp
from xero_pipeline.sync.collections import sync_collection
from xero_pipeline.sync.outcome import Tally
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline.xero.tokens import TokenSource
from xero_pipeline_tests.xero.consenting import ROBIN, World

CUSTOM = {"client_id": "custom-1", "client_secret": "s1", "custom_connection": True}
OTHER = {"client_id": "custom-2", "client_secret": "s2", "custom_connection": True}


@pytest.fixture
def world():
    places = World()
    apps = [
        SimulatedApp("custom-1", "s1", tenant_id=places.tenants[0]),
        SimulatedApp("custom-2", "s2", tenant_id=places.tenants[2]),
        SimulatedApp("an-app", "s3cret"),
    ]
    return World(*apps)


@pytest.fixture
def home(world, tmp_path):
    with world.home(tmp_path / "home", **CUSTOM) as made:
        yield made


def test_an_app_reaches_its_one_organisation_without_a_person(home):
    (added,) = home.connect()
    assert added.tenant_id == home.world.tenants[0]
    assert home.status() == ["connected", None, None]
    assert home.read(0) == added.name


def test_its_tokens_are_renewed_for_months_without_anybody(home):
    home.connect()
    consent_id = home.consent_of(0)
    seen = {home.vault.load(consent_id).access_token}
    for days in (0.1, 1, 61, 61):
        home.world.clock.minutes(days * 24 * 60)
        assert home.read(0)
        seen.add(home.vault.load(consent_id).access_token)
    assert len(seen) == 5
    assert home.vault.load(consent_id).refresh_token is None


def test_connecting_again_leaves_one_consent_and_one_way(home):
    home.connect()
    home.connect()
    assert len(home.vault.consents()) == 1
    assert len(home.organisations.ways(home.world.tenants[0])) == 1
    assert home.read(0)


def test_disconnecting_removes_the_connection_at_xero_and_forgets_the_token(home):
    home.connect()
    token = home.tokens.access_token(home.world.tenants[0])
    assert home.disconnect(0) is True
    assert home.oauth.connections(token) == []
    assert home.vault.consents() == []
    with pytest.raises(OrganisationDisconnected):
        home.read(0)


def test_several_are_several_homes_that_fill_one_warehouse(world, tmp_path):
    warehouse = Warehouse(f"duckdb:///{tmp_path / 'books.duckdb'}")
    rows = []
    for place, app in [(0, CUSTOM), (2, OTHER)]:
        with world.home(tmp_path / app["client_id"], **app) as home, home.client() as client:
            (one,) = home.connect()
            assert one.tenant_id == world.tenants[place]
            for _ in range(2):
                sync_collection(client, warehouse, one.tenant_id, endpoint("currencies"), tally=Tally())
            rows.append(one.tenant_id)
    kept = warehouse.query("SELECT tenant_id, code, count(*) AS n FROM xero.currencies GROUP BY ALL").to_pylist()
    assert {row["tenant_id"] for row in kept} == set(rows)
    assert {row["n"] for row in kept} == {1}


def test_one_home_is_one_app_and_says_so_when_its_app_is_exchanged(home):
    home.connect()
    home.world.clock.minutes(40)
    with home.world.home(home.path, **OTHER) as other, pytest.raises(ConfigurationError, match=r"custom-1.*custom-2"):
        TokenSource(other.vault, other.oauth, other.organisations).access_token(home.world.tenants[0])


def test_a_home_that_turns_from_a_persons_consent_to_a_custom_connection_uses_the_new_one(world, tmp_path):
    with world.home(tmp_path / "home") as before:
        before.connect(ROBIN)
    world.clock.minutes(40)
    with world.home(tmp_path / "home", **CUSTOM) as home:
        home.connect()
        assert home.read(0)
        # Tokens of another app are no way to fall back on.
        assert [way.consent_id for way in home.organisations.ways(world.tenants[0])] == [home.consent_of(0)]
        with pytest.raises(ConfigurationError, match="an-app"):
            home.read(1)
