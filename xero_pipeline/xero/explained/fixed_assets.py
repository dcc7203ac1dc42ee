"""The register of fixed assets (assets.xro/1.0) as one list: each asset with its type's accounts and what it posted.

Xero gives no list of depreciation runs and no journal of a disposal. What an asset posted is worked out of what the
register says, and only if it comes to just that; otherwise the asset has no postings, and says why.

Source: XeroAPI/Xero-OpenAPI, xero_assets.yaml 16.1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from xero_pipeline.calendar import month_end, month_start
from xero_pipeline.xero.explained.composed_list import ComposedList, amount_of, objects
from xero_pipeline.xero.explained.depreciation import DepreciationRule, Month, depreciation
from xero_pipeline.xero.explained.scopes import ASSETS
from xero_pipeline.xero.pagination.list_request import ListRequest
from xero_pipeline.xero.pagination.page import Page
from xero_pipeline.xero.values import is_object, parse_xero_date

_ROOT = "assets.xro/1.0"
_STATUSES = ("REGISTERED", "DISPOSED")
"""A draft is in no books."""
_PAGE = {"pageSize": "100"}
UNKNOWN_RULE = "its depreciation, worked out by Xero's rules, does not come to what the register says"
NO_ACCOUNTS = "its asset type names no account for cost, depreciation or accumulated depreciation"
NO_GAIN_ACCOUNT = "the register names no account for the gain or loss of its disposal"
UNEQUAL = "the gain or loss that the register says is not its price less its book value"
_SETTING = {
    "DepreciationMethod": "depreciationMethod",
    "AveragingMethod": "averagingMethod",
    "DepreciationRate": "depreciationRate",
    "EffectiveLifeYears": "effectiveLifeYears",
    "DepreciationCalculationMethod": "depreciationCalculationMethod",
}
_DETAIL = {
    "DepreciationStartDate": "depreciationStartDate",
    "CostLimit": "costLimit",
    "ResidualValue": "residualValue",
    "PriorAccumDepreciationAmount": "priorAccumDepreciationAmount",
    "CurrentAccumDepreciationAmount": "currentAccumDepreciationAmount",
    "CurrentCapitalGain": "currentCapitalGain",
    "CurrentGainLoss": "currentGainLoss",
}
_ASSET = {
    "AssetID": "assetId",
    "AssetName": "assetName",
    "AssetNumber": "assetNumber",
    "AssetTypeID": "assetTypeId",
    "AssetStatus": "assetStatus",
    "PurchaseDate": "purchaseDate",
    "PurchasePrice": "purchasePrice",
    "DisposalDate": "disposalDate",
    "DisposalPrice": "disposalPrice",
    "AccountingBookValue": "accountingBookValue",
}
_TYPE = {
    "AssetTypeName": "assetTypeName",
    "FixedAssetAccountID": "fixedAssetAccountId",
    "DepreciationExpenseAccountID": "depreciationExpenseAccountId",
    "AccumulatedDepreciationAccountID": "accumulatedDepreciationAccountId",
}


def read_fixed_assets(request: ListRequest) -> Page:
    """All assets that are registered or disposed of: five calls, and more where there are hundreds.

    Raises:
        XeroPipelineError: As `XeroClient.get`.
    """
    asked = ComposedList(request)
    organisation = asked.organisation()
    types = {str(one.get("assetTypeId")): one for one in objects(asked.get(f"{_ROOT}/AssetTypes", ASSETS).get("items"))}
    register = _Register.read(asked.get(f"{_ROOT}/Settings", ASSETS), organisation)
    records: list[dict[str, Any]] = []
    for status in _STATUSES:
        for one in asked.listed(f"{_ROOT}/Assets", "items", ASSETS, "assetId", {"status": status, **_PAGE}):
            header = _header(one, types)
            postings, problem = register.postings(header)
            records.append({**header, "Problem": problem, "Postings": postings})
    return asked.page(records)


def _header(one: Mapping[str, Any], types: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    setting, detail = one.get("bookDepreciationSetting"), one.get("bookDepreciationDetail")
    return {
        **{ours: one.get(theirs) for ours, theirs in _ASSET.items()},
        **{ours: types.get(str(one.get("assetTypeId")), {}).get(theirs) for ours, theirs in _TYPE.items()},
        **{ours: setting.get(theirs) if is_object(setting) else None for ours, theirs in _SETTING.items()},
        **{ours: detail.get(theirs) if is_object(detail) else None for ours, theirs in _DETAIL.items()},
    }


Postings = tuple[list[dict[str, Any]], str | None]
"""What an asset posted, or why that is not known."""


@dataclass(frozen=True, slots=True)
class _Register:
    """What all assets of an organisation share."""

    start: date | None
    depreciated_to: date | None
    gain: str | None
    loss: str | None
    capital_gain: str | None
    year_end: tuple[int, int]

    @classmethod
    def read(cls, settings: Mapping[str, Any], organisation: Mapping[str, Any]) -> _Register:
        return cls(
            _day(settings.get("assetStartDate")),
            _day(settings.get("lastDepreciationDate")),
            settings.get("defaultGainOnDisposalAccountId"),
            settings.get("defaultLossOnDisposalAccountId"),
            settings.get("defaultCapitalGainOnDisposalAccountId"),
            (int(organisation.get("FinancialYearEndMonth") or 12), int(organisation.get("FinancialYearEndDay") or 31)),
        )

    def postings(self, asset: Mapping[str, Any]) -> Postings:
        """All that an asset posted since the register began."""
        if not all(asset[name] for name in _TYPE if name.endswith("ID")):
            return [], NO_ACCOUNTS
        months = self._months(asset)
        if months is None:
            return [], UNKNOWN_RULE
        posted = [line for month in months for line in self._depreciated(asset, month)]
        if asset["AssetStatus"] != "Disposed":
            return posted, None
        disposed, problem = self._disposed(asset)
        return [*posted, *disposed], problem

    def _months(self, asset: Mapping[str, Any]) -> list[Month] | None:
        total, start = _accumulated(asset), _day(asset["DepreciationStartDate"])
        if asset["DepreciationMethod"] == "NoDepreciation" or start is None:
            return None if total else []
        by_rate = asset["DepreciationCalculationMethod"] == "Rate"
        rule = DepreciationRule(
            method=str(asset["DepreciationMethod"]),
            by_days=asset["AveragingMethod"] == "ActualDays",
            rate=amount_of(asset["DepreciationRate"]) if by_rate else None,
            years=amount_of(asset["EffectiveLifeYears"]) or None,
            value=(amount_of(asset["CostLimit"]) or amount_of(asset["PurchasePrice"]))
            - amount_of(asset["ResidualValue"]),
            start=start,
            year_end=self.year_end,
        )
        return depreciation(rule, self._ends(asset), total)

    def _ends(self, asset: Mapping[str, Any]) -> list[date]:
        """Until when it may have been depreciated: to the last run, and a thing disposed of to about that day."""
        gone = _day(asset["DisposalDate"]) if asset["AssetStatus"] == "Disposed" else None
        if gone is None:
            return [self.depreciated_to] if self.depreciated_to else [date.min]
        return [gone, month_end(gone), month_start(gone) - timedelta(days=1)]

    def _depreciated(self, asset: Mapping[str, Any], month: Month) -> list[dict[str, Any]]:
        day, amount = month
        if self.start is not None and day < self.start:
            return []  # posted by nobody: what was depreciated before the register began came with a conversion balance
        cost, taken = asset["DepreciationExpenseAccountID"], asset["AccumulatedDepreciationAccountID"]
        return [_line("DEPRECIATION", day, cost, amount), _line("DEPRECIATION", day, taken, -amount)]

    def _disposed(self, asset: Mapping[str, Any]) -> Postings:
        """Cost and accumulated depreciation go; the price comes; what is left is gain or loss."""
        day, cost, price = (
            _day(asset["DisposalDate"]),
            amount_of(asset["PurchasePrice"]),
            amount_of(asset["DisposalPrice"]),
        )
        taken, capital = _accumulated(asset), amount_of(asset["CurrentCapitalGain"])
        gain = min(price, cost) - (cost - taken)
        if day is None or gain != amount_of(asset["CurrentGainLoss"]) or capital != max(price - cost, Decimal(0)):
            return [], UNEQUAL
        lines = [
            ("DISPOSAL", asset["FixedAssetAccountID"], -cost),
            ("DISPOSAL", asset["AccumulatedDepreciationAccountID"], taken),
            ("GAIN OR LOSS", self.gain if gain > 0 else self.loss, -gain),
            ("CAPITAL GAIN", self.capital_gain, -capital),
        ]
        if not all(account for _, account, amount in lines if amount):
            return [], NO_GAIN_ACCOUNT
        found = [_line(kind, day, account, amount) for kind, account, amount in lines if amount]
        return [*found, *([_line("PROCEEDS", day, None, price)] if price else [])], None


def _line(kind: str, day: date, account: str | None, amount: Decimal) -> dict[str, Any]:
    return {"Kind": kind, "Date": day.isoformat(), "AccountID": account, "LineAmount": amount}


def _accumulated(asset: Mapping[str, Any]) -> Decimal:
    return amount_of(asset["PriorAccumDepreciationAmount"]) + amount_of(asset["CurrentAccumDepreciationAmount"])


def _day(value: object) -> date | None:
    try:
        return parse_xero_date(value).date() if isinstance(value, str) else None
    except ValueError:
        return None
