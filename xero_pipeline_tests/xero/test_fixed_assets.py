"""Fixed assets as the register says them: what each posted, worked out by Xero's rules, or why that is not known.

The rules and their figures are those of help.xero.com ("How Xero calculates straight line depreciation", "… diminishing
value depreciation"); the answers have the shapes of XeroAPI/Xero-OpenAPI 16.1.0, xero_assets.yaml.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import httpx
import msgspec
import pytest

from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline.xero.explained.depreciation import DepreciationRule, depreciation
from xero_pipeline.xero.pagination import paginate
from xero_pipeline.xero.values import loads
from xero_pipeline_tests.xero.fakes import TENANT, client_of

D = Decimal
MARCH = (3, 31)
VALUE = D(1300)
"""A purchase price of 1500 less a residual value of 200."""


def rule(method="StraightLine", *, by_days=False, rate=None, years=None, value=VALUE, start=date(2025, 4, 1)):
    given = (D(str(rate)) if rate else None, D(years) if years else None)
    return DepreciationRule(method, by_days, *given, value, start, MARCH)


def test_straight_line_is_a_twelfth_a_month_and_cents_move_so_that_the_year_is_right():
    months = depreciation(rule(rate=20), [date(2026, 3, 31)], D(260))
    assert months[0] == (date(2025, 4, 30), D("21.67"))
    assert len(months) == 12
    assert {amount for _, amount in months} == {D("21.66"), D("21.67")}


def test_a_life_of_eight_years_is_an_eighth_a_year():
    assert len(depreciation(rule(years=8), [date(2026, 3, 31)], D("162.50"))) == 12


def test_days_of_a_month_in_which_it_was_bought_count_alone():
    bought = rule(by_days=True, rate=20, start=date(2025, 4, 17))
    assert depreciation(bought, [date(2025, 4, 30)], D("9.94")) == [(date(2025, 4, 30), D("9.94"))]


def test_diminishing_value_takes_its_rate_of_what_the_years_before_left():
    first, second = (depreciation(rule("DiminishingValue100", rate=20), [date(y, 3, 31)], t) for y, t in YEARS)
    assert sum(amount for _, amount in first) == 260
    assert sum(amount for day, amount in second if day > date(2026, 3, 31)) == 208


YEARS = ((2026, D(260)), (2027, D(468)))


def test_a_rate_may_be_a_part_of_one():
    assert depreciation(rule(rate="0.2"), [date(2026, 3, 31)], D(260)) is not None


def test_nothing_is_depreciated_beyond_its_value():
    months = depreciation(rule(years=2), [date(2030, 3, 31)], VALUE)
    assert months[-1][0] == date(2027, 3, 31)


def test_full_depreciation_is_all_in_the_month_it_begins():
    assert depreciation(rule("FullDepreciation"), [date(2026, 3, 31)], VALUE) == [(date(2025, 4, 30), VALUE)]


def test_what_comes_to_something_else_than_the_register_says_is_not_known():
    assert depreciation(rule(rate=20), [date(2026, 3, 31)], D("260.01")) is None


ASSET = {
    "assetId": "68f17094-af97-4f1b-b36b-013b45b6ad3c",
    "assetName": "Computer47822",
    "assetTypeId": "type",
    "purchasePrice": 1500,
    "disposalPrice": 0,
    "assetStatus": "Registered",
    "bookDepreciationSetting": {
        "depreciationMethod": "StraightLine",
        "averagingMethod": "FullMonth",
        "depreciationRate": 20.00,
        "depreciationCalculationMethod": "Rate",
    },
    "bookDepreciationDetail": {
        "depreciationStartDate": "2025-04-01T00:00:00",
        "residualValue": 200,
        "priorAccumDepreciationAmount": 260,
        "currentAccumDepreciationAmount": 65,
        "currentCapitalGain": 0,
        "currentGainLoss": 0,
    },
}
SOLD = {"assetStatus": "Disposed", "disposalDate": "2026-07-10T00:00:00", "disposalPrice": 1200}


class AssetRegister:
    """A register of one asset, which answers as Xero does: bare lists, one status at a time."""

    def __init__(self, asset, **settings):
        self.asset = asset
        self.settings = {
            "assetStartDate": "2025-04-01T00:00:00",
            "lastDepreciationDate": "2026-06-30T00:00:00",
            "defaultGainOnDisposalAccountId": "gain",
            "defaultLossOnDisposalAccountId": "loss",
            "defaultCapitalGainOnDisposalAccountId": "capital",
        } | settings
        self.requests = []

    def __call__(self, request):
        self.requests.append(request)
        found = {
            "Organisation": {
                "Status": "OK",
                "DateTimeUTC": "/Date(1573611063074)/",
                "Organisations": [{"FinancialYearEndMonth": 3, "FinancialYearEndDay": 31}],
            },
            "AssetTypes": [
                {
                    "assetTypeId": "type",
                    "assetTypeName": "Computer Equipment",
                    "fixedAssetAccountId": "cost",
                    "depreciationExpenseAccountId": "expense",
                    "accumulatedDepreciationAccountId": "taken",
                }
            ],
            "Settings": self.settings,
            "Assets": self.listed(request.url.params.get("status")),
        }[request.url.path.rpartition("/")[2]]
        return httpx.Response(200, content=msgspec.json.encode(found))

    def listed(self, status):
        items = [self.asset] if self.asset["assetStatus"].upper() == status else []
        told = {"page": 1, "pageSize": 100, "pageCount": len(items), "itemCount": len(items)}
        return {"pagination": {**told, "links": {}}, "items": items}


@pytest.fixture
def read(engine, clock):
    def once(register):
        with client_of(register, engine, clock) as client:
            (page,) = paginate(client, TENANT, endpoint("fixed_assets"))
        (record,) = [loads(bytes(text)) for text in page.records.texts]
        sums = Counter()
        for line in record["Postings"]:
            sums[line["Kind"], line["AccountID"]] += D(str(line["LineAmount"]))
        return record, sums

    return once


def changed(detail=None, **more):
    return {**ASSET, **more, "bookDepreciationDetail": {**ASSET["bookDepreciationDetail"], **(detail or {})}}


def test_an_asset_posts_its_depreciation_to_the_accounts_of_its_type_up_to_the_last_run(read):
    record, sums = read(AssetRegister(ASSET))
    assert sums == {("DEPRECIATION", "expense"): 325, ("DEPRECIATION", "taken"): -325}
    days = [line["Date"] for line in record["Postings"]]
    assert (days[0], days[-1], len(days)) == ("2025-04-30", "2026-06-30", 30)
    assert record["Problem"] is None


def test_what_was_depreciated_before_the_register_began_was_posted_by_nobody(read):
    _, sums = read(AssetRegister(ASSET, assetStartDate="2026-04-01T00:00:00"))
    assert sums["DEPRECIATION", "expense"] == 65


def test_an_asset_that_was_sold_takes_its_cost_and_depreciation_along_and_leaves_a_gain(read):
    record, sums = read(AssetRegister(changed({"currentGainLoss": 25}, **SOLD)))
    assert record["Problem"] is None
    assert {key: amount for key, amount in sums.items() if key[0] != "DEPRECIATION"} == {
        ("DISPOSAL", "cost"): -1500,
        ("DISPOSAL", "taken"): 325,
        ("GAIN OR LOSS", "gain"): -25,
        ("PROCEEDS", None): 1200,
    }


def test_a_price_above_cost_is_a_capital_gain_beside_the_gain(read):
    detail = {"currentGainLoss": 325, "currentCapitalGain": 100}
    _, sums = read(AssetRegister(changed(detail, **(SOLD | {"disposalPrice": 1600}))))
    assert (sums["CAPITAL GAIN", "capital"], sums["GAIN OR LOSS", "gain"]) == (-100, -325)
    assert sum(sums.values()) == 0


@pytest.mark.parametrize(
    ("asset", "settings", "why"),
    [
        (changed({"currentAccumDepreciationAmount": 65.01}), {}, "does not come to what the register says"),
        (changed({"currentGainLoss": 24}, **SOLD), {}, "is not its price less its book value"),
        (
            changed({"currentGainLoss": 25}, **SOLD),
            {"defaultGainOnDisposalAccountId": None},
            "names no account for the gain",
        ),
        (changed(assetTypeId="another"), {}, "names no account for cost"),
    ],
)
def test_where_the_register_does_not_add_up_nothing_is_posted_of_it_and_that_is_told(read, asset, settings, why):
    record, sums = read(AssetRegister(asset, **settings))
    assert why in record["Problem"]
    assert not [key for key in sums if key[0] != "DEPRECIATION"]


def test_drafts_are_not_asked_for(read):
    register = AssetRegister(ASSET)
    read(register)
    asked = [one.url.params.get("status") for one in register.requests if one.url.path.endswith("/Assets")]
    assert asked == ["REGISTERED", "DISPOSED"]
