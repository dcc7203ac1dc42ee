"""The simulated identity service: consent, codes, tokens, rotation, revocation, connections."""

from __future__ import annotations

import base64
import re
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from xero_pipeline.simulator.apps import SimulatedApp
from xero_pipeline.simulator.grants import challenge_of
from xero_pipeline.simulator.person import Person
from xero_pipeline.simulator.simulator import Simulator
from xero_pipeline.simulator.transport import SimulatorTransport
from xero_pipeline_tests.simulator.helpers import (
    API,
    BASE,
    NOON,
    REDIRECT,
    Clock,
    TinySimulator,
    authorize_address,
    consent,
    let_in,
)

SCOPES = ("openid", "profile", "email", "offline_access", "accounting.invoices.read")
VERIFIER = "a-verifier-of-forty-three-characters-or-more-" + "x" * 20


class Desk:
    """A simulator with an HTTP client, a person and a clock."""

    def __init__(self, **given: Any) -> None:
        self.clock = Clock()
        self.simulator = TinySimulator(clock=self.clock, limits=None, **given)
        self.transport = SimulatorTransport(self.simulator)
        self.client = httpx.Client(transport=self.transport, base_url=BASE)
        self.person = Person(self.transport)

    def code(self, scopes: tuple[str, ...] = SCOPES, **changes: str) -> str:
        return httpx.URL(self.person.allow(authorize_address(scopes=scopes, **changes))).params["code"]

    def exchange(
        self, code: str, auth: tuple[str, str] | None = ("an-app", "s3cret"), /, **changes: str
    ) -> httpx.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, **changes}
        return self.client.post("/connect/token", data=form, auth=auth)

    def refresh(
        self, token: str, auth: tuple[str, str] | None = ("an-app", "s3cret"), **changes: str
    ) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token, **changes}
        return self.client.post("/connect/token", data=form, auth=auth)

    def connections(self, token: str, **params: str) -> httpx.Response:
        return self.client.get("/connections", headers={"Authorization": f"Bearer {token}"}, params=params)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def error_of(answer: httpx.Response) -> str:
    assert answer.status_code == 400
    return answer.json()["error"]


def test_allowing_sends_code_scope_session_and_the_very_state_back(desk: Desk) -> None:
    callback = httpx.URL(desk.person.allow(authorize_address(scopes=SCOPES)))
    assert str(callback).startswith(f"{REDIRECT}?code=")
    assert callback.params["state"] == "st&te=1"
    assert callback.params["scope"] == " ".join(SCOPES)
    assert callback.params["session_state"]


def test_a_redirect_address_keeps_its_own_query(desk: Desk) -> None:
    callback = desk.person.allow(authorize_address(redirect_uri=f"{REDIRECT}?a=1"))
    assert callback.startswith(f"{REDIRECT}?a=1&code=")


def test_cancelling_sends_access_denied_and_connects_nothing(desk: Desk) -> None:
    callback = httpx.URL(desk.person.cancel(authorize_address()))
    assert callback.params["error"] == "access_denied"
    assert callback.params["error_description"]
    assert callback.params["state"] == "st&te=1"
    assert "code" not in callback.params


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": ""}, "unauthorized_client"),
        ({"redirect_uri": ""}, "unauthorized_client"),
        ({"redirect_uri": "http://example.com/cb"}, "unauthorized_client"),
        ({"redirect_uri": "/relative"}, "unauthorized_client"),
        ({"redirect_uri": "http://localhost.evil.example/cb"}, "unauthorized_client"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": ""}, "invalid_scope"),
        ({"scope": "openid accounting.journals.read"}, "invalid_scope"),
        ({"scope": "openid accounting.transactions.read"}, "invalid_scope"),
        ({"code_challenge": "x", "code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_bad_question_ends_on_an_error_page_and_is_not_sent_back(
    desk: Desk, changes: dict[str, str], error: str
) -> None:
    page = desk.client.get(authorize_address(**changes))
    assert page.status_code == 400
    assert page.headers["content-type"].startswith("text/html")
    assert error in page.text
    assert "location" not in page.headers


def test_what_the_app_sends_is_escaped_on_the_page(desk: Desk) -> None:
    page = desk.client.get(authorize_address(client_id="<script>alert(1)</script>", scope="openid"))
    assert page.status_code == 200
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


def test_the_page_names_every_organisation_and_labels_its_boxes(desk: Desk) -> None:
    page = desk.client.get(authorize_address()).text
    names = [organisation.name.replace("&", "&amp;") for organisation in desk.simulator.organisations()]
    assert all(re.search(rf"<label><input type=\"checkbox\"[^>]*> {re.escape(name)}</label>", page) for name in names)
    assert '<html lang="en">' in page


def test_a_page_can_be_answered_once(desk: Desk) -> None:
    page = desk.client.get(authorize_address()).text
    number = re.search(r'name="request_id" value="(\w+)"', page)
    assert number is not None
    form = {"request_id": number[1], "decision": "cancel"}
    assert desk.client.post("/identity/connect/authorize", data=form).status_code == 302
    assert desk.client.post("/identity/connect/authorize", data=form).status_code == 400


def test_an_invented_request_id_is_refused(desk: Desk) -> None:
    form = {"request_id": "0" * 32, "decision": "allow", "tenant": desk.simulator.tiny.tenant_id}
    assert desk.client.post("/identity/connect/authorize", data=form).status_code == 400


def test_allowing_without_a_tick_asks_again(desk: Desk) -> None:
    with pytest.raises(ValueError, match="answered 200"):
        desk.person.allow(authorize_address(), organisations=[])


def test_only_ticked_organisations_are_connected(desk: Desk) -> None:
    second = desk.simulator.organisations()[1]
    token = consent(desk.client, organisations=[second.name], transport=desk.transport)["access_token"]
    assert [row["tenantId"] for row in desk.connections(token).json()] == [second.tenant_id]


def test_the_token_answer_has_what_xero_documents(desk: Desk) -> None:
    answer = desk.exchange(desk.code())
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert set(body) == {"id_token", "access_token", "expires_in", "token_type", "refresh_token", "scope"}
    assert (body["expires_in"], body["token_type"], body["scope"]) == (1800, "Bearer", " ".join(SCOPES))


def test_the_access_token_is_a_jwt_signed_by_a_published_key(desk: Desk) -> None:
    body = desk.exchange(desk.code()).json()
    keys = KeySet.import_key_set(desk.client.get("/.well-known/openid-configuration/jwks").json())
    assert all("d" not in key.as_dict() for key in keys.keys)
    token = jwt.decode(body["access_token"], keys, algorithms=["RS256"])
    claims = token.claims
    assert claims["iss"] == "https://identity.xero.com"
    assert claims["aud"] == "https://identity.xero.com/resources"
    assert claims["exp"] - claims["nbf"] == 1800
    assert claims["scope"] == list(SCOPES)
    assert claims["client_id"] == "an-app"
    wanted = {"sub", "auth_time", "xero_userid", "global_session_id", "sid", "jti", "authentication_event_id"}
    assert wanted <= set(claims)
    event = {row["authEventId"] for row in desk.connections(body["access_token"]).json()}
    assert event == {claims["authentication_event_id"]}


def test_without_offline_access_there_is_no_refresh_token(desk: Desk) -> None:
    body = desk.exchange(desk.code(("accounting.invoices.read",))).json()
    assert "refresh_token" not in body
    assert "id_token" not in body


def test_a_code_works_once(desk: Desk) -> None:
    code = desk.code()
    assert desk.exchange(code).status_code == 200
    assert error_of(desk.exchange(code)) == "invalid_grant"


def test_a_code_lives_five_minutes(desk: Desk) -> None:
    early, late = desk.code(), desk.code()
    desk.clock.now += 299
    assert desk.exchange(early).status_code == 200
    desk.clock.now += 1
    assert error_of(desk.exchange(late)) == "invalid_grant"


@pytest.mark.parametrize(
    ("auth", "changes", "error"),
    [
        (("another-app", "s3cret"), {}, "invalid_grant"),
        (("an-app", "s3cret"), {"redirect_uri": REDIRECT + "/"}, "invalid_grant"),
        (("an-app", "s3cret"), {"code": "invented"}, "invalid_grant"),
        (("an-app", "s3cret"), {"grant_type": "password"}, "unsupported_grant_type"),
        (None, {}, "invalid_client"),
        (None, {"client_id": "an-app"}, "invalid_client"),
    ],
)
def test_a_code_is_bound_to_its_app_and_address(
    desk: Desk, auth: tuple[str, str] | None, changes: dict[str, str], error: str
) -> None:
    code = desk.code()
    assert error_of(desk.exchange(code, auth, **changes)) == error
    assert desk.exchange(code).status_code == 200


def test_the_secret_may_come_in_the_body(desk: Desk) -> None:
    answer = desk.exchange(desk.code(), None, client_id="an-app", client_secret="s3cret")
    assert answer.status_code == 200


def test_broken_basic_authentication_is_invalid_client(desk: Desk) -> None:
    answer = desk.client.post("/connect/token", headers={"Authorization": "Basic !!"}, data={"grant_type": "x"})
    assert error_of(answer) == "invalid_client"


def test_pkce_needs_the_verifier_of_the_challenge(desk: Desk) -> None:
    code = desk.code(code_challenge=challenge_of(VERIFIER), code_challenge_method="S256")
    assert error_of(desk.exchange(code, None, client_id="an-app", code_verifier=VERIFIER[:-1])) == "invalid_grant"
    assert error_of(desk.exchange(code, None, client_id="an-app")) == "invalid_grant"
    body = desk.exchange(code, None, client_id="an-app", code_verifier=VERIFIER).json()
    assert desk.refresh(body["refresh_token"], None, client_id="an-app").status_code == 200


def test_a_refresh_rotates_and_the_new_token_works(desk: Desk) -> None:
    first = desk.exchange(desk.code()).json()["refresh_token"]
    second = desk.refresh(first).json()["refresh_token"]
    assert second != first
    assert desk.refresh(second).status_code == 200


def test_the_token_before_may_be_repeated_for_thirty_minutes(desk: Desk) -> None:
    first = desk.exchange(desk.code()).json()["refresh_token"]
    desk.refresh(first)
    desk.clock.now += 30 * 60
    again = desk.refresh(first)
    assert again.status_code == 200
    desk.clock.now += 1
    assert error_of(desk.refresh(first)) == "invalid_grant"
    assert desk.refresh(again.json()["refresh_token"]).status_code == 200


def test_a_token_whose_successor_was_used_is_spent(desk: Desk) -> None:
    first = desk.exchange(desk.code()).json()["refresh_token"]
    desk.refresh(desk.refresh(first).json()["refresh_token"])
    assert error_of(desk.refresh(first)) == "invalid_grant"


def test_a_refresh_token_dies_after_sixty_days_unused(desk: Desk) -> None:
    token = desk.exchange(desk.code()).json()["refresh_token"]
    desk.clock.now += 60 * 86_400 - 1
    token = desk.refresh(token).json()["refresh_token"]
    desk.clock.now += 60 * 86_400
    assert error_of(desk.refresh(token)) == "invalid_grant"


def test_a_refresh_needs_its_own_app_and_its_secret(desk: Desk) -> None:
    token = desk.exchange(desk.code()).json()["refresh_token"]
    assert error_of(desk.refresh(token, ("another-app", "x"))) == "invalid_grant"
    assert error_of(desk.refresh(token, None, client_id="an-app")) == "invalid_client"


def test_registered_apps_are_held_to_their_registration() -> None:
    apps = [SimulatedApp("known", "right", (REDIRECT,)), SimulatedApp("desktop", None, (REDIRECT,))]
    desk = Desk(apps=apps)
    for changes, error in (
        ({"client_id": "unknown"}, "unauthorized_client"),
        ({"client_id": "known", "redirect_uri": REDIRECT + "?x=1"}, "unauthorized_client"),
        ({"client_id": "desktop"}, "invalid_request"),
    ):
        assert error in desk.client.get(authorize_address(scopes=SCOPES, **changes)).text
    code = desk.code(client_id="known")
    assert error_of(desk.exchange(code, ("known", "wrong"))) == "invalid_client"
    assert error_of(desk.exchange(code, None, client_id="known")) == "invalid_client"
    assert desk.exchange(code, ("known", "right")).status_code == 200
    assert "right" not in repr(apps)


def test_revoking_ends_the_tokens_and_removes_all_connections(desk: Desk) -> None:
    body = desk.exchange(desk.code()).json()
    answer = desk.client.post("/connect/revocation", data={"token": body["refresh_token"]}, auth=("an-app", "s3cret"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert error_of(desk.refresh(body["refresh_token"])) == "invalid_grant"
    assert desk.connections(body["access_token"]).status_code == 401
    again = desk.exchange(desk.code(("accounting.contacts.read",))).json()
    assert again["scope"] == "accounting.contacts.read"


def test_scopes_add_up_over_consents(desk: Desk) -> None:
    desk.exchange(desk.code(("accounting.invoices.read",)))
    body = desk.exchange(desk.code(("accounting.contacts.read",))).json()
    assert body["scope"].split() == ["accounting.contacts.read", "accounting.invoices.read"]


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


def test_basic_authentication_may_be_percent_encoded() -> None:
    desk = Desk(apps=[SimulatedApp("known", "a/b+c")])
    code = desk.code(client_id="known")
    header = "Basic " + base64.b64encode(b"known:a%2Fb%2Bc").decode()
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    assert desk.client.post("/connect/token", data=form, headers={"Authorization": header}).status_code == 200


def test_nothing_secret_is_kept_in_clear(tmp_path: Any) -> None:
    path = tmp_path / "store.sqlite"
    desk = Desk(store_path=path)
    code = desk.code()
    body = desk.exchange(code).json()
    assert desk.clock.now == NOON
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert all(secret.encode() not in stored for secret in (code, body["refresh_token"], body["access_token"]))
    assert path.stat().st_mode & 0o077 == 0
