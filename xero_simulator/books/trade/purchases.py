"""A month's bills: cost of sales and overheads, in every status, and how they are paid."""

from __future__ import annotations

import datetime as dt
from random import Random

from xero_simulator.books.lines import Part, build_lines, tax_way
from xero_simulator.books.lists.contacts import supplier_count
from xero_simulator.books.lists.items import goods_key, item_for
from xero_simulator.books.lists.settings import tracking_of
from xero_simulator.books.plan import MonthPlan, spread_days
from xero_simulator.books.rates import rate_on
from xero_simulator.books.trade.documents import Heading, invoice_record
from xero_simulator.books.trade.sales import Trade, Written, bank_for, special_statuses
from xero_simulator.books.trade.settlement import Settlement, end_document
from xero_simulator.values.amounts import share_out
from xero_simulator.workbench import Record, Workbench

CASH_SHARE = 25
"""Per mille of a month's cost of sales that is bought without a bill."""
_DIRECT = ("310", "310", "320", "330")
_OVERHEADS = ("469", "400", "412", "420", "433", "445", "453", "485", "489", "493")
_WORDS = {"310": "Stock", "320": "Subcontracted days", "330": "Freight", "469": "Rent", "412": "Bookkeeping"}


def direct_bills(plan: MonthPlan) -> list[int]:
    """The places of a month's bills that count and are for what was sold."""
    special = special_statuses(plan.month, plan.bills)
    return [place for place in range(plan.bills) if place not in special and not is_overhead(place)]


def write_bills(bench: Workbench, plan: MonthPlan) -> Trade:
    """Write a month's bills up to today.

    Returns:
        Those that count, none of the future.
    """
    chance = bench.random(plan.month, "bills")
    special = special_statuses(plan.month, plan.bills)
    direct = direct_bills(plan)
    trade = Trade([place for place in range(plan.bills) if place not in special], {})
    if not direct:
        return trade
    target = plan.cost_of_sales - plan.cost_of_sales * CASH_SHARE // 1000
    nets = dict(zip(direct, share_out(target, [chance.randint(40, 160) for _ in direct]), strict=True))
    overheads = [place for place in range(plan.bills) if is_overhead(place) and place not in special]
    weights = [chance.randint(40, 160) for _ in overheads]
    nets |= dict(zip(overheads, share_out(plan.overheads, weights), strict=True)) if overheads else {}
    days = _days(plan, nets)
    for place in range(plan.bills):
        own = bench.random(plan.month, f"bill/{place}")
        net = nets.get(place, target // plan.bills * own.randint(5, 30) // 100 + 100)
        day = days.get(place, plan.month + dt.timedelta(days=own.randrange(plan.last.day)))
        if day <= bench.today:
            _write_one(bench, plan, place, special.get(place), net, day, own, trade)
    return trade


def _days(plan: MonthPlan, nets: dict[int, int]) -> dict[int, dt.date]:
    """Direct costs and overheads each spread over the month by their amounts."""
    days: dict[int, dt.date] = {}
    for overhead in (False, True):
        places = [place for place in nets if is_overhead(place) == overhead]
        amounts = [nets[place] for place in places]
        days |= dict(zip(places, spread_days(plan.month, amounts), strict=True))
    return days


def is_overhead(place: int) -> bool:
    """Every third bill is for running costs, not for what was sold; the first of a month never is."""
    return place % 3 == 2


def _write_one(
    bench: Workbench,
    plan: MonthPlan,
    place: int,
    special: str | None,
    net: int,
    day: dt.date,
    chance: Random,
    trade: Trade,
) -> None:
    first = {"VOIDED": "AUTHORISED", "DELETED": "DRAFT", None: "AUTHORISED"}.get(special, special or "")
    bill = _bill(bench, plan, place, first, net, day, chance)
    end = min(day + dt.timedelta(days=chance.randint(1, 6)), plan.last)
    if special is None:
        trade.written[place] = Written(bill, _payments(bench, bill, day, chance))
    elif first != special and end <= bench.today:
        end_document(bill, special, end, bill["InvoiceID"])


def _bill(bench: Workbench, plan: MonthPlan, place: int, status: str, net: int, day: dt.date, chance: Random) -> Record:
    number = chance.randrange(supplier_count(bench))
    if place in (0, 1) and number % 6 == 5:
        number -= 1
    contact = bench.tables["Contacts"][bench.id_of(f"contact/supplier/{number}")]
    currency = contact["DefaultCurrency"]
    foreign = currency != bench.country.currency
    if foreign:
        net = int(net * rate_on(bench.country, currency, day))
    amounts = chance.choices(("Exclusive", "Inclusive", "NoTax"), (70, 24, 6))[0]
    way = tax_way(bench, amounts, "purchases", abroad=foreign)
    name = f"bill/{plan.month:%Y-%m}/{place}"
    lines = build_lines(bench, name, _parts(bench, net, place, chance), way)
    head = Heading(
        name=name,
        kind="ACCPAY",
        number=f"{contact['AccountNumber']}-{place % 7 + plan.month.month}",
        reference="" if place % 4 else f"PO {place}",
        contact=contact,
        day=day,
        due=(14, 20, 30)[number % 3],
        currency=currency,
        status=status,
    )
    bill = invoice_record(bench, head, lines, way)
    if place == 2:
        bill["RepeatingInvoiceID"] = bench.id_of("repeating/2")
    return bench.add("Invoices", bill["InvoiceID"], bill)


def _parts(bench: Workbench, net: int, place: int, chance: Random) -> list[Part]:
    count = chance.choices((1, 2, 3), (50, 35, 15))[0]
    parts = []
    for cents in share_out(net, [chance.randint(2, 9) for _ in range(count)]):
        code = chance.choice(_OVERHEADS if is_overhead(place) else _DIRECT)
        parts.append(
            Part(
                net=cents,
                code=goods_key(bench) if code == "310" else code,
                text=_WORDS.get(code, "Running costs"),
                item=item_for(bench, code, chance.randrange(8), sold=False),
                tracking=tracking_of(bench, chance.randrange(3)) if place % 3 else (),
                quantity=chance.randrange(5),
            )
        )
    return parts


def _payments(bench: Workbench, bill: Record, day: dt.date, chance: Random) -> tuple[Settlement, ...]:
    """How the bill will be paid: at its due time, in two parts, and a few late."""
    total = int(bill["Total"].scaleb(2))
    bank = bank_for(bench, bill["CurrencyCode"])
    lag = dt.timedelta(days=chance.randint(5, 40))
    habit = chance.random()
    if habit < 0.02:
        return ()
    if habit < 0.04:
        return (Settlement(day + lag, total // 2, bank),)
    if habit < 0.1:
        later = dt.timedelta(days=chance.randint(5, 20))
        return (Settlement(day + lag, total // 3, bank), Settlement(day + lag + later, total - total // 3, bank))
    return (Settlement(day + lag, total, bank),)
