"""Collections, single records and reports of the simulated Accounting API."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import httpx
import pytest

from xero_pipeline_tests.simulator.helpers import API, Clock, TinySimulator, identity, ids, invoice, let_in, wire
from xero_simulator.api.catalogue import COLLECTIONS, REPORTS
from xero_simulator.simulator import Simulator

DAY = dt.date(2026, 2, 1)


@pytest.fixture
def simulator() -> TinySimulator:
    simulator = TinySimulator(clock=Clock(), limits=None)
    simulator.tiny.tables["Invoices"] = [invoice(number) for number in range(250, 0, -1)]
    return simulator


@pytest.fixture(scope="module")
def shared() -> TinySimulator:
    return TinySimulator(clock=Clock(), limits=None)


@pytest.fixture
def client(simulator: Simulator) -> httpx.Client:
    return let_in(simulator)


def test_the_envelope_carries_id_status_provider_and_time(client: httpx.Client) -> None:
    answer = client.get("/Invoices").json()
    assert list(answer) == ["Id", "Status", "ProviderName", "DateTimeUTC", "Invoices"]
    assert answer["Status"] == "OK"
    assert answer["DateTimeUTC"] == "/Date(1773144000000)/"


def test_summary_only_leaves_out_lines_payments_and_attachments(client: httpx.Client) -> None:
    record = client.get("/Invoices", params={"page": "1", "summaryOnly": "true"}).json()["Invoices"][0]
    assert record["LineItems"] == []
    assert not {"Payments", "HasAttachments"} & set(record)


def test_unit_amounts_have_two_decimals_unless_four_are_asked_for(client: httpx.Client) -> None:
    for params, expected in (({}, "1.23"), ({"unitdp": "2"}, "1.23"), ({"unitdp": "4"}, "1.2345")):
        body = client.get("/Invoices", params={"page": "1", **params}).content
        first = json.loads(body, parse_float=Decimal)["Invoices"][0]["LineItems"][0]
        assert first["UnitAmount"] == Decimal(expected)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"IDs": f"{identity(4)},{identity(2).upper()}"}, [2, 4]),
        ({"InvoiceNumbers": "INV-0005,INV-0003"}, [3, 5]),
        ({"Statuses": "DRAFT"}, []),
        ({"searchTerm": "inv-0249"}, [249]),
        ({"createdByMyApp": "true"}, []),
        ({"IDs": identity(4), "where": 'Type=="ACCREC"'}, []),
        ({"where": 'Total>=249 AND Type=="ACCPAY"'}, [250]),
        ({"where": "Date==DateTime(2026,01,03)", "order": "Total DESC"}, [242, 182, 122, 62, 2]),
    ],
)
def test_parameters_narrow_and_order_the_list(
    client: httpx.Client, params: dict[str, str], expected: list[int]
) -> None:
    assert ids(client.get("/Invoices", params=params)) == expected


def test_contact_ids_keep_the_invoices_of_these_contacts(client: httpx.Client) -> None:
    found = ids(client.get("/Invoices", params={"ContactIDs": identity(901)}))
    assert sorted(found) == list(range(1, 251, 3))


@pytest.mark.parametrize("params", [{"where": "Nonsense==1"}, {"where": 'Type=="'}, {"order": "Type SIDEWAYS"}])
def test_an_unreadable_query_is_a_query_parse_exception(client: httpx.Client, params: dict[str, str]) -> None:
    answer = client.get("/Invoices", params=params)
    assert answer.status_code == 400
    assert (answer.json()["ErrorNumber"], answer.json()["Type"]) == (16, "QueryParseException")


def test_one_record_is_read_by_id_in_any_capitals_or_by_number(client: httpx.Client) -> None:
    for name in (identity(7), identity(7).upper(), "INV-0007"):
        answer = client.get(f"/Invoices/{name}")
        assert ids(answer) == [7]
        assert answer.json()["Invoices"][0]["LineItems"]


@pytest.mark.parametrize(
    "path", ["/Invoices/none", "/Nothing", "/Employees", "/Reports/Nothing", "/Currencies/NZD", "/Invoices/a/b"]
)
def test_what_is_not_there_is_a_404_in_plain_text(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.text) == (404, "The resource you're looking for cannot be found")


def test_writing_is_not_implemented(client: httpx.Client) -> None:
    answer = client.post("/Invoices", json={})
    assert (answer.status_code, answer.json()["Type"]) == (405, "ApiMethodNotImplementedException")


def test_archived_and_deleted_records_are_hidden_until_asked_for(simulator: TinySimulator) -> None:
    tables = simulator.tiny.tables
    tables["Contacts"] = [
        {"ContactID": identity(1), "ContactStatus": "ACTIVE"},
        {"ContactID": identity(2), "ContactStatus": "ARCHIVED"},
    ]
    tables["BankTransfers"] = [
        {"BankTransferID": identity(1), "Status": "AUTHORISED"},
        {"BankTransferID": identity(2), "Status": "DELETED"},
    ]
    options = [{"Name": "North", "Status": "ACTIVE"}, {"Name": "South", "Status": "ARCHIVED"}]
    tables["TrackingCategories"] = [{"TrackingCategoryID": identity(1), "Status": "ACTIVE", "Options": options}]
    client = let_in(simulator)
    for path, key, switch in (
        ("Contacts", "ContactID", "includeArchived"),
        ("BankTransfers", "BankTransferID", "includeDeleted"),
    ):
        assert ids(client.get(f"/{path}"), path, key) == [1]
        assert ids(client.get(f"/{path}", params={switch: "true"}), path, key) == [1, 2]
    for params, names in (({}, ["North"]), ({"includeArchived": "true"}, ["North", "South"])):
        category = client.get("/TrackingCategories", params=params).json()["TrackingCategories"][0]
        assert [option["Name"] for option in category["Options"]] == names


def test_budget_lines_come_with_the_single_budget_for_the_months_asked(simulator: TinySimulator) -> None:
    balances = [{"Period": f"2026-0{month}", "Amount": Decimal(month)} for month in (1, 2, 3)]
    line = {"AccountID": identity(5), "BudgetBalances": balances}
    simulator.tiny.tables["Budgets"] = [{"BudgetID": identity(1), "BudgetLines": [line]}]
    client = let_in(simulator)
    assert "BudgetLines" not in client.get("/Budgets").json()["Budgets"][0]
    params = {"DateFrom": "2026-02-01", "DateTo": "2026-02-28"}
    found = client.get(f"/Budgets/{identity(1)}", params=params).json()["Budgets"][0]["BudgetLines"][0]
    assert found["BudgetBalances"] == [{"Period": "2026-02", "Amount": 2}]


def test_a_client_that_forgets_to_ask_for_json_gets_xml(client: httpx.Client) -> None:
    answer = client.get("/Invoices", headers={"Accept": "*/*"})
    assert answer.headers["content-type"].startswith("text/xml")
    assert answer.text.startswith("<Response")


def test_an_edit_shows_at_once(client: httpx.Client, simulator: TinySimulator) -> None:
    client.get("/Invoices", params={"page": "1", "unitdp": "4"})
    simulator.tiny.tables["Invoices"][0] = invoice(250, Status="VOIDED", UpdatedDateUTC=wire(dt.date(2026, 3, 9)))
    simulator.tiny.revision += 1
    answer = client.get("/Invoices", params={"page": "3", "unitdp": "4"}).json()
    assert answer["Invoices"][-1]["InvoiceNumber"] == "INV-0250"
    assert answer["Invoices"][-1]["Status"] == "VOIDED"


def test_a_report_gets_the_parameters_in_xeros_spelling_and_the_day_of_the_books(
    client: httpx.Client, simulator: TinySimulator
) -> None:
    answer = client.get("/Reports/profitandloss", params={"FROMDATE": "2026-01-01", "standardlayout": "true"})
    assert answer.json()["Reports"] == [{"ReportName": "ProfitAndLoss", "Rows": []}]
    params = {"fromDate": "2026-01-01", "standardLayout": "true"}
    assert simulator.tiny.asked == [("ProfitAndLoss", params, dt.date(2026, 3, 10))]


def test_a_report_with_bad_parameters_is_a_validation_exception(client: httpx.Client) -> None:
    answer = client.get("/Reports/BankSummary", params={"periods": "99"})
    assert answer.status_code == 400
    assert answer.json()["Type"] == "ValidationException"
    assert answer.json()["Elements"][0]["ValidationErrors"] == [{"Message": "periods must be from 1 to 11"}]


def test_compression_is_given_when_asked_for_and_only_then(client: httpx.Client) -> None:
    packed = client.get("/Invoices", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/Invoices", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json()["Invoices"] == plain.json()["Invoices"]
    assert int(packed.headers["content-length"]) < len(plain.content) / 2


@pytest.mark.parametrize("path", [row.path for row in COLLECTIONS] + [f"Reports/{name}" for name, _ in REPORTS])
def test_every_endpoint_wants_its_own_scope_and_no_other(path: str, shared: TinySimulator) -> None:
    scopes = {row.path: row.scopes for row in COLLECTIONS} | {f"Reports/{name}": (scope,) for name, scope in REPORTS}
    wanted = {f"{scope}.read" for scope in scopes[path]}
    others = sorted({f"{row.scopes[0]}.read" for row in COLLECTIONS} - wanted)
    # Scopes of one app add up over consents, so every question is asked by an app of its own.
    refused = let_in(shared, others, f"{path} without").get(f"/{path}")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "insufficient_scope"
    assert refused.json()["Detail"] == "AuthorizationUnsuccessful"
    for scope in wanted:
        assert let_in(shared, [scope], f"{path} {scope}").get(f"/{path}").status_code == 200


def test_journals_are_closed_to_everybody(client: httpx.Client) -> None:
    assert client.get("/Journals").headers["www-authenticate"] == "insufficient_scope"


@pytest.mark.parametrize("tenant", ["", identity(1), "not an id"])
def test_a_tenant_that_is_not_connected_is_403(client: httpx.Client, tenant: str) -> None:
    answer = client.get(f"{API}/Invoices", headers={"xero-tenant-id": tenant})
    assert answer.status_code == 403
    assert (answer.json()["title"], answer.json()["detail"]) == ("Forbidden", "AuthenticationUnsuccessful")


def test_calls_are_counted_by_tenant_and_path(client: httpx.Client, simulator: TinySimulator) -> None:
    client.get("/Invoices")
    client.get("/Invoices", params={"page": "2"})
    assert simulator.calls[(simulator.tiny.tenant_id, "Invoices")] == 2
    assert simulator.calls[("", "connect/token")] == 1
