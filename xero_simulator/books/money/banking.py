"""A month's money without invoices: cash trade, fees, interest, tax, and transfers between own accounts."""

from __future__ import annotations

import datetime as dt

from xero_simulator.attachments.written import has_files
from xero_simulator.books.lines import Lines, Part, TaxWay, build_lines, tax_way
from xero_simulator.books.lists.settings import tracking_of
from xero_simulator.books.money.bank_transactions import BankMovement, add_movement
from xero_simulator.books.plan import MonthPlan, plan_month, spread_days
from xero_simulator.books.rates import rate_on
from xero_simulator.books.trade.settlement import stamp
from xero_simulator.values.amounts import divide_half_up, money, share_out
from xero_simulator.values.days import add_months, event_ms, wire_day, wire_day_string, wire_ms, wire_ms_string
from xero_simulator.workbench import Record, Workbench

# Transfers written before carry no status (XeroAPI/Xero-OpenAPI, its releases of July 2026).
_STATUS_SINCE = dt.date(2026, 7, 16)


def move(bench: Workbench, head: BankMovement, part: Part, way: TaxWay) -> Record | None:
    """Write a spend or receive money of one line, if its day has come."""
    if head.day > bench.today:
        return None
    return add_movement(bench, head, build_lines(bench, head.name, [part], way), way)


def write_cash(bench: Workbench, plan: MonthPlan, *, income: int, cost: int) -> None:
    """Write cash sales and cash purchases.

    Args:
        income: Cents of the month's income that no invoice brings.
        cost: Cents of the month's cost of sales that no bill brings.
    """
    sides = (("RECEIVE", "sales", "200", income, "Counter sales"), ("SPEND", "purchases", "310", cost, "Market stock"))
    for kind, side, code, total, text in sides:
        amounts = share_out(total, [3, 4, 2, 4, 3])
        for place, (amount, day) in enumerate(zip(amounts, spread_days(plan.month, amounts), strict=True)):
            name = f"cash/{kind}/{plan.month:%Y-%m}/{place}"
            card = kind == "SPEND" and place == 2
            contact = bench.id_of("contact/other/Cash Customers" if side == "sales" else "contact/supplier/0")
            head = BankMovement(name, kind, "093" if card else "090", day, contact, f"Receipt {plan.month:%y%m}{place}")
            part = Part(amount, code, text, tracking=tracking_of(bench, place), quantity=place)
            move(bench, head, part, tax_way(bench, "Inclusive" if place % 2 else "Exclusive", side))


def write_running(bench: Workbench, plan: MonthPlan) -> None:
    """Write bank fees, interest, a deleted mistake, the sales tax payment and the credit card's settlement."""
    untaxed = TaxWay("NoTax", bench.country.no_tax, 0)
    chance = bench.random(plan.month, "running")
    bank = bench.id_of("contact/other/City Bank")
    stem = f"{plan.month:%Y-%m}"
    fees = BankMovement(f"fees/{stem}", "SPEND", "090", plan.last, bank, "Account fees")
    move(bench, fees, Part(chance.randint(1800, 4200), "404", "Bank fees"), untaxed)
    interest = BankMovement(f"interest/{stem}", "RECEIVE", "091", plan.last, bank, "Interest")
    move(bench, interest, Part(chance.randint(3000, 9000), "270", "Interest"), untaxed)
    sundry = BankMovement(f"sundry/{stem}", "RECEIVE", "090", plan.month.replace(day=17), bank, "Sundry")
    move(bench, sundry, Part(chance.randint(9000, 60_000), "260", "Rack rental"), tax_way(bench, "Inclusive", "sales"))
    wrong = BankMovement(f"wrong/{stem}", "SPEND", "090", plan.month.replace(day=11), bank, "Entered twice")
    mistake = move(bench, wrong, Part(chance.randint(900, 9000), "453", "Stationery"), untaxed)
    if mistake is not None:
        mistake["Status"] = "DELETED"
        stamp(mistake, int(mistake["UpdatedDateUTC"][6:-7]) + 60_000)
    _pay_sales_tax(bench, plan, untaxed)


def _pay_sales_tax(bench: Workbench, plan: MonthPlan, untaxed: TaxWay) -> None:
    """Pay about what last month's sales tax came to; the last cents stay on the account, as with any late document."""
    if plan.month <= bench.config.first_month:
        return
    before = plan_month(bench, add_months(plan.month, -1))
    country = bench.country
    collected = before.income * 82 // 100 * country.percent_of(country.sales_tax)
    reclaimed = (before.cost_of_sales * 80 // 100 + before.overheads) * country.percent_of(country.purchases_tax)
    amount = max(100, divide_half_up(collected - reclaimed, 100))
    office = bench.id_of("contact/other/Tax Office")
    head = BankMovement(f"tax/{plan.month:%Y-%m}", "SPEND", "090", plan.month.replace(day=28), office, "Sales tax")
    move(bench, head, Part(amount, "820", "Sales tax paid"), untaxed)


def write_foundation(bench: Workbench) -> None:
    """The owner's money and the first equipment, on the first days of the span."""
    first = bench.config.first_month
    untaxed = TaxWay("NoTax", bench.country.no_tax, 0)
    owner = bench.id_of("contact/other/Owner A")
    paid_in = BankMovement(f"capital/{first:%Y-%m}", "RECEIVE", "090", first, owner, "Capital")
    move(bench, paid_in, Part(45_000_000, "970", "Funds introduced"), untaxed)
    day = first + dt.timedelta(days=1)
    equipment = BankMovement(
        f"equipment/{first:%Y-%m}", "SPEND", "090", day, bench.id_of("contact/supplier/1"), "Racking"
    )
    move(bench, equipment, Part(6_000_000, "710", "Shelving and tools"), tax_way(bench, "Exclusive", "purchases"))


def write_transfers(bench: Workbench, plan: MonthPlan) -> None:
    """Move money between own accounts: to savings, home from the foreign account and back, and to the credit card."""
    chance = bench.random(plan.month, "transfers")
    card = plan.cost_of_sales * 25 // 1000 * 2 // 16
    rows = (
        ("savings", "090", "091", chance.randint(2, 9) * 100_000, 16),
        ("home", "092", "090", chance.randint(2, 7) * 100_000, 24),
        ("card", "090", "093", card, 26),
        ("abroad", "090", "092", chance.randint(1, 3) * 50_000, 27),
    )
    for name, source, target, amount, day in rows:
        write_transfer(
            bench, f"transfer/{name}/{plan.month:%Y-%m}", (source, target), amount, plan.month.replace(day=day)
        )


def write_transfer(bench: Workbench, name: str, banks: tuple[str, str], amount: int, day: dt.date) -> Record | None:
    """Write a bank transfer and its two bank transactions.

    Args:
        banks: Codes of the account the money leaves and the one it reaches.
        amount: Cents in the currency of the first.
    """
    if day > bench.today:
        return None
    source, target = (bench.bank(code) for code in banks)
    leaves, arrives = (int(rate_on(bench.country, bank["CurrencyCode"], day) * 10**6) for bank in (source, target))
    arrived = int(divide_half_up(amount * arrives, leaves))
    ids = []
    for bank, kind, part in ((banks[0], "SPEND", amount), (banks[1], "RECEIVE", arrived)):
        head = BankMovement(f"{name}/{kind}", f"{kind}-TRANSFER", bank, day, "")
        half = add_movement(bench, head, Lines([], part, 0), TaxWay("NoTax", bench.country.no_tax, 0))
        ids.append(half["BankTransactionID"])
    record = _transfer_record(bench, name, (source, target), amount, day)
    record["FromBankTransactionID"], record["ToBankTransactionID"] = ids
    return bench.add("BankTransfers", record["BankTransferID"], record)


def _transfer_record(bench: Workbench, name: str, banks: tuple[Record, Record], amount: int, day: dt.date) -> Record:
    instant, key = event_ms(day, name), bench.id_of(name)
    return {
        "BankTransferID": key,
        "CreatedDateUTCString": wire_ms_string(instant).rstrip("Z"),
        "CreatedDateUTC": wire_ms(instant),
        "DateString": wire_day_string(day),
        "Date": wire_day(day),
        **({} if day < _STATUS_SINCE else {"Status": "AUTHORISED"}),
        "FromBankAccount": banks[0]["Short"],
        "ToBankAccount": banks[1]["Short"],
        "Amount": money(amount),
        "CurrencyRate": rate_on(bench.country, banks[0]["CurrencyCode"], day),
        "FromIsReconciled": True,
        "ToIsReconciled": False,
        "Reference": f"Move {day:%d %b}",
        "HasAttachments": has_files(key),
        "FromTracking": [],
        "ToTracking": [],
    }


def delete_a_transfer(bench: Workbench) -> None:
    """One transfer of the first month was a mistake: it and its halves are deleted."""
    first = bench.config.first_month
    record = write_transfer(bench, f"transfer/mistake/{first:%Y-%m}", ("090", "091"), 12_345, first.replace(day=5))
    if record is None:
        return
    record["Status"] = "DELETED"
    for key in ("FromBankTransactionID", "ToBankTransactionID"):
        half = bench.tables["BankTransactions"][record[key]]
        half["Status"] = "DELETED"
        stamp(half, int(half["UpdatedDateUTC"][6:-7]) + 60_000)
