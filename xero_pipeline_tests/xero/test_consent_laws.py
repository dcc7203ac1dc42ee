"""The law of several consents: an organisation can be read exactly as long as one of the ways into it is open."""

from __future__ import annotations

import tempfile
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from xero_pipeline.errors import ReconnectError
from xero_pipeline.xero.auth import consent_flow
from xero_pipeline_tests.xero.consenting import KIM, ROBIN, World
from xero_simulator.person import Person

PEOPLE = st.sampled_from([ROBIN, KIM])
PLACES = st.sampled_from([0, 1, 2])


class Consents(RuleBasedStateMachine):
    """People connect, revoke and disconnect in any order, here and at Xero; then somebody reads."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.world = World()
        self.context = self.world.home(Path(self.folder.name))
        self.home = self.context.__enter__()
        self.consents = {}
        self.open = set()  # (person, place): connected at Xero
        self.known = set()  # … and told to us, and neither disconnected by us nor found gone

    def teardown(self):
        self.context.__exit__(None, None, None)
        self.folder.cleanup()

    @rule(name=PEOPLE, places=st.sets(PLACES, min_size=1))
    def connect(self, name, places):
        pending = self.home.oauth.begin()
        ticked = [self.world.tenants[place] for place in places]
        back = Person(self.world.transport, name).allow(pending.url, ticked)
        consent_flow._enter(
            self.home.oauth, self.home.token_store, self.home.organisations, self.home.oauth.finish(pending, back)
        )
        self.world.clock.minutes(1)
        self.open |= {(name, place) for place in places}
        # Xero lists all that the person ever connected.
        self.known |= {one for one in self.open if one[0] == name}
        newest = self.home.token_store.consents()[-1]
        self.consents[name] = newest.consent_id

    @rule(name=PEOPLE)
    def revoke_at_xero(self, name):
        if self._alive(name):
            self.home.revoke_at_xero(self.consents[name])
            self.open -= {one for one in self.open if one[0] == name}

    @rule(name=PEOPLE, place=PLACES)
    def disconnect_at_xero(self, name, place):
        ways = self.home.organisations.ways(self.world.tenants[place])
        mine = [way for way in ways if way.consent_id == self.consents.get(name)]
        if mine and (name, place) in self.open:
            token = self.home.tokens.of_consent(mine[0].consent_id)
            self.home.oauth.remove_connection(token, mine[0].connection_id)
            self.open.discard((name, place))

    @rule(place=PLACES)
    def disconnect(self, place):
        if self.home.organisations.get(self.world.tenants[place]) is not None:
            self.home.disconnect(place)
            gone = {one for one in self.known if one[1] == place}
            self.open -= gone
            self.known -= gone

    @rule(name=PEOPLE)
    def take_back(self, name):
        if self._alive(name):
            self.home.disconnect_all(self.consents[name])
            self.open -= {one for one in self.open if one[0] == name}
            self.known -= {one for one in self.known if one[0] == name}

    @rule()
    def check(self):
        self.home.check()

    @rule()
    def half_an_hour_passes(self):
        self.world.clock.minutes(40)

    @rule(place=PLACES)
    def read(self, place):
        readable = {one for one in self.known & self.open if one[1] == place}
        try:
            assert self.home.read(place)
        except ReconnectError:
            assert not readable
        else:
            assert readable

    @invariant()
    def each_organisation_is_there_once_and_only_used_consents_are_kept(self):
        listed = [one.tenant_id for one in self.home.organisations.list()]
        assert len(listed) == len(set(listed))
        kept = {one.consent_id for one in self.home.token_store.consents()}
        for one in self.home.organisations.list():
            ways = {way.consent_id for way in self.home.organisations.ways(one.tenant_id)}
            assert ways <= kept
            if one.status == "connected":
                assert one.consent_id in ways

    def _alive(self, name):
        return self.consents.get(name) in {one.consent_id for one in self.home.token_store.consents()}


def test_an_organisation_can_be_read_exactly_as_long_as_one_way_into_it_is_open():
    run_state_machine_as_test(
        Consents, settings=settings(max_examples=12, stateful_step_count=12, deadline=None, database=None)
    )
