"""Access tokens: renewed in time, once for everybody, never lost, and honest when Xero will not renew them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import DatabaseError

from xero_pipeline.errors import (
    ConfigurationError,
    NeedsReconsent,
    OrganisationDisconnected,
    XeroUnavailable,
)
from xero_pipeline.state.engine import open_state
from xero_pipeline.xero.auth.encryption import EncryptionKeys
from xero_pipeline.xero.auth.oauth import OAuth
from xero_pipeline.xero.auth.token_provider import TokenProvider
from xero_pipeline.xero.auth.token_set import TokenSet
from xero_pipeline.xero.auth.token_store import TokenStore
from xero_pipeline_tests.xero.desk import KEY, a_desk
from xero_pipeline_tests.xero.identity_double import CALLS_IN_VAIN, CLIENT_ID, an_app, organisation


@pytest.fixture
def desk(tmp_path):
    with a_desk(tmp_path) as made:
        made.identity.connections = [organisation("t-1", "Maple"), organisation("t-2", "Birch")]
        yield made


@pytest.mark.parametrize(("minutes", "refreshes"), [(0, 0), (25, 0), (25.1, 1), (31, 1), (60 * 24, 1)])
def test_a_token_is_renewed_when_less_than_five_minutes_are_left(desk, minutes, refreshes):
    desk.consent("t-1")
    desk.clock.minutes(minutes)
    desk.tokens.access_token("t-1")
    desk.tokens.access_token("t-1")
    assert desk.identity.refreshes == refreshes


def test_a_rejected_token_is_renewed_and_a_rejected_older_one_is_not(desk):
    desk.consent("t-1")
    first = desk.tokens.access_token("t-1")
    second = desk.tokens.access_token("t-1", rejected=first)
    assert second != first
    assert desk.tokens.access_token("t-1", rejected=first) == second
    assert desk.identity.refreshes == 1


def test_organisations_of_one_consent_share_one_refresh(desk):
    desk.consent("t-1", "t-2")
    desk.clock.minutes(40)
    assert desk.tokens.access_token("t-1") == desk.tokens.access_token("t-2")
    assert desk.identity.refreshes == 1


def test_consents_are_renewed_apart(desk):
    desk.consent("t-1")
    first = desk.tokens.access_token("t-1")
    desk.consent("t-2")
    assert desk.tokens.access_token("t-2") != first == desk.tokens.access_token("t-1")


def test_new_tokens_are_on_the_disk_before_anybody_gets_them(desk):
    consent_id = desk.consent("t-1")
    desk.clock.minutes(40)
    token = desk.tokens.access_token("t-1")
    engine = open_state(str(desk.engine.url))
    stored = TokenStore(engine, EncryptionKeys(KEY)).load(consent_id)
    engine.dispose()
    assert (stored.access_token, stored.refresh_token) == (token, desk.identity.current)


def test_a_store_that_cannot_write_gives_no_token_away(desk, monkeypatch):
    desk.consent("t-1")
    desk.clock.minutes(40)

    def full(*_):
        raise OSError("disk full")

    monkeypatch.setattr(desk.token_store, "replace", full)
    with pytest.raises(OSError, match="disk full"):
        desk.tokens.access_token("t-1")
    monkeypatch.undo()
    # The spent token is still stored, and within the grace it buys another pair.
    desk.tokens.access_token("t-1")
    assert [form["refresh_token"] for *_, form in desk.identity.requests[-2:]] == ["refresh-secret-1"] * 2


def test_who_cannot_write_does_not_spend_the_refresh_token(desk):
    """A disk is full for longer than Xero takes a spent token."""
    desk.consent("t-1")
    desk.clock.minutes(40)
    with desk.engine.begin() as connection:
        connection.exec_driver_sql(
            "create trigger full before update on consents begin select raise(abort, 'disk is full'); end"
        )
    for _ in range(3):
        with pytest.raises(DatabaseError, match="disk is full"):
            desk.tokens.access_token("t-1")
    assert desk.identity.refreshes == 0
    with desk.engine.begin() as connection:
        connection.exec_driver_sql("drop trigger full")
    desk.clock.minutes(600)
    assert desk.tokens.access_token("t-1")


def test_many_threads_that_find_the_token_expired_refresh_it_once(desk):
    desk.consent("t-1", "t-2")
    desk.clock.minutes(40)
    desk.identity.slow_seconds = 0.05
    with ThreadPoolExecutor(10) as pool:
        tokens = set(pool.map(desk.tokens.access_token, ["t-1", "t-2"] * 10))
    assert len(tokens) == 1
    assert desk.identity.refreshes == 1


def test_tokens_that_live_shorter_than_five_minutes_do_not_make_waiting_threads_refresh_in_turn(desk):
    desk.identity.expires_in = 60
    desk.consent("t-1")
    desk.identity.slow_seconds = 0.2
    gate = threading.Barrier(4)

    def ask(_):
        gate.wait()
        return desk.tokens.access_token("t-1")

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, range(4)))) == 1
    assert desk.identity.refreshes == 1


def test_a_lost_answer_is_repeated_with_the_same_token_and_costs_no_consent(desk):
    desk.consent("t-1")
    desk.clock.minutes(40)
    desk.identity.faults = ["lost"]
    token = desk.tokens.access_token("t-1")
    assert desk.tokens.access_token("t-1") == token
    assert desk.organisations.get("t-1").status == "connected"


def test_an_outage_leaves_the_consent_as_it_was(desk):
    desk.consent("t-1")
    desk.clock.minutes(40)
    desk.identity.faults = ["503"] * CALLS_IN_VAIN
    with pytest.raises(XeroUnavailable):
        desk.tokens.access_token("t-1")
    assert desk.organisations.get("t-1").status == "connected"
    desk.tokens.access_token("t-1")
    assert desk.identity.refreshes == 1


def test_a_consent_that_is_over_marks_all_its_organisations_and_asks_no_more(desk):
    desk.consent("t-1", "t-2")
    desk.clock.minutes(40)
    desk.identity.current = desk.identity.previous = ""
    with pytest.raises(NeedsReconsent, match=r"Birch, Maple.*xero-pipeline connect"):
        desk.tokens.access_token("t-1")
    asked = len(desk.identity.requests)
    with pytest.raises(NeedsReconsent) as caught:
        desk.tokens.access_token("t-2")
    assert caught.value.organisation == "t-2"
    assert {one.status for one in desk.organisations.list()} == {"needs re-consent"}
    assert len(desk.identity.requests) == asked


def test_after_invalid_grant_a_newer_token_in_the_store_counts(desk, monkeypatch):
    consent_id = desk.consent("t-1")
    desk.clock.minutes(40)
    refresh = desk.oauth.refresh

    def overtaken(refresh_token):
        # Another machine, outside our lock, renews and stores while our request is on its way.
        monkeypatch.setattr(desk.oauth, "refresh", refresh)
        desk.token_store.replace(consent_id, refresh(refresh_token))
        desk.identity.previous = ""
        return refresh(refresh_token)

    monkeypatch.setattr(desk.oauth, "refresh", overtaken)
    assert desk.tokens.access_token("t-1") == desk.token_store.load(consent_id).access_token
    assert desk.organisations.get("t-1").status == "connected"
    assert desk.identity.refreshes == 1


def test_a_consent_replaced_during_its_refresh_gives_way_to_the_newer_one(desk, monkeypatch):
    old = desk.consent("t-1")
    desk.clock.minutes(40)
    refresh = desk.oauth.refresh

    def meanwhile(refresh_token):
        monkeypatch.setattr(desk.oauth, "refresh", refresh)
        fresh = refresh(refresh_token)
        desk.consent("t-1")
        desk.token_store.drop(old)
        return fresh

    monkeypatch.setattr(desk.oauth, "refresh", meanwhile)
    token = desk.tokens.access_token("t-1")
    (newest,) = desk.token_store.consents()
    assert newest.consent_id != old
    assert desk.token_store.load(newest.consent_id).access_token == token


def test_an_organisation_that_is_not_connected_is_called_so(desk):
    desk.consent("t-1")
    desk.organisations.mark("t-1", "disconnected")
    for tenant_id, name in [("t-1", "Maple"), ("t-9", "t-9")]:
        with pytest.raises(OrganisationDisconnected, match=f"“{name}” is not connected"):
            desk.tokens.access_token(tenant_id)


def test_a_consent_of_another_app_is_not_burnt_by_asking_with_ours(tmp_path, desk):
    desk.consent("t-1")
    desk.clock.minutes(40)
    other = OAuth(an_app(client_id="OTHER-APP"), desk.identity.transport(), desk.clock, desk.clock.sleep)
    with pytest.raises(ConfigurationError, match=rf"{CLIENT_ID}.*XERO_CLIENT_ID is OTHER-APP"):
        TokenProvider(desk.token_store, other, desk.organisations).access_token("t-1")
    assert desk.organisations.get("t-1").status == "connected"


def test_a_consent_without_offline_access_ends_with_its_token(desk):
    consent_id = desk.token_store.add(
        TokenSet("short", None, datetime(2026, 11, 22, 12, 30, tzinfo=UTC), ()), CLIENT_ID
    )
    desk.organisations.upsert(consent_id, desk.oauth.connections("short"))
    assert desk.tokens.access_token("t-1") == "short"
    desk.clock.minutes(26)
    with pytest.raises(NeedsReconsent):
        desk.tokens.access_token("t-1")


def test_a_custom_connection_just_asks_for_the_next_token(tmp_path):
    with a_desk(tmp_path, app=an_app(custom_connection=True)) as desk:
        consent_id = desk.token_store.add(desk.oauth.client_credentials(), CLIENT_ID)
        desk.organisations.upsert(consent_id, desk.oauth.connections("any"))
        first = desk.tokens.access_token("t-1")
        desk.clock.minutes(26)
        assert desk.tokens.access_token("t-1") != first
        assert [form["grant_type"] for *_, form in desk.identity.requests if form] == ["client_credentials"] * 2
