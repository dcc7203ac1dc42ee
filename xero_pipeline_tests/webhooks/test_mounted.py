"""The endpoint in its two places: a path of the web page, and a program of its own."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from pydantic import SecretStr

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.operations.health.webhook_trial import try_webhook
from xero_pipeline.state.webhook_inbox import WebhookInbox
from xero_pipeline.webhooks.app import make_webhook_app
from xero_pipeline.webhooks.receiver import PATH
from xero_pipeline_tests.web.conftest import PASSWORD, served
from xero_pipeline_tests.webhooks.deliveries import KEY, body_of, event, signed
from xero_pipeline_tests.xero.fakes import TENANT
from xero_simulator.webhooks.sender import WebhookSender


def test_the_page_lets_deliveries_through_without_its_password_its_name_or_a_form(tmp_path):
    secrets = {"web_password": SecretStr(PASSWORD), "webhook_key": SecretStr(KEY)}
    body = body_of(event(TENANT), event(TENANT, category="SOMETHINGNEW"))
    large = body + b" " * 100_000  # more than the page takes of a form
    with served(tmp_path, host="0.0.0.0", **secrets) as site:
        to = f"http://127.0.0.1:{site.address.port}{PATH}"
        with httpx.Client(trust_env=False) as xero:
            name = {"Host": "hooks.example.com", "Origin": "https://api.xero.com"}
            answers = [xero.post(to, content=one, headers=signed(one) | name) for one in (body, large)]
            wrong = xero.post(to, content=body, headers=signed(body, "not it") | name)
            asked = xero.get(to)
        sender = WebhookSender(to, KEY, clock=lambda: 0.0)
        assert sender.try_out(), "as Xero tries an endpoint out"
        sender.queue([event(TENANT)])
        assert sender.send() == 1
        counted = WebhookInbox(site.services.state).counts()
    assert [one.status_code for one in (*answers, wrong, asked)] == [200, 200, 401, 405]
    for one in (*answers, wrong, asked):
        assert (one.content, "set-cookie" in one.headers) == (b"", False)
    assert counted["foreign"].number == 5


def test_doctor_tries_the_address_out_as_xero_does(tmp_path):
    with served(tmp_path, web_password=SecretStr(PASSWORD), webhook_key=SecretStr(KEY)) as site:
        here = f"http://localhost:{site.address.port}"
        settings = site.services.settings.model_copy(update={"web_url": here})
        assert [(one.state, one.told[-30:]) for one in try_webhook(settings) if one.state != "ok"] == []
        wrong = settings.model_copy(update={"webhook_key": SecretStr("another")})
        assert [one.state for one in try_webhook(wrong)] == ["problem", "ok"]
    assert [one.state for one in try_webhook(settings)] == ["problem", "problem"]
    with pytest.raises(ConfigurationError, match="XERO_WEBHOOK_KEY"):
        list(try_webhook(settings.model_copy(update={"webhook_key": None})))


@pytest.mark.parametrize("password", [None, SecretStr(PASSWORD)])
def test_without_a_key_the_page_has_no_such_path(tmp_path, password):
    with served(tmp_path, web_password=password) as site:
        answer = httpx.post(f"http://127.0.0.1:{site.address.port}{PATH}", content=body_of(), trust_env=False)
    assert answer.status_code == 404


def test_it_runs_by_itself(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path / "home"))
    with pytest.raises(ConfigurationError, match="XERO_WEBHOOK_KEY"):
        make_webhook_app()
    monkeypatch.setenv("XERO_WEBHOOK_KEY", f"{KEY}, next")
    app, body = make_webhook_app(), body_of()

    async def lived():
        told = []
        messages = iter(["lifespan.startup", "lifespan.shutdown"])

        async def receive():
            return {"type": next(messages)}

        async def send(message):
            told.append(message["type"])

        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://any.example") as client:
            status = (await client.post("/anywhere", content=body, headers=signed(body, "next"))).status_code
        await app({"type": "lifespan"}, receive, send)
        return status, told

    assert asyncio.run(lived()) == (200, ["lifespan.startup.complete", "lifespan.shutdown.complete"])
