"""The simulated token endpoint: codes, PKCE, rotation, revocation."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from xero_pipeline_tests.simulator.helpers import (
    NOON,
    REDIRECT,
    authorize_address,
)
from xero_pipeline_tests.simulator.identity.desk import SCOPES, Desk, error_of
from xero_simulator.apps import SimulatedApp
from xero_simulator.identity.grants import challenge_of

VERIFIER = "a-verifier-of-forty-three-characters-or-more-" + "x" * 20


@pytest.fixture
def desk() -> Desk:
    return Desk()


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
