"""A simulator with an HTTP client, a person and a clock, for the tests of its identity service."""

from __future__ import annotations

from typing import Any

import httpx

from xero_pipeline_tests.simulator.helpers import BASE, REDIRECT, Clock, TinySimulator, authorize_address
from xero_simulator.person import Person
from xero_simulator.transport import SimulatorTransport

SCOPES = ("openid", "profile", "email", "offline_access", "accounting.invoices.read")


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


def error_of(answer: httpx.Response) -> str:
    assert answer.status_code == 400
    return answer.json()["error"]
