"""OAuth with Xero: what is asked, what is made of the answers, and what a person is told when it fails."""

from __future__ import annotations

import traceback
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from xero_pipeline.errors import (
    ConfigurationError,
    ConsentDenied,
    ConsentForged,
    NeedsReconsent,
    RequestRefused,
    UnreadableAnswer,
    XeroUnavailable,
)
from xero_pipeline.xero.auth.oauth import OAuth
from xero_pipeline.xero.scopes import parse_scopes, scopes_for
from xero_pipeline_tests.xero.desk import NOON, Clock
from xero_pipeline_tests.xero.identity_double import (
    BASIC,
    CALLS_IN_VAIN,
    CLIENT_ID,
    CLIENT_SECRET,
    Identity,
    an_app,
    organisation,
)


def make(identity: Identity, **app) -> tuple[OAuth, Clock]:
    clock = Clock()
    return OAuth(an_app(**app), identity.transport(), clock, clock.sleep), clock


def callback(state: str, query: str = "code=code-secret-1") -> str:
    return f"http://localhost:8765/xero/callback?{query}&state={state}"


def test_the_consent_address_asks_for_exactly_the_scopes_with_percent_20_between():
    oauth, _ = make(Identity())
    pending = oauth.begin()
    query = parse_qs(urlsplit(pending.url).query)
    assert pending.url.startswith("https://xero.test/identity/connect/authorize?")
    assert "scope=offline_access%20openid%20accounting.invoices.read" in pending.url
    assert query["response_type"] == ["code"]
    assert query["client_id"] == [CLIENT_ID]
    assert query["redirect_uri"] == ["http://localhost:8765/xero/callback"]
    assert query["state"] == [pending.state]
    assert len(pending.state) >= 32


def test_every_consent_has_its_own_state():
    oauth, _ = make(Identity())
    assert oauth.begin().state != oauth.begin().state


def test_with_a_secret_the_code_is_exchanged_under_http_basic():
    identity = Identity()
    oauth, _ = make(identity)
    pending = oauth.begin()
    tokens = oauth.finish(pending, callback(pending.state))
    _, path, headers, form = identity.requests[-1]
    assert (path, headers["authorization"]) == ("/connect/token", BASIC)
    assert form == {
        "grant_type": "authorization_code",
        "code": "code-secret-1",
        "redirect_uri": "http://localhost:8765/xero/callback",
    }
    assert tokens.expires_at == NOON + timedelta(minutes=30)
    assert tokens.refresh_token == "refresh-secret-1"
    assert tokens.scopes == ("openid", "offline_access")


def test_without_a_secret_pkce_proves_the_exchange_and_the_body_names_the_client():
    identity = Identity()
    oauth, _ = make(identity, secret=None)
    pending = oauth.begin()
    query = parse_qs(urlsplit(pending.url).query)
    identity.challenge = query["code_challenge"][0]
    assert query["code_challenge_method"] == ["S256"]
    tokens = oauth.finish(pending, callback(pending.state))
    oauth.refresh(tokens.refresh_token)
    exchange, refresh = identity.requests
    assert 43 <= len(exchange[3]["code_verifier"]) <= 128
    assert exchange[3]["client_id"] == refresh[3]["client_id"] == CLIENT_ID
    assert "authorization" not in exchange[2].keys() | refresh[2].keys()


@pytest.mark.parametrize("query", ["code=code-secret-1&state=wrong", "code=code-secret-1", "code=x&state=%C3%A9"])
def test_an_answer_with_another_state_is_forged_and_its_code_never_used(query):
    identity = Identity()
    oauth, _ = make(identity)
    with pytest.raises(ConsentForged):
        oauth.finish(oauth.begin(), f"http://localhost:8765/xero/callback?{query}")
    assert identity.requests == []


@pytest.mark.parametrize(
    ("query", "error", "word"),
    [
        ("error=access_denied&error_description=no", ConsentDenied, "declined"),
        ("error=invalid_scope", ConfigurationError, "XERO_SCOPES"),
        ("error=server_error", XeroUnavailable, "server_error"),
        ("other=1", ConsentDenied, "no code"),
    ],
)
def test_a_refused_consent_is_named_by_its_remedy(query, error, word):
    oauth, _ = make(Identity())
    pending = oauth.begin()
    with pytest.raises(error, match=word):
        oauth.finish(pending, callback(pending.state, query))


def test_a_spent_code_asks_for_a_new_consent():
    identity = Identity()
    oauth, _ = make(identity)
    pending = oauth.begin()
    oauth.finish(pending, callback(pending.state))
    with pytest.raises(NeedsReconsent, match="xero-pipeline connect"):
        oauth.finish(pending, callback(pending.state))


@pytest.mark.parametrize("fault", ["500", "503", "429", "html", "unreached", "lost", "truncated"])
def test_a_refresh_without_a_proper_answer_is_repeated_with_the_same_token(fault):
    identity = Identity(current="refresh-secret-0", faults=[fault])
    oauth, clock = make(identity)
    tokens = oauth.refresh("refresh-secret-0")
    assert [form["refresh_token"] for *_, form in identity.requests] == ["refresh-secret-0"] * 2
    assert tokens.refresh_token == identity.current
    assert len(clock.slept) == 1
    assert 0 < clock.slept[0] <= 3


def test_a_server_that_stays_silent_ends_as_unavailable_after_bounded_waits():
    identity = Identity(current="refresh-secret-0", faults=["500", "unreached"] * 10)
    oauth, clock = make(identity)
    with pytest.raises(XeroUnavailable):
        oauth.refresh("refresh-secret-0")
    assert len(identity.requests) == CALLS_IN_VAIN
    assert sum(clock.slept) <= 40


def test_an_answer_that_stays_unreadable_is_called_so():
    oauth, _ = make(Identity(current="refresh-secret-0", faults=["html"] * 10))
    with pytest.raises(UnreadableAnswer):
        oauth.refresh("refresh-secret-0")


@pytest.mark.parametrize(
    ("code", "error", "word"),
    [
        ("invalid_grant", NeedsReconsent, "xero-pipeline connect"),
        ("invalid_client", ConfigurationError, "XERO_CLIENT_SECRET"),
        ("unauthorized_client", ConfigurationError, "XERO_CUSTOM_CONNECTION"),
        ("unsupported_grant_type", ConfigurationError, "XERO_CUSTOM_CONNECTION"),
        ("invalid_scope", ConfigurationError, "XERO_SCOPES"),
        ("invalid_request", RequestRefused, "invalid_request"),
        ({"odd": 1}, RequestRefused, "without a name"),
    ],
)
def test_a_refusal_is_final_and_says_what_to_do(code, error, word):
    status = 200 if isinstance(code, dict) else 400
    identity = Identity(current="refresh-secret-0", error=(status, {"error": code}))
    oauth, clock = make(identity)
    with pytest.raises(error, match=word):
        oauth.refresh("refresh-secret-0")
    assert (len(identity.requests), clock.slept) == (1, [])


@pytest.mark.parametrize(
    ("status", "error"), [(301, ConfigurationError), (404, XeroUnavailable), (403, XeroUnavailable)]
)
def test_a_place_that_is_no_token_endpoint_names_the_setting(status, error):
    transport = httpx.MockTransport(lambda _: httpx.Response(status, text="<html>not here</html>"))
    clock = Clock()
    with pytest.raises(error, match="XERO_IDENTITY_URL"):
        OAuth(an_app(), transport, clock, clock.sleep).refresh("refresh-secret-0")


def test_an_address_without_a_scheme_names_the_setting():
    clock = Clock()
    with pytest.raises(ConfigurationError, match="XERO_IDENTITY_URL"):
        OAuth(an_app("identity.test"), None, clock, clock.sleep).refresh("refresh-secret-0")
    assert clock.slept == []


@pytest.mark.parametrize(("told", "seconds"), [(60, 60), ("90", 90), (1800.0, 1800), (None, 1800), (-5, 0)])
def test_the_lifetime_is_what_the_answer_says_or_xeros_usual_half_hour(told, seconds):
    oauth, _ = make(Identity(current="refresh-secret-0", expires_in=told))
    assert oauth.refresh("refresh-secret-0").expires_at == NOON + timedelta(seconds=seconds)


def test_a_custom_connection_asks_without_a_person_and_without_scopes_about_one():
    identity = Identity()
    oauth, _ = make(identity, custom_connection=True)
    tokens = oauth.client_credentials()
    assert identity.requests[-1][3] == {"grant_type": "client_credentials", "scope": "accounting.invoices.read"}
    assert tokens.refresh_token is None


def test_a_custom_connection_without_a_secret_names_the_setting():
    oauth, _ = make(Identity(), secret=None, custom_connection=True)
    with pytest.raises(ConfigurationError, match="XERO_CLIENT_SECRET"):
        oauth.client_credentials()


def test_connections_are_organisations_only_and_their_seven_decimals_are_read():
    identity = Identity(connections=[organisation("t-1", "Maple"), organisation("p-1", "Firm", kind="PRACTICE")])
    oauth, _ = make(identity)
    (found,) = oauth.connections("token")
    assert (found.tenant_id, found.connection_id, found.event) == ("t-1", "connection-of-t-1", "event-1")
    assert found.created_at.isoformat() == "2019-07-09T23:40:30.183313+00:00"
    assert identity.requests[-1][2]["authorization"] == "Bearer token"


def test_removing_a_connection_that_is_gone_is_no_error():
    identity = Identity()
    oauth, _ = make(identity)
    oauth.remove_connection("token", "connection-of-t-1")
    oauth.remove_connection("token", "connection-of-t-1")
    assert identity.connections == []


def test_revoking_sends_the_refresh_token_under_the_apps_name():
    for secret in (CLIENT_SECRET, None):
        identity = Identity()
        oauth, _ = make(identity, secret=secret)
        oauth.revoke("refresh-secret-0")
        _, path, headers, form = identity.requests[-1]
        assert path == "/connect/revocation"
        assert form["token"] == "refresh-secret-0"
        assert headers.get("authorization") == (BASIC if secret else None)
        assert form.get("client_id") == (None if secret else CLIENT_ID)


def test_no_error_no_repr_and_no_log_holds_a_secret(caplog):
    caplog.set_level("DEBUG")
    identity = Identity(current="other")
    oauth, _ = make(identity)
    pending = oauth.begin()
    tokens = oauth.finish(pending, callback(pending.state))
    identity.current = identity.previous = ""
    said = [repr(oauth.app), str(oauth.app), repr(pending), repr(tokens), str(tokens)]
    for fault in ([], ["html"] * 9, ["unreached"] * 9, ["500"] * 9):
        identity.faults = fault
        with pytest.raises(Exception) as caught:
            oauth.refresh(tokens.refresh_token)
        said += [repr(caught.value), "".join(traceback.format_exception(caught.value))]
    # What the test itself writes into the traceback is its own source line, never a value.
    text = "\n".join(said) + caplog.text
    for secret in (tokens.access_token, tokens.refresh_token, CLIENT_SECRET, pending.state, "code-secret-1", BASIC):
        assert secret not in text


def test_scopes_are_the_identity_ones_and_each_needed_one_once():
    assert scopes_for(
        ["accounting.settings.read", "accounting.invoices.read", "accounting.settings.read"],
        ["accounting.reports.profitandloss.read"],
    ) == (
        "offline_access",
        "openid",
        "profile",
        "email",
        "accounting.invoices.read",
        "accounting.reports.profitandloss.read",
        "accounting.settings.read",
    )


@pytest.mark.parametrize("scope", ["accounting.transactions.read", "accounting.invoices", "accounting.reports.read"])
def test_a_scope_that_is_broad_or_writes_never_leaves_our_tables(scope):
    with pytest.raises(ValueError, match="granular"):
        scopes_for([scope])


def test_a_scope_override_keeps_its_order_and_needs_a_refresh_token():
    assert parse_scopes("openid, offline_access  openid") == ("openid", "offline_access")
    assert parse_scopes("accounting.contacts.read", custom_connection=True) == ("accounting.contacts.read",)
    for text in ("openid", " , "):
        with pytest.raises(ConfigurationError, match="XERO_SCOPES"):
            parse_scopes(text)
