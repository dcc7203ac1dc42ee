"""The register behind what `books.money.assets` posts: what an organisation has, and what it had.

The machines and the website are depreciated in equal parts, month by month, since they were bought. What is sold or
scrapped was depreciated to its residual value before the register began.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from xero_simulator.books.money.assets import goes_in
from xero_simulator.values.amounts import ZERO
from xero_simulator.values.days import add_months, financial_year_start, month_end, month_start, wire_day_string
from xero_simulator.workbench import Record, Workbench


@dataclass(frozen=True, slots=True)
class _Kind:
    """A type of assets.

    Args:
        accounts: Keys of the accounts for cost, depreciation and accumulated depreciation.
    """

    name: str
    accounts: tuple[str, str, str]
    years: int


_MACHINES = _Kind("Machines", ("710", "416", "711"), 5)
_WEBSITES = _Kind("Websites", ("717", "417", "718"), 10)


def asset_types(bench: Workbench) -> list[Record]:
    """The types of assets; none where there is no register."""
    if not bench.habits.assets:
        return []
    return [
        {
            "assetTypeId": bench.id_of(f"asset/type/{kind.name}"),
            "assetTypeName": kind.name,
            "fixedAssetAccountId": bench.account_id(kind.accounts[0]),
            "depreciationExpenseAccountId": bench.account_id(kind.accounts[1]),
            "accumulatedDepreciationAccountId": bench.account_id(kind.accounts[2]),
            "bookDepreciationSetting": _setting(bench, f"type/{kind.name}", "AssetType", kind.years),
            "locks": 1,
        }
        for kind in (_MACHINES, _WEBSITES)
    ]


def asset_settings(bench: Workbench) -> Record:
    """The settings of the register."""
    found: Record = {"assetNumberPrefix": "FA-", "assetNumberSequence": "0100", "optInForTax": False}
    if not bench.habits.assets:
        return found
    last = _depreciated_to(bench)
    return {
        **found,
        "assetStartDate": wire_day_string(bench.config.first_month),
        **({"lastDepreciationDate": wire_day_string(last)} if last >= bench.config.first_month else {}),
        "defaultGainOnDisposalAccountId": bench.account_id("266"),
        "defaultLossOnDisposalAccountId": bench.account_id("419"),
        "defaultCapitalGainOnDisposalAccountId": bench.account_id("266"),
    }


def assets(bench: Workbench) -> list[Record]:
    """Everything in the register, the oldest first."""
    return list(_assets(bench)) if bench.habits.assets else []


def _assets(bench: Workbench) -> Iterator[Record]:
    first, last = bench.config.first_month, _depreciated_to(bench)
    for number, (name, kind, price) in enumerate(
        (("Joinery machines", _MACHINES, 36_000), ("Website", _WEBSITES, 2_400))
    ):
        months = 0 if last < first else (last.year - first.year) * 12 + last.month - first.month + 1
        monthly = Decimal(price) / kind.years / 12
        year = financial_year_start(last, *bench.country.year_end)
        before = 0 if year <= first else (year.year - first.year) * 12 + year.month - first.month
        prior = min(before, months) * monthly
        yield _asset(
            bench, number, name, kind, first, Decimal(price), ZERO, (prior, months * monthly - prior), kind.years
        )
    for number, month in enumerate(bench.config.month_starts(), start=10):
        gone = goes_in(month)
        if gone is not None:
            bought = add_months(first, -36)
            taken = gone.cost - gone.book_value
            record = _asset(bench, number, gone.name, _MACHINES, bought, gone.cost, gone.book_value, (taken, ZERO), 2)
            day = month.replace(day=15)
            if day <= bench.today:
                record |= {
                    "assetStatus": "Disposed",
                    "disposalDate": wire_day_string(day),
                    "disposalPrice": gone.price,
                    "accountingBookValue": ZERO,
                }
                record["bookDepreciationDetail"]["currentGainLoss"] = gone.price - gone.book_value
            yield record


def _asset(
    bench: Workbench,
    number: int,
    name: str,
    kind: _Kind,
    bought: dt.date,
    price: Decimal,
    residual: Decimal,
    taken: tuple[Decimal, Decimal],
    years: int,
) -> Record:
    key = f"register/{number}"
    return {
        "assetId": bench.id_of(f"asset/{key}"),
        "assetName": name,
        "assetTypeId": bench.id_of(f"asset/type/{kind.name}"),
        "assetNumber": f"FA-{number:04}",
        "purchaseDate": wire_day_string(bought),
        "purchasePrice": price,
        "disposalPrice": ZERO,
        "assetStatus": "Registered",
        "bookDepreciationSetting": _setting(bench, key, "Asset", years),
        "bookDepreciationDetail": {
            "depreciationStartDate": wire_day_string(bought),
            "residualValue": residual,
            "priorAccumDepreciationAmount": taken[0],
            "currentAccumDepreciationAmount": taken[1],
            "currentCapitalGain": ZERO,
            "currentGainLoss": ZERO,
        },
        "canRollback": True,
        "accountingBookValue": price - sum(taken),
        "isDeleteEnabledForDate": False,
    }


def _setting(bench: Workbench, key: str, of: str, years: int) -> Record:
    return {
        "depreciableObjectId": bench.id_of(f"asset/{key}"),
        "depreciableObjectType": of,
        "bookEffectiveDateOfChangeId": bench.id_of(f"asset/{key}/change"),
        "depreciationMethod": "StraightLine",
        "averagingMethod": "FullMonth",
        "effectiveLifeYears": years,
        "depreciationCalculationMethod": "Life",
    }


def _depreciated_to(bench: Workbench) -> dt.date:
    """The last day of the last month that is over."""
    end = month_end(bench.today)
    return end if end == bench.today else month_start(bench.today) - dt.timedelta(days=1)
