"""What the register of fixed assets posts: depreciation, amortisation and disposals that no document shows.

The shapes are those of real books (a disposal takes cost and accumulated depreciation off and leaves the rest as gain
or loss), in the accounts that an organisation chooses for them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from xero_simulator.books.lines import Part, TaxWay, tax_way
from xero_simulator.books.money.bank_transactions import BankMovement
from xero_simulator.books.money.banking import move
from xero_simulator.books.money.hidden_postings import post
from xero_simulator.books.plan import MonthPlan
from xero_simulator.workbench import Workbench

_DEPRECIATION = {"416": Decimal("600.00"), "711": Decimal("-600.00")}
_AMORTISATION = {"417": Decimal("20.00"), "718": Decimal("-20.00")}
_AT_A_LOSS = {"711": Decimal("312.50"), "419": Decimal("87.50"), "710": Decimal("-400.00")}
_AT_A_GAIN = {"711": Decimal("416.66"), "266": Decimal("183.34"), "710": Decimal("-600.00")}
_PROCEEDS = 25_000


@dataclass(frozen=True, slots=True)
class Departure:
    """A thing that is sold or scrapped.

    Args:
        book_value: What it is still worth in the books.
        price: What it is sold for.
    """

    name: str
    cost: Decimal
    book_value: Decimal
    price: Decimal


SCRAPPED = Departure("Sander", Decimal("400.00"), Decimal("87.50"), Decimal("0.00"))
SOLD = Departure("Bench saw", Decimal("600.00"), Decimal("183.34"), Decimal("250.00"))


def goes_in(month: dt.date) -> Departure | None:
    """What is sold or scrapped in the middle of a month."""
    return {1: SOLD, 3: SCRAPPED}.get(month.month % 4)


def write_assets(bench: Workbench, plan: MonthPlan) -> None:
    """Write what the register posts in a month; every fourth month a thing is scrapped, every fourth one is sold."""
    if not bench.habits.assets:
        return
    stem = f"{plan.month:%Y-%m}"
    post(bench, f"asset/depreciation/{stem}", plan.last, _DEPRECIATION)
    post(bench, f"asset/amortisation/{stem}", plan.last, _AMORTISATION)
    middle = plan.month.replace(day=15)
    going = goes_in(plan.month)
    if going is SOLD:
        untaxed = TaxWay("NoTax", bench.country.no_tax, 0)
        buyer = bench.id_of("contact/other/Cash Customers")
        sold = BankMovement(f"asset/proceeds/{stem}", "RECEIVE", "090", middle, buyer, "Bench saw sold")
        move(bench, sold, Part(_PROCEEDS, "266", "Bench saw sold"), untaxed)
        post(bench, f"asset/sold/{stem}", middle, _AT_A_GAIN)
    elif going is SCRAPPED:
        post(bench, f"asset/scrapped/{stem}", middle, _AT_A_LOSS)


def write_website(bench: Workbench) -> None:
    """The website, bought in the first days of the span, that is amortised from then on."""
    if bench.habits.assets:
        day = bench.config.first_month + dt.timedelta(days=1)
        head = BankMovement("asset/website", "SPEND", "090", day, bench.id_of("contact/supplier/2"), "Website")
        move(bench, head, Part(240_000, "717", "Website"), tax_way(bench, "Exclusive", "purchases"))
