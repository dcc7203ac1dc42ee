"""Two people connect overlapping organisations: each is one organisation, and goes on as long as one lets it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from xero_pipeline.errors import NeedsReconsent, OrganisationDisconnected
from xero_pipeline_tests.xero.consenting import KIM, ROBIN, World
from xero_simulator.faults.catalogue import Fault


@pytest.fixture
def world():
    return World()


@pytest.fixture
def home(world, tmp_path):
    with world.home(tmp_path / "home") as made:
        yield made


def both(home):
    """Robin connects the first two organisations, Kim the last two: the middle one is open to both."""
    home.connect(ROBIN, 0, 1)
    robin = home.consent_of(0)
    home.world.clock.minutes(1)
    home.connect(KIM, 1, 2)
    return robin, home.consent_of(2)


def test_an_organisation_that_two_people_connected_is_one_organisation(home):
    robin, kim = both(home)
    assert robin != kim
    assert len(home.organisations.list()) == 3
    assert [home.consent_of(place) for place in range(3)] == [robin, kim, kim]
    assert {way.consent_id for way in home.organisations.ways(home.world.tenants[1])} == {robin, kim}
    names = [one.name for one in home.world.simulator.organisations()]
    assert [home.read(place) for place in range(3)] == names


@pytest.mark.parametrize("minutes", [0, 40])
def test_when_the_consent_in_use_is_revoked_the_other_goes_on_within_the_same_call(home, minutes):
    robin, kim = both(home)
    home.revoke_at_xero(kim)
    home.world.clock.minutes(minutes)
    assert home.read(1)
    assert home.consent_of(1) == robin
    with pytest.raises(NeedsReconsent, match="xero-pipeline connect"):
        home.read(2)
    assert home.status() == ["connected", "connected", "needs re-consent"]


def test_when_the_consent_in_reserve_is_revoked_nobody_notices_but_its_own_organisation(home):
    robin, kim = both(home)
    home.revoke_at_xero(robin)
    assert home.read(1)
    assert home.consent_of(1) == kim
    with pytest.raises(NeedsReconsent):
        home.read(0)
    home.connect(ROBIN, 0, 1)
    assert home.status() == ["connected"] * 3


def test_a_consent_that_dies_of_age_gives_way_too_and_its_tokens_are_forgotten(home):
    robin, _ = both(home)
    for _ in range(3):
        home.world.clock.minutes(25 * 24 * 60)
        home.tokens.of_consent(robin)
    assert home.read(1)
    assert home.consent_of(1) == robin
    # Kim's consent still says that the last organisation needs a new one.
    with pytest.raises(NeedsReconsent):
        home.read(2)
    home.disconnect(2)
    assert [one.consent_id for one in home.token_store.consents()] == [robin]


def test_a_consent_in_reserve_is_kept_alive_by_the_one_in_use(home):
    robin, kim = both(home)
    for _ in range(10):
        home.world.clock.minutes(10 * 24 * 60)
        assert home.read(1)
        assert home.consent_of(1) == kim
    home.revoke_at_xero(kim)
    assert home.read(1)
    assert home.consent_of(1) == robin


def test_a_reserve_that_cannot_be_renewed_disturbs_nobody(home):
    robin, kim = both(home)
    home.revoke_at_xero(robin)
    home.world.clock.minutes(10 * 24 * 60)
    assert home.read(1)
    assert home.status() == ["needs re-consent", "connected", "connected"]
    assert [way.consent_id for way in home.organisations.ways(home.world.tenants[1])] == [kim]


def test_when_both_are_gone_the_organisation_needs_a_person_and_is_told_so_once(home):
    robin, kim = both(home)
    home.revoke_at_xero(robin)
    home.revoke_at_xero(kim)
    home.world.clock.minutes(40)
    with pytest.raises(NeedsReconsent):
        home.read(1)
    assert home.status()[1] == "needs re-consent"
    home.connect(KIM, 1)
    assert home.read(1)


@pytest.mark.parametrize("look", [lambda home: home.read(1), lambda home: home.check()], ids=["call", "check"])
def test_what_a_person_disconnects_in_xero_is_found_and_the_other_way_is_taken(home, look):
    robin, kim = both(home)
    way = next(way for way in home.organisations.ways(home.world.tenants[1]) if way.consent_id == kim)
    home.oauth.remove_connection(home.tokens.of_consent(kim), way.connection_id)
    look(home)
    assert home.consent_of(1) == robin
    assert home.read(1)
    assert home.check() == []
    assert [one.consent_id for one in home.organisations.ways(home.world.tenants[1])] == [robin]


def test_an_organisation_that_lets_nobody_in_is_not_taken_for_disconnected_by_one(home):
    robin, kim = both(home)
    home.world.simulator.faults.add(Fault("disconnected", "Organisation", times=None))
    with pytest.raises(OrganisationDisconnected):
        home.read(1)
    assert {way.consent_id for way in home.organisations.ways(home.world.tenants[1])} == {robin, kim}
    assert home.status() == ["connected"] * 3


def test_disconnecting_an_organisation_removes_everybodys_connection_and_leaves_the_rest(home):
    robin, kim = both(home)
    assert home.disconnect(1) is True
    assert home.status() == ["connected", "disconnected", "connected"]
    for consent_id in (robin, kim):
        listed = {entry.tenant_id for entry in home.oauth.connections(home.tokens.of_consent(consent_id))}
        assert home.world.tenants[1] not in listed
    with pytest.raises(OrganisationDisconnected):
        home.read(1)
    assert home.read(0)
    assert home.read(2)


def test_taking_one_consent_back_leaves_what_the_other_opens(home):
    robin, kim = both(home)
    home.disconnect_all(kim)
    assert home.status() == ["connected", "connected", "disconnected"]
    assert home.read(1)
    assert [one.consent_id for one in home.token_store.consents()] == [robin]
    home.disconnect_all(robin)
    assert home.status() == ["disconnected"] * 3
    assert home.token_store.consents() == []


def test_a_person_who_consents_again_takes_her_own_place_and_not_the_others(home):
    _, kim = both(home)
    home.world.clock.minutes(1)
    home.connect(ROBIN, 1)
    again = home.consent_of(1)
    assert {one.consent_id for one in home.token_store.consents()} == {kim, again}
    assert {way.consent_id for way in home.organisations.ways(home.world.tenants[1])} == {kim, again}
    assert home.consent_of(0) == again  # Xero lists all she ever connected
    assert [bool(home.read(place)) for place in range(3)] == [True] * 3


def test_two_people_who_connect_at_the_same_time_both_get_in(home):
    with ThreadPoolExecutor(2) as pool:
        added = list(pool.map(lambda ask: home.connect(*ask), [(ROBIN, 0, 1), (KIM, 1, 2)]))
    assert [len(one) for one in added] == [2, 2]
    assert len(home.token_store.consents()) == 2
    assert len(home.organisations.ways(home.world.tenants[1])) == 2
    assert home.status() == ["connected"] * 3
    assert [bool(home.read(place)) for place in range(3)] == [True] * 3


def test_one_person_who_connects_twice_at_the_same_time_is_left_with_one_consent(home):
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: home.connect(ROBIN), range(2)))
    assert len(home.token_store.consents()) == 1
    assert all(len(home.organisations.ways(tenant_id)) == 1 for tenant_id in home.world.tenants)
    assert [bool(home.read(place)) for place in range(3)] == [True] * 3
