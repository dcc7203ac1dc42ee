"""A month's sales invoices: drawn to the month's income, in every status, and how they are settled."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random

from xero_simulator.books.lines import Part, build_lines, tax_way
from xero_simulator.books.lists.contacts import customer_count
from xero_simulator.books.lists.items import item_for
from xero_simulator.books.lists.settings import tracking_of
from xero_simulator.books.plan import MonthPlan, spread_days
from xero_simulator.books.rates import rate_on
from xero_simulator.books.trade.documents import Heading, invoice_record
from xero_simulator.books.trade.settlement import Settlement, end_document, pay
from xero_simulator.values.amounts import share_out
from xero_simulator.workbench import Record, Workbench

CASH_SHARE = 30
"""Per mille of a month's income that comes in without an invoice."""
_STATUSES = ("DRAFT", "SUBMITTED", "VOIDED", "DELETED")
_ACCOUNTS = ("200", "200", "200", "210", "220")
_WORDS = {"200": "Equipment sold", "210": "Guiding and advice", "220": "Care plan"}


@dataclass(frozen=True, slots=True)
class Written:
    """An invoice or bill that counts, with the payments that are to come.

    Args:
        payments: What will be paid and when, if nothing comes between.
    """

    record: Record
    payments: tuple[Settlement, ...]


@dataclass(slots=True)
class Trade:
    """The documents of one side of a month that count.

    What happens to them is decided by their rank among all of the month, written already or not, so that no day
    changes what an earlier day has decided.

    Args:
        places: The places in the month of all that will count in the end.
        written: Those whose day has come, by place.
    """

    places: list[int]
    written: dict[int, Written]

    def at(self, rank: int) -> Written | None:
        """The document of a rank, if its day has come."""
        return self.written.get(self.places[rank]) if rank < len(self.places) else None

    def plan(self, rank: int, payments: tuple[Settlement, ...]) -> None:
        """Change how the document of a rank will be paid."""
        self.written[self.places[rank]] = Written(self.written[self.places[rank]].record, payments)


def special_statuses(month: dt.date, count: int) -> dict[int, str]:
    """Which of a month's documents do not count: about one in thirteen, every status in turn.

    Args:
        count: How many documents the month has.
    """
    first = 3 + (month.year * 12 + month.month) % 5
    turn = month.year * 12 + month.month
    return {place: _STATUSES[(turn + number) % 4] for number, place in enumerate(range(first, count, 13))}


def counting_sales(plan: MonthPlan) -> list[int]:
    """The places of a month's invoices that count."""
    special = special_statuses(plan.month, plan.sales)
    return [place for place in range(plan.sales) if place not in special]


def write_sales(bench: Workbench, plan: MonthPlan) -> Trade:
    """Write a month's sales invoices up to today.

    Returns:
        Those that count, none of the future.
    """
    chance = bench.random(plan.month, "sales")
    special = special_statuses(plan.month, plan.sales)
    weights = [0 if place in special else chance.randint(40, 160) for place in range(plan.sales)]
    trade = Trade(counting_sales(plan), {})
    if not trade.places:
        return trade
    target = plan.income - plan.income * CASH_SHARE // 1000
    nets = share_out(target, weights)
    days = spread_days(plan.month, nets)
    usual = target // len(weights)
    for place, net in enumerate(nets):
        invoice_chance = bench.random(plan.month, f"sale/{place}")
        if place in special:
            small = usual * invoice_chance.randint(5, 30) // 100 + 100
            _write_special(bench, plan, place, special[place], small, days[place], invoice_chance)
        elif days[place] <= bench.today:
            invoice = write_sale(bench, plan, place, "AUTHORISED", net, days[place], invoice_chance)
            trade.written[place] = Written(invoice, _payments(bench, invoice, days[place], invoice_chance))
    return trade


def _write_special(
    bench: Workbench, plan: MonthPlan, place: int, status: str, net: int, day: dt.date, chance: Random
) -> None:
    """Write an invoice that is never paid: a draft, one for approval, a voided or a deleted one."""
    if day > bench.today:
        return
    end = min(day + dt.timedelta(days=chance.randint(1, 6)), plan.last)
    first = {"VOIDED": "AUTHORISED", "DELETED": "DRAFT"}.get(status, status)
    invoice = write_sale(bench, plan, place, first, net, day, chance)
    if first != status and end <= bench.today:
        end_document(invoice, status, end, invoice["InvoiceID"])


def write_sale(
    bench: Workbench, plan: MonthPlan, place: int, status: str, net: int, day: dt.date, chance: Random
) -> Record:
    """Write one sales invoice.

    Args:
        place: Its place in the month.
        status: DRAFT, SUBMITTED or AUTHORISED.
        net: Cents of base currency without tax.
    """
    number = customer_of(bench, place, chance)
    contact = bench.tables["Contacts"][bench.id_of(f"contact/customer/{number}")]
    currency = contact["DefaultCurrency"]
    foreign = currency != bench.country.currency
    if foreign:
        net = int(net * rate_on(bench.country, currency, day))
    amounts = chance.choices(("Exclusive", "Inclusive", "NoTax"), (76, 20, 4))[0]
    way = tax_way(bench, amounts, "sales", abroad=foreign)
    name = f"invoice/{plan.month:%Y-%m}/{place}"
    lines = build_lines(bench, name, _parts(bench, net, place, chance), way)
    head = Heading(
        name=name,
        kind="ACCREC",
        number=f"INV-{plan.month:%y%m}-{place + 1:04d}",
        reference=f"Order {plan.month.month * 10_000 + place}",
        contact=contact,
        day=day,
        due=(14, 20, 30)[number % 3],
        currency=currency,
        status=status,
    )
    invoice = invoice_record(bench, head, lines, way)
    if place == 0:
        invoice["RepeatingInvoiceID"] = bench.id_of("repeating/0")
    return bench.add("Invoices", invoice["InvoiceID"], invoice)


def customer_of(bench: Workbench, place: int, chance: Random) -> int:
    """Which customer buys: the first four invoices of a month go to customers at home, for their credits.

    Args:
        place: The invoice's place in the month.
        chance: The invoice's own chance.
    """
    number = chance.randrange(customer_count(bench))
    if place in (1, 2):
        return number - 1 if number % 6 == 5 else number
    return number


def _parts(bench: Workbench, net: int, place: int, chance: Random) -> list[Part]:
    count = chance.choices((1, 2, 3, 4), (30, 40, 20, 10))[0]
    parts = []
    for cents in share_out(net, [chance.randint(2, 9) for _ in range(count)]):
        code = chance.choice(_ACCOUNTS)
        tracking = tracking_of(bench, chance.randrange(3), place % 3 if place % 2 else None) if place % 5 else ()
        parts.append(
            Part(
                net=cents,
                code=code,
                text=_WORDS[code],
                item=item_for(bench, code, chance.randrange(8), sold=True),
                tracking=tracking,
                quantity=chance.randrange(5),
                discount=10 if place % 11 == 4 else 0,
            )
        )
    return parts


def _payments(bench: Workbench, invoice: Record, day: dt.date, chance: Random) -> tuple[Settlement, ...]:
    """How the customer will pay: mostly at once in full, some in two parts, some in a batch, a few never."""
    total = int(invoice["Total"].scaleb(2))
    bank = bank_for(bench, invoice["CurrencyCode"])
    lag = dt.timedelta(days=chance.randint(6, 52))
    habit = chance.random()
    if habit < 0.015:
        return ()
    if habit < 0.03:
        return (Settlement(day + lag, total * 2 // 5, bank, reference="Part payment"),)
    if habit < 0.12:
        first = total * chance.randint(30, 60) // 100
        later = dt.timedelta(days=chance.randint(7, 30))
        return (Settlement(day + lag, first, bank), Settlement(day + lag + later, total - first, bank))
    return (Settlement(day + lag, total, bank, reference=invoice["InvoiceNumber"] if habit < 0.5 else ""),)


def bank_for(bench: Workbench, currency: str) -> str:
    """The bank account for payments in a currency: its own if there is one, else the main one."""
    return "092" if currency == bench.country.foreign[0][0] else "090"


def settle(bench: Workbench, written: Written) -> None:
    """Let the planned payments of an invoice or bill happen, as far as their day has come."""
    for number, plan in enumerate(written.payments):
        pay(bench, written.record, plan, f"payment/{written.record['InvoiceID']}/{number}")
