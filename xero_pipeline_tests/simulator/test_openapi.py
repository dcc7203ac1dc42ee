"""The seam between simulator and product is Xero's own specification, not what either believes of the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from xero_pipeline_tests.openapi import spec
from xero_pipeline_tests.simulator.helpers import BASE, Clock, consent, let_in
from xero_simulator.api.catalogue import COLLECTIONS, grantable_scopes
from xero_simulator.api.history import KEPT
from xero_simulator.attachments.written import ATTACHABLE
from xero_simulator.config import BooksConfig
from xero_simulator.simulator import Simulator
from xero_simulator.transport import SimulatorTransport

pytestmark = pytest.mark.slow

TODAY = dt.date(2026, 11, 22)
SCOPES = tuple(sorted(grantable_scopes(advanced=True)))

# Where the real Xero departs from its documents although their examples do not show it.
DEPARTURES = {
    "Account.CreatedDateUTC: unknown": "XeroAPI/Xero-OpenAPI, release 20.0.0 of 2 November 2026",
    "BudgetBalance.Period: x-is-msdate": "the schema's description and the example of /Budgets/{BudgetID}: 2019-08",
    "Connection.createdDateUtc: format": "developer.xero.com, OAuth 2.0 tenants: 2019-07-09T23:40:30.1833130, no zone",
    "Connection.updatedDateUtc: format": "the same page",
    "AccessToken.scope: unknown": "XeroAPI/xero-python, cassette test_token_api_refresh_token.yaml",
    "ReportWithRow.Attributes: unknown": "developer.xero.com, Reports: published BAS and GST returns",
    "Prepayment.Type: enum": "XeroAPI/Xero-NetStandard#477: RECEIVE-OVERPAYMENT and SPEND-OVERPAYMENT in this list",
    "BatchPayments.BatchPayments: type null": "XeroAPI/Xero-Net#373",
}
# What an app that only reads books does not need, and what no app made after March 2026 is granted.
NOT_SIMULATED = ("/pdf", "/CISSettings", "/Reports/TenNinetyNine")
NOT_GRANTED = ("/ExpenseClaims", "/Receipts", "/PaymentServices")
PATHS = [
    path
    for path in spec.document("accounting")["paths"]
    if not path.endswith((*NOT_SIMULATED, *NOT_GRANTED)) and not path.startswith(NOT_GRANTED)
]
ASKED = ({}, {"page": "1", "pageSize": "1000"}, {"page": "2"}, {"page": "1", "summaryOnly": "true", "unitdp": "4"})
"""How each list is asked for."""
REPORTS_ASKED = {
    "ProfitAndLoss": ({}, {"periods": "3", "standardLayout": "true"}, {"paymentsOnly": "true"}),
    "BalanceSheet": ({}, {"periods": "2", "timeframe": "YEAR", "standardLayout": "true"}),
    "BudgetSummary": ({}, {"periods": "3", "timeframe": "3"}),
}


def departing(found: set[str], name: str = "accounting") -> set[str]:
    """The faults that neither the document's own examples nor the table above explain."""
    return {
        fault for fault in found - spec.document(name)["shown"].keys() if fault.partition(' "')[0] not in DEPARTURES
    }


@pytest.fixture(scope="module")
def client() -> httpx.Client:
    clock = Clock(dt.datetime.combine(TODAY, dt.time(12), dt.UTC).timestamp())
    config = BooksConfig(today=TODAY, organisations=10, invoices=120, months=5)
    return let_in(Simulator(config, clock=clock, limits=None, advanced=True), SCOPES)


def tenants(client: httpx.Client) -> list[str]:
    return [entry["tenantId"] for entry in client.get(f"{BASE}/connections").json()]


def answers(client: httpx.Client, path: str) -> Iterator[dict[str, Any]]:
    """Every answer to a path of the document, of all organisations."""
    for tenant in tenants(client):
        client.headers["xero-tenant-id"] = tenant
        for place, params in _requests(client, path):
            answer = client.get(place, params=params)
            if answer.status_code == 403 and "reporting role" in answer.text:
                continue
            assert answer.status_code == 200, (place, params, answer.text)
            yield answer.json()


def _requests(client: httpx.Client, path: str) -> Iterator[tuple[str, dict[str, str]]]:
    head, _, rest = path.partition("/{")
    key, _, part = rest.partition("}")
    name = head.removeprefix("/Reports/")
    if part:
        for record in _with_part(_listed(client, head), part):
            yield f"{head}/{record[key]}{part}", {}
    elif key:
        for record in _listed(client, head)[:40]:
            if record.get(key):
                yield f"{head}/{record[key]}", {}
    elif name.startswith("Aged"):
        for contact in _listed(client, "/Contacts")[:12]:
            yield path, {"contactId": contact["ContactID"]}
    else:
        for params in REPORTS_ASKED.get(name, ASKED if "/Reports" not in path else ({},)):
            yield path, params


def _with_part(records: list[dict[str, Any]], part: str) -> list[dict[str, Any]]:
    """Some of the records that have an attachment, an address for customers or a history."""
    if part == "/OnlineInvoice":
        records = [one for one in records if one["Type"] == "ACCREC" and one["Status"] == "PAID"]
    if part == "/Attachments":
        records = sorted(records, key=lambda one: not one.get("HasAttachments"))
    return records[:4]


def _listed(client: httpx.Client, path: str) -> list[dict[str, Any]]:
    wrapper = next((row.wrapper for row in COLLECTIONS if f"/{row.path}" == path), path[1:])
    return client.get(path).json().get(wrapper) or []


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_as_xeros_document_describes_it(client: httpx.Client, path: str) -> None:
    key = path[:-1].partition("/{")[2]
    found = {fault for answer in answers(client, path) for fault in spec.faults(answer, path)}
    assert departing(found) == set(), key


def test_records_have_files_and_a_history_where_xeros_document_says_so() -> None:
    hanging = {path.rpartition("/")[2]: set[str]() for path in PATHS if path.count("/") == 3}
    for path in (path for path in PATHS if path.count("/") == 3):
        hanging[path.rpartition("/")[2]].add(path.split("/")[1])
    assert hanging == {"Attachments": set(ATTACHABLE), "History": KEPT, "OnlineInvoice": {"Invoices"}}


def test_every_departure_from_the_document_is_one_that_occurs(client: httpx.Client) -> None:
    places = ["/Accounts", "/Budgets/{BudgetID}", "/Reports/{ReportID}", "/Prepayments", "/BatchPayments"]
    found = {fault for path in places for answer in answers(client, path) for fault in spec.faults(answer, path)}
    found |= spec.faults(client.get(f"{BASE}/connections").json(), "/Connections", "identity")
    found |= spec.faults_of_schema(_token(client), {"$ref": "#/components/schemas/AccessToken"}, "identity")
    assert {fault.partition(' "')[0] for fault in found} >= DEPARTURES.keys()


def test_connections_and_tokens_are_as_the_identity_document_describes_them(client: httpx.Client) -> None:
    connections = client.get(f"{BASE}/connections").json()
    assert connections
    assert departing(spec.faults(connections, "/Connections", "identity"), "identity") == set()
    access_token = {"$ref": "#/components/schemas/AccessToken"}
    assert departing(spec.faults_of_schema(_token(client), access_token, "identity"), "identity") == set()


def _token(client: httpx.Client) -> dict[str, Any]:
    transport = client._transport  # httpx has no public way to it
    assert isinstance(transport, SimulatorTransport)
    return consent(httpx.Client(transport=transport), scopes=SCOPES, transport=transport)


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/Invoices", {"where": "Colour==1"}),
        ("/Reports/ProfitAndLoss", {"fromDate": "2024-01-01", "toDate": "2026-01-01"}),
        ("/PurchaseOrders", {"DateFrom": "yesterday"}),
    ],
)
def test_a_refused_request_is_answered_with_xeros_error(
    client: httpx.Client, path: str, params: dict[str, str]
) -> None:
    answer = client.get(path, params=params, headers={"xero-tenant-id": tenants(client)[0]})
    assert answer.status_code == 400
    assert spec.faults_of_schema(answer.json(), {"$ref": "#/components/schemas/Error"}) == set()


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("Status", "UNPAID", 'Invoice.Status: enum "UNPAID"'),
        ("InvoiceID", "17", 'Invoice.InvoiceID: format "17"'),
        ("Total", "12.00", 'Invoice.Total: type "12.00"'),
        ("Date", "2026-11-22", "Invoice.Date: x-is-msdate"),
        ("Date", "/Date(1764000000001+0000)/", "Invoice.Date: x-is-msdate"),
        ("Colour", "red", "Invoice.Colour: unknown"),
    ],
)
def test_the_comparison_finds_what_is_planted(client: httpx.Client, key: str, value: str, fault: str) -> None:
    answer = client.get("/Invoices", params={"page": "1"}, headers={"xero-tenant-id": tenants(client)[0]}).json()
    answer["Invoices"][-1][key] = value
    assert departing(spec.faults(answer, "/Invoices")) == {fault}
