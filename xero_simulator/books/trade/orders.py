"""Quotes and purchase orders: they post nothing, but every status occurs."""

from __future__ import annotations

import datetime as dt
from random import Random

from xero_simulator.attachments.written import has_files
from xero_simulator.books.lines import Lines, Part, TaxWay, build_lines, tax_way
from xero_simulator.books.lists.contacts import customer_count, summary, supplier_count
from xero_simulator.books.lists.items import goods_key, item_for
from xero_simulator.books.lists.settings import theme_id, tracking_of
from xero_simulator.books.plan import MonthPlan
from xero_simulator.books.rates import rate_on
from xero_simulator.books.trade.settlement import stamp
from xero_simulator.values.amounts import ZERO, money
from xero_simulator.values.days import event_ms, wire_day, wire_day_string, wire_ms
from xero_simulator.workbench import Record, Workbench

_QUOTE_ENDS = ("DRAFT", "SENT", "ACCEPTED", "DECLINED", "INVOICED", "DELETED")
_ORDER_ENDS = ("AUTHORISED", "BILLED", "DRAFT", "SUBMITTED", "DELETED", "BILLED")


def write_quotes(bench: Workbench, plan: MonthPlan) -> None:
    """Write a month's quotes up to today."""
    for place in range(max(2, min(plan.sales // 5, 60))):
        chance = bench.random(plan.month, f"quote/{place}")
        day = plan.month + dt.timedelta(days=chance.randrange(plan.last.day))
        if day <= bench.today:
            _quote(bench, plan, place, day, chance)


def _quote(bench: Workbench, plan: MonthPlan, place: int, day: dt.date, chance: Random) -> None:
    name = f"quote/{plan.month:%Y-%m}/{place}"
    contact = bench.tables["Contacts"][bench.id_of(f"contact/customer/{chance.randrange(customer_count(bench))}")]
    way = _way(bench, contact, "sales", "Exclusive" if place % 3 else "Inclusive")
    lines = build_lines(bench, name, _parts(bench, chance, "200", sold=True), way)
    key = bench.id_of(name)
    number = f"QU-{plan.month:%y%m}-{place + 1:03d}"
    record: Record = {
        "QuoteID": key,
        "QuoteNumber": number,
        "Reference": f"Visit {place}",
        "Terms": "Valid for 30 days",
    }
    record["Contact"] = {"ContactID": contact["ContactID"], "Name": contact["Name"]}
    expiry = day + dt.timedelta(days=30)
    record |= {
        "Date": wire_day(day),
        "DateString": wire_day_string(day),
        "ExpiryDate": wire_day(expiry),
        "ExpiryDateString": wire_day_string(expiry),
        "Title": "Equipment for the season",
        "Summary": "Prices as discussed",
        "BrandingThemeID": theme_id(bench),
        "TotalDiscount": ZERO,
    }
    turn = (plan.month.month + place) % len(_QUOTE_ENDS)
    _finish(bench, record, contact, day, lines, way, ("DRAFT", _QUOTE_ENDS[turn]))
    record["LineAmountTypes"] = way.amounts.upper()
    bench.add("Quotes", key, record)


def write_purchase_orders(bench: Workbench, plan: MonthPlan) -> None:
    """Write a month's purchase orders up to today."""
    for place in range(max(2, min(plan.bills // 5, 40))):
        chance = bench.random(plan.month, f"order/{place}")
        day = plan.month + dt.timedelta(days=chance.randrange(plan.last.day))
        if day <= bench.today:
            _order(bench, plan, place, day, chance)


def _order(bench: Workbench, plan: MonthPlan, place: int, day: dt.date, chance: Random) -> None:
    name = f"order/{plan.month:%Y-%m}/{place}"
    contact = bench.tables["Contacts"][bench.id_of(f"contact/supplier/{chance.randrange(supplier_count(bench))}")]
    way = _way(bench, contact, "purchases", "Exclusive")
    lines = build_lines(bench, name, _parts(bench, chance, "310", sold=False), way)
    key = bench.id_of(name)
    delivery = day + dt.timedelta(days=chance.randint(5, 25))
    record: Record = {
        "PurchaseOrderID": key,
        "PurchaseOrderNumber": f"PO-{plan.month:%y%m}-{place + 1:03d}",
        "Type": "PURCHASEORDER",
        "Reference": f"Stock {place}",
        "DateString": wire_day_string(day),
        "Date": wire_day(day),
        "DeliveryDateString": wire_day_string(delivery),
        "DeliveryDate": wire_day(delivery),
        "DeliveryAddress": f"12 Depot Road\n{bench.country.cities[0][0]}",
        "AttentionTo": "Goods inward",
        "Telephone": "04 555 0147",
        "DeliveryInstructions": "Ring the bell",
        "ExpectedArrivalDate": wire_day(delivery),
        "HasErrors": False,
        "IsDiscounted": False,
        "SentToContact": bool(place % 2),
        "BrandingThemeID": theme_id(bench),
        "HasAttachments": has_files(key),
    }
    record["Contact"] = summary(bench, contact)
    turn = (plan.month.month + place) % len(_ORDER_ENDS)
    _finish(bench, record, contact, day, lines, way, ("DRAFT", _ORDER_ENDS[turn]))
    record["LineAmountTypes"] = way.amounts
    bench.add("PurchaseOrders", key, record)


def _way(bench: Workbench, contact: Record, side: str, amounts: str) -> TaxWay:
    return tax_way(bench, amounts, side, abroad=contact["DefaultCurrency"] != bench.country.currency)


def _parts(bench: Workbench, chance: Random, code: str, *, sold: bool) -> list[Part]:
    return [
        Part(
            net=chance.randint(5_000, 400_000),
            code=code if sold else goods_key(bench),
            text="As discussed",
            item=item_for(bench, code, chance.randrange(8), sold=sold),
            tracking=tracking_of(bench, chance.randrange(3)),
            quantity=chance.randrange(5),
        )
        for _ in range(chance.randint(1, 3))
    ]


def _finish(
    bench: Workbench,
    record: Record,
    contact: Record,
    day: dt.date,
    lines: Lines,
    way: TaxWay,
    statuses: tuple[str, str],
) -> None:
    """Write what quotes and orders share; the second status comes six days after the first."""
    key = record.get("QuoteID", record.get("PurchaseOrderID", ""))
    record["LineItems"] = lines.items
    record["SubTotal"] = money(lines.net)
    record["TotalTax"] = money(lines.tax)
    record["Total"] = money(lines.total)
    record["CurrencyCode"] = contact["DefaultCurrency"]
    record["CurrencyRate"] = rate_on(bench.country, contact["DefaultCurrency"], day)
    record["Status"] = statuses[0]
    record["UpdatedDateUTC"] = wire_ms(event_ms(day, key))
    later = day + dt.timedelta(days=6)
    if later <= bench.today and statuses[1] != statuses[0]:
        record["Status"] = statuses[1]
        stamp(record, event_ms(later, key))
