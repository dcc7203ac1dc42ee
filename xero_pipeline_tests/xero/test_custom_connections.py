"""Custom connections at the real simulator: no person, no refresh token, one organisation per app."""

from __future__ import annotations

import pytest

from xero_pipeline.errors import ConfigurationError, OrganisationDisconnected
from xero_pipeline.xero.auth.token_provider import TokenProvider
from xero_pipeline_tests.xero.consenting import CUSTOM, OTHER, ROBIN, two_custom_apps


@pytest.fixture
def world():
    return two_custom_apps()


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
    seen = {home.token_store.load(consent_id).access_token}
    for days in (0.1, 1, 61, 61):
        home.world.clock.minutes(days * 24 * 60)
        assert home.read(0)
        seen.add(home.token_store.load(consent_id).access_token)
    assert len(seen) == 5
    assert home.token_store.load(consent_id).refresh_token is None


def test_connecting_again_leaves_one_consent_and_one_way(home):
    home.connect()
    home.connect()
    assert len(home.token_store.consents()) == 1
    assert len(home.organisations.ways(home.world.tenants[0])) == 1
    assert home.read(0)


def test_disconnecting_removes_the_connection_at_xero_and_forgets_the_token(home):
    home.connect()
    token = home.tokens.access_token(home.world.tenants[0])
    assert home.disconnect(0) is True
    assert home.oauth.connections(token) == []
    assert home.token_store.consents() == []
    with pytest.raises(OrganisationDisconnected):
        home.read(0)


def test_one_home_is_one_app_and_says_so_when_its_app_is_exchanged(home):
    home.connect()
    home.world.clock.minutes(40)
    with home.world.home(home.path, **OTHER) as other, pytest.raises(ConfigurationError, match=r"custom-1.*custom-2"):
        TokenProvider(other.token_store, other.oauth, other.organisations).access_token(home.world.tenants[0])


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
