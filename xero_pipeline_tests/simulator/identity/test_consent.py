"""The consent page of the simulated Xero."""

from __future__ import annotations

import re

import httpx
import pytest

from xero_pipeline_tests.simulator.helpers import (
    REDIRECT,
    authorize_address,
    consent,
)
from xero_pipeline_tests.simulator.identity.desk import SCOPES, Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


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


def test_scopes_add_up_over_consents(desk: Desk) -> None:
    desk.exchange(desk.code(("accounting.invoices.read",)))
    body = desk.exchange(desk.code(("accounting.contacts.read",))).json()
    assert body["scope"].split() == ["accounting.contacts.read", "accounting.invoices.read"]
