"""The simulated payroll and asset APIs: Xero's own SDK reads them, with the scopes and the errors of the documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from xero_python.api_client import ApiClient, Configuration
from xero_python.api_client.oauth2 import OAuth2Token
from xero_python.assets import AssetApi
from xero_python.payrollau import PayrollAuApi
from xero_python.payrollnz import PayrollNzApi
from xero_python.payrolluk import PayrollUkApi

from xero_pipeline_tests.openapi import spec
from xero_pipeline_tests.openapi.compact import ONLY
from xero_pipeline_tests.simulator.helpers import consent
from xero_simulator.api.catalogue import grantable_scopes
from xero_simulator.config import BooksConfig
from xero_simulator.server import serving
from xero_simulator.simulator import Simulator

NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC).timestamp()
CANADA, UNITED_KINGDOM, AUSTRALIA, NEW_ZEALAND = 4, 6, 7, 9


class OtherApis:
    """The SDK over one simulator: three payroll APIs and that of assets."""

    def __init__(self, base: str, held: dict[str, Any], simulator: Simulator) -> None:
        configuration = Configuration(oauth2_token=OAuth2Token(client_id="an-app", client_secret="s3cret"))
        client = ApiClient(configuration, pool_threads=1)
        client.oauth2_token_getter(lambda: held)
        client.oauth2_token_saver(held.update)
        scopes = sorted(grantable_scopes())
        client.set_oauth2_token({**held, "expires_in": 1800, "scope": scopes, "expires_at": NOON + 9e9})
        self.base, self.token, self.simulator = base, held["access_token"], simulator
        self.australia = PayrollAuApi(client, f"{base}/payroll.xro/1.0")
        self.new_zealand = PayrollNzApi(client, f"{base}/payroll.xro/2.0")
        self.assets = AssetApi(client, f"{base}/assets.xro/1.0")
        self.united_kingdom = PayrollUkApi(client, f"{base}/payroll.xro/2.0")

    def tenant(self, place: int) -> str:
        return self.simulator.organisations()[place].tenant_id

    def ask(self, place: int, path: str, token: str | None = None) -> httpx.Response:
        told = {"Authorization": f"Bearer {token or self.token}", "xero-tenant-id": self.tenant(place)}
        return httpx.get(f"{self.base}{path}", headers=told | {"Accept": "application/json"}, trust_env=False)


@pytest.fixture(scope="module")
def sdk() -> Iterator[OtherApis]:
    config = BooksConfig(today=dt.date(2026, 3, 10), organisations=10, invoices=24, months=3)
    simulator = Simulator(config, limits=None, clock=lambda: NOON)
    with serving(simulator) as base, httpx.Client() as client:
        tenants = [one.tenant_id for one in simulator.organisations()]
        held = consent(client, base, sorted(grantable_scopes()), tenants)
        yield OtherApis(base, held, simulator)


def test_the_sdk_reads_australian_pay_runs_whose_payslips_come_to_their_totals(sdk: OtherApis) -> None:
    tenant, api = sdk.tenant(AUSTRALIA), sdk.australia
    runs = api.get_pay_runs(tenant, page=1).pay_runs
    assert {run.pay_run_status.value for run in runs} == {"POSTED", "DRAFT"}
    assert not any(run.payslips for run in runs)
    (whole,) = api.get_pay_run(tenant, runs[0].pay_run_id).pay_runs
    slips = [api.get_payslip(tenant, one.payslip_id).payslip for one in whole.payslips]
    assert sum(slip.wages for slip in slips) == whole.wages
    assert sum(slip.net_pay for slip in slips) == whole.net_pay == whole.wages - whole.deductions - whole.tax
    assert {one.type.value for one in api.get_settings(tenant).settings.accounts} > {"WAGESEXPENSE", "PAYGLIABILITY"}
    assert {one.account_code for one in api.get_pay_items(tenant).pay_items.earnings_rates} == {"477"}


@pytest.mark.parametrize(("place", "country"), [(NEW_ZEALAND, "new_zealand"), (UNITED_KINGDOM, "united_kingdom")])
def test_the_sdk_reads_pay_runs_whose_payslips_come_to_their_cost(sdk: OtherApis, place: int, country: str) -> None:
    tenant, api = sdk.tenant(place), getattr(sdk, country)
    answer = api.get_pay_runs(tenant, page=1)
    assert answer.pagination.item_count == len(answer.pay_runs)
    run = next(one for one in answer.pay_runs if one.pay_run_status == "Posted")
    slips = api.get_pay_slips(tenant, run.pay_run_id).pay_slips
    assert sum(slip.total_pay for slip in slips) == run.total_pay
    benefits = "superannuation_lines" if country == "new_zealand" else "benefit_lines"
    added = sum(line.amount for slip in slips for line in getattr(slip, benefits))
    employer = sum(line.amount for slip in slips for line in slip.employer_tax_lines)
    assert sum(slip.gross_earnings for slip in slips) + added + employer == run.total_cost
    rates = {one.earnings_rate_id for one in api.get_earnings_rates(tenant).earnings_rates}
    assert {line.earnings_rate_id for slip in slips for line in slip.earnings_lines} <= rates
    assert {one.type for one in api.get_settings(tenant).settings.accounts} > {"WAGESEXPENSE", "PAYELIABILITY"}


def test_a_payroll_of_another_country_is_refused(sdk: OtherApis) -> None:
    for place, path in ((AUSTRALIA, "/payroll.xro/2.0/PayRuns"), (CANADA, "/payroll.xro/1.0/PayRuns")):
        assert sdk.ask(place, path).status_code == 403


def test_a_token_without_the_scope_is_refused(sdk: OtherApis) -> None:
    form = {"grant_type": "client_credentials", "scope": "payroll.payruns.read"}
    answer = httpx.post(f"{sdk.base}/connect/token", data=form, auth=("an-app", "s3cret"), trust_env=False)
    token = answer.json()["access_token"]
    for path, status in (("PayRuns", 200), ("Settings", 401), ("PaySlips", 401)):
        told = {"Authorization": f"Bearer {token}", "xero-tenant-id": sdk.tenant(0)}
        found = httpx.get(f"{sdk.base}/payroll.xro/2.0/{path}", headers=told, trust_env=False)
        assert found.status_code == status, path
    assert found.headers["WWW-Authenticate"] == "insufficient_scope"


def test_the_sdk_reads_the_register_of_fixed_assets(sdk: OtherApis) -> None:
    tenant, api = sdk.tenant(AUSTRALIA), sdk.assets
    types = {one.asset_type_id: one for one in api.get_asset_types(tenant)}
    found = {
        status: api.get_assets(tenant, status, page=1, page_size=5).items
        for status in ("REGISTERED", "DISPOSED", "DRAFT")
    }
    assert [bool(found[status]) for status in found] == [True, True, False]
    assert {one.asset_type_id for listed in found.values() for one in listed} == set(types)
    settings = api.get_asset_settings(tenant)
    assert settings.last_depreciation_date.date() == dt.date(2026, 2, 28)
    (gone,) = found["DISPOSED"]
    taken = gone.book_depreciation_detail.prior_accum_depreciation_amount
    assert gone.book_depreciation_detail.current_gain_loss == gone.disposal_price - (gone.purchase_price - taken)


def test_assets_are_listed_only_by_their_status_and_with_their_scope(sdk: OtherApis) -> None:
    assert sdk.ask(AUSTRALIA, "/assets.xro/1.0/Assets").status_code == 400
    assert sdk.ask(UNITED_KINGDOM, "/assets.xro/1.0/AssetTypes").json() == []
    form = {"grant_type": "client_credentials", "scope": "payroll.payruns.read"}
    answer = httpx.post(f"{sdk.base}/connect/token", data=form, auth=("an-app", "s3cret"), trust_env=False)
    told = {"Authorization": f"Bearer {answer.json()['access_token']}", "xero-tenant-id": sdk.tenant(0)}
    assert httpx.get(f"{sdk.base}/assets.xro/1.0/Settings", headers=told, trust_env=False).status_code == 401


DOCUMENTS = {
    "payroll-au": ("/payroll.xro/1.0", AUSTRALIA),
    "payroll-nz": ("/payroll.xro/2.0", NEW_ZEALAND),
    "payroll-uk": ("/payroll.xro/2.0", UNITED_KINGDOM),
    "assets": ("/assets.xro/1.0", AUSTRALIA),
}
DEPARTURES = (": type null", "Setting: 'name' is a required property")
"""What the documents' own examples show, too: null for what there is not, settings without a name."""


@pytest.mark.parametrize(("name", "path"), [(name, path) for name in DOCUMENTS for path in ONLY[name]])
def test_every_answer_is_as_xeros_document_describes_it(sdk: OtherApis, name: str, path: str) -> None:
    root, place = DOCUMENTS[name]
    for address in addresses(sdk, root, place, path):
        answer = sdk.ask(place, f"{root}{address}")
        assert answer.status_code == 200, answer.text
        found = spec.faults(answer.json(), path, name) - spec.document(name)["shown"].keys()
        assert {fault for fault in found if not fault.endswith(DEPARTURES)} == set(), address


def addresses(sdk: OtherApis, root: str, place: int, path: str) -> list[str]:
    """What a path of a document is asked as: of lists below a pay run the first two pay runs'."""
    if path == "/Assets":
        return [f"{path}?status={status}" for status in ("REGISTERED", "DISPOSED")]
    if path.lower() != "/payslips" and "{" not in path:
        return [path]
    listed = sdk.ask(place, f"{root}/PayRuns").json()
    runs = [one.get("PayRunID") or one["payRunID"] for one in (listed.get("PayRuns") or listed["payRuns"])[:2]]
    if path.lower() == "/payslips":
        return [f"{path}?PayRunID={run}" for run in runs]
    if path == "/PayRuns/{PayRunID}":
        return [f"/PayRuns/{run}" for run in runs]
    (whole,) = sdk.ask(place, f"{root}/PayRuns/{runs[0]}").json()["PayRuns"]
    return [f"/Payslip/{slip['PayslipID']}" for slip in whole["Payslips"]]
