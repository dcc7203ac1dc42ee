"""What the tests of the simulated Xero's HTTP side share: a tiny company, a clock, a client that is let in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx

from xero_simulator.api.catalogue import grantable_scopes
from xero_simulator.attachments.cabinet import Cabinet
from xero_simulator.config import BooksConfig
from xero_simulator.person import Person
from xero_simulator.reports.request import BadReportRequest
from xero_simulator.simulator import Simulator
from xero_simulator.transport import SimulatorTransport

NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC).timestamp()
BASE = "https://simulated.test"
API = f"{BASE}/api.xro/2.0"
REDIRECT = "http://localhost:8765/xero/callback"
ALL_SCOPES = tuple(sorted(grantable_scopes()))


class Clock:
    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@dataclass
class TinyCompany:
    """A company whose records a test writes itself."""

    tenant_id: str
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    revision: int = 0
    asked: list[tuple[str, dict[str, str], dt.date]] = field(default_factory=list)

    cabinet: Cabinet = field(default_factory=Cabinet)
    refused: frozenset[str] = frozenset()
    bare_lists: bool = False

    def records(self, wrapper: str) -> Sequence[Mapping[str, Any]]:
        return self.tables.get(wrapper, [])

    def report(self, name: str, params: dict[str, str], today: dt.date) -> dict[str, Any]:
        self.asked.append((name, params, today))
        if "periods" in params:
            raise BadReportRequest("periods must be from 1 to 11")
        return {"ReportName": name, "Rows": []}


class TinySimulator(Simulator):
    """The simulator around one hand-made company."""

    def __init__(self, **given: Any) -> None:
        super().__init__(BooksConfig(today=dt.date(2026, 3, 10), organisations=2), **given)
        self.tiny = TinyCompany(self.organisations()[0].tenant_id)

    def company(self, tenant_id: str) -> Any:
        return self.tiny if tenant_id == self.tiny.tenant_id else TinyCompany(tenant_id)


def wire(day: dt.date, second: int = 0) -> str:
    moment = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp() + second
    return f"/Date({int(moment * 1000)}+0000)/"


def identity(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def invoice(number: int, **changes: Any) -> dict[str, Any]:
    """An invoice of day `number` of 2026, changed that many seconds into its day."""
    day = dt.date(2026, 1, 1) + dt.timedelta(days=number % 60)
    record = {
        "InvoiceID": identity(number),
        "InvoiceNumber": f"INV-{number:04d}",
        "Type": "ACCREC" if number % 2 else "ACCPAY",
        "Status": "AUTHORISED",
        "Reference": f"job {number}",
        "Contact": {"ContactID": identity(900 + number % 3), "Name": f"Contact {number % 3}"},
        "Date": wire(day),
        "DueDate": wire(day + dt.timedelta(days=14)),
        "Total": Decimal(number) + Decimal("0.10"),
        "SentToContact": number % 2 == 0,
        "Payments": [],
        "HasAttachments": False,
        "LineItems": [{"LineItemID": identity(5000 + number), "UnitAmount": Decimal("1.2345"), "Quantity": Decimal(2)}],
        "UpdatedDateUTC": wire(day, second=number),
    }
    return {**record, **changes}


def authorize_address(base: str = BASE, scopes: Sequence[str] = ALL_SCOPES, **changes: str) -> str:
    asked = {
        "response_type": "code",
        "client_id": "an-app",
        "redirect_uri": REDIRECT,
        "scope": " ".join(scopes),
        "state": "st&te=1",
        **changes,
    }
    return str(httpx.URL(f"{base}/identity/connect/authorize", params={k: v for k, v in asked.items() if v}))


def consent(
    client: httpx.Client,
    base: str = BASE,
    scopes: Sequence[str] = ALL_SCOPES,
    organisations: Sequence[str] | None = None,
    transport: httpx.BaseTransport | None = None,
    client_id: str = "an-app",
) -> dict[str, Any]:
    """The whole way from the consent page to a token answer."""
    callback = httpx.URL(Person(transport).allow(authorize_address(base, scopes, client_id=client_id), organisations))
    form = {"grant_type": "authorization_code", "code": callback.params["code"], "redirect_uri": REDIRECT}
    answer = client.post(f"{base}/connect/token", data=form, auth=(client_id, "s3cret"))
    assert answer.status_code == 200, answer.text
    return answer.json()


def let_in(simulator: Simulator, scopes: Sequence[str] = ALL_SCOPES, client_id: str = "an-app") -> httpx.Client:
    """A client with a token for the first organisation, that asks for JSON."""
    transport = SimulatorTransport(simulator)
    client = httpx.Client(transport=transport, base_url=API, headers={"Accept": "application/json"})
    token = consent(client, scopes=scopes, transport=transport, client_id=client_id)["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"
    client.headers["xero-tenant-id"] = simulator.organisations()[0].tenant_id
    return client


def ids(answer: httpx.Response, wrapper: str = "Invoices", key: str = "InvoiceID") -> list[int]:
    """The numbers of the records of an answer."""
    assert answer.status_code == 200, answer.text
    return [int(record[key][-6:]) for record in answer.json()[wrapper]]
