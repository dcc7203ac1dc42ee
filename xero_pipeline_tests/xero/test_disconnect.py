"""Disconnecting, checking, and finding organisations: what Xero is told and what stays in the register."""

from __future__ import annotations

import pytest

from xero_pipeline.errors import ConfigurationError, NeedsReconsent, OrganisationDisconnected, XeroUnavailable
from xero_pipeline.xero.auth import consent_flow
from xero_pipeline_tests.xero.desk import a_desk
from xero_pipeline_tests.xero.identity_double import CALLS_IN_VAIN, an_app, organisation
from xero_pipeline_tests.xero.person import Person, connect


@pytest.fixture
def desk(tmp_path):
    with a_desk(tmp_path) as made:
        yield made


def disconnect(desk, tenant_id):
    return consent_flow.disconnect(desk.oauth, desk.token_store, desk.organisations, desk.organisations.get(tenant_id))


def test_disconnecting_one_removes_its_connection_and_leaves_the_others(desk):
    desk.identity.connections = [organisation("t-1", "One"), organisation("t-2", "Two")]
    desk.consent("t-1", "t-2")
    assert disconnect(desk, "t-1") is True
    assert [one["tenantId"] for one in desk.identity.connections] == ["t-2"]
    assert desk.organisations.get("t-1").status == "disconnected"
    assert desk.tokens.access_token("t-2")
    with pytest.raises(OrganisationDisconnected):
        desk.tokens.access_token("t-1")


def test_disconnecting_the_last_one_forgets_the_tokens(desk):
    desk.consent("t-1")
    disconnect(desk, "t-1")
    assert desk.token_store.consents() == []


def test_disconnecting_without_access_clears_our_side_and_says_so(desk):
    desk.consent("t-1")
    desk.organisations.mark("t-1", "needs re-consent")
    assert disconnect(desk, "t-1") is False
    assert desk.organisations.get("t-1").status == "disconnected"
    assert disconnect(desk, "t-1") is False


def test_disconnecting_while_xero_is_away_changes_nothing(desk):
    consent_id = desk.consent("t-1")
    desk.clock.minutes(40)
    desk.identity.faults = ["503"] * CALLS_IN_VAIN
    with pytest.raises(XeroUnavailable):
        disconnect(desk, "t-1")
    assert desk.organisations.get("t-1").status == "connected"
    assert desk.token_store.load(consent_id) is not None


def test_taking_a_whole_consent_back_revokes_the_newest_refresh_token(desk):
    desk.identity.connections = [organisation("t-1", "One"), organisation("t-2", "Two")]
    consent_id = desk.consent("t-1", "t-2")
    desk.clock.minutes(26)
    desk.tokens.access_token("t-1")
    newest = desk.identity.current
    consent_flow.disconnect_all(desk.oauth, desk.token_store, desk.organisations, consent_id)
    assert desk.identity.requests[-1][1] == "/connect/revocation"
    assert desk.identity.requests[-1][3]["token"] == newest
    assert {one.status for one in desk.organisations.list()} == {"disconnected"}
    assert desk.token_store.consents() == []


def test_taking_a_custom_connection_back_removes_its_connection(tmp_path):
    with a_desk(tmp_path, app=an_app(custom_connection=True)) as desk:
        connect(desk, Person(desk))
        consent_flow.disconnect_all(
            desk.oauth, desk.token_store, desk.organisations, desk.token_store.consents()[0].consent_id
        )
        assert desk.identity.connections == []
        assert desk.token_store.consents() == []


def test_an_organisation_that_xero_lists_no_more_is_reported_once(desk):
    desk.identity.connections = [organisation("t-1", "One"), organisation("t-2", "Two")]
    desk.consent("t-1", "t-2")
    desk.identity.connections = [organisation("t-2", "Two, renamed"), organisation("t-3", "Never chosen")]

    def check():
        return [one.tenant_id for one in consent_flow.check(desk.oauth, desk.token_store, desk.organisations)]

    assert check() == ["t-1"]
    assert check() == []
    assert desk.organisations.get("t-1").status == "needs re-consent"
    assert desk.organisations.get("t-2").name == "Two, renamed"
    assert desk.organisations.get("t-3") is None


def test_a_consent_that_is_over_is_reported_by_the_check(desk):
    desk.consent("t-1")
    desk.clock.minutes(40)
    desk.identity.current = desk.identity.previous = ""
    assert [one.tenant_id for one in consent_flow.check(desk.oauth, desk.token_store, desk.organisations)] == ["t-1"]
    assert desk.organisations.get("t-1").status == "needs re-consent"
    with pytest.raises(NeedsReconsent):
        desk.tokens.access_token("t-1")


def test_an_organisation_is_found_by_name_or_id_and_otherwise_the_known_ones_are_named(desk):
    desk.identity.connections = [
        organisation("t-1", "Maple"),
        organisation("t-2", "Twin"),
        organisation("t-3", "Twin"),
    ]
    desk.consent("t-1", "t-2", "t-3")
    assert desk.organisations.find(" maple ").tenant_id == "t-1"
    assert desk.organisations.find("T-2").tenant_id == "t-2"
    assert desk.organisations.find("apl").tenant_id == "t-1", "a part that no other name has"
    with pytest.raises(ConfigurationError, match="part of several names.*Twin.*Twin"):
        desk.organisations.find("win")
    with pytest.raises(ConfigurationError, match="t-2, t-3"):
        desk.organisations.find("twin")
    with pytest.raises(ConfigurationError, match=r"Maple \(t-1\)"):
        desk.organisations.find("Oak")
