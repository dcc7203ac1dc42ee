"""Published tax returns: Australia's activity statements by quarter, New Zealand's GST returns by two months.

They are no reports that are asked for with a period: whoever files one publishes it, and it says for ever what it
said then, whatever is changed in the books afterwards. Only these two countries have them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from xero_simulator.books.double_entry.postings import POSTED
from xero_simulator.reports import layout
from xero_simulator.reports.layout import Row
from xero_simulator.values.amounts import ZERO, to_base
from xero_simulator.values.days import add_months, day_of_wire, event_ms, month_end, wire_ms

if TYPE_CHECKING:
    from xero_simulator.company_records import CompanyRecords

_DAYS_UNTIL_FILED = 20
# Months of a period, and by how many months after December the first one of a year ends.
_PERIODS = {"AU": (3, 0), "NZ": (2, 1)}
_NAMES = {"AU": ("Activity Statement", "BASReport"), "NZ": ("GST Return", "GSTReport")}
_FIELDS = {
    "AU": (
        ("G1", "Total sales", "sales"),
        ("G11", "Non-capital purchases", "purchases"),
        ("1A", "GST on sales", "tax on sales"),
        ("1B", "GST on purchases", "tax on purchases"),
        ("9", "Your payment or refund amount", "to pay"),
    ),
    "NZ": (
        ("Box5", "Total sales and income", "sales"),
        ("Box11", "Total purchases and expenses", "purchases"),
        ("Box10", "Total GST collected on sales and income", "tax on sales"),
        ("Box14", "Total GST credit for purchases and expenses", "tax on purchases"),
        ("Box15", "GST to pay or refund", "to pay"),
    ),
}


def tax_returns(company: CompanyRecords, today: dt.date) -> Sequence[Row]:
    """All that were published until today, oldest first; none in a country that has none."""
    if company.bench.country.code not in _PERIODS:
        return ()
    kept: dict[dt.date, Row] = company.bench.shared.setdefault("tax returns", {})
    for first, last in _periods(company):
        if last not in kept and last + dt.timedelta(days=_DAYS_UNTIL_FILED) <= today:
            kept[last] = _return(company, first, last)
    return tuple(kept[last] for last in sorted(kept))


def _periods(company: CompanyRecords) -> list[tuple[dt.date, dt.date]]:
    """Those that lie wholly within the books."""
    months = company.bench.config.month_starts()
    length, shift = _PERIODS[company.bench.country.code]
    lasts = [month for month in months if (month.month - shift) % length == 0]
    spans = ((add_months(month, 1 - length), month_end(month)) for month in lasts)
    return [(first, last) for first, last in spans if first >= months[0]]


def _return(company: CompanyRecords, first: dt.date, last: dt.date) -> Row:
    code = company.bench.country.code
    name, kind = _NAMES[code]
    figures = _figures(company, first, last)
    identity = company.bench.id_of(f"tax return/{last}")
    return {
        "ReportID": identity,
        "ReportName": name,
        "ReportTitle": name,
        "ReportType": kind,
        "ReportTitles": [name, company.name, f"{layout.long_day(first)} to {layout.long_day(last)}"],
        "ReportDate": f"{layout.long_day(first)} to {layout.long_day(last)}",
        "UpdatedDateUTC": wire_ms(event_ms(last + dt.timedelta(days=_DAYS_UNTIL_FILED), identity)),
        "Fields": [
            {"FieldID": field, "Description": words, "Value": layout.figure(figures[what])}
            for field, words, what in _FIELDS[code]
        ],
        "Attributes": [
            {"Name": "TaxNumber", "Description": "Tax number", "Value": "101-234-567"},
            {"Name": "Basis", "Description": "Accounting basis", "Value": "Accruals"},
        ],
    }


def _figures(company: CompanyRecords, first: dt.date, last: dt.date) -> dict[str, Decimal]:
    found: dict[str, Decimal] = dict.fromkeys(("sales", "purchases", "tax on sales", "tax on purchases"), ZERO)
    for invoice in company.records("Invoices"):
        if invoice["Status"] in POSTED and first <= day_of_wire(invoice["Date"]) <= last:
            side = "sales" if invoice["Type"] == "ACCREC" else "purchases"
            found[side] += to_base(invoice["Total"], invoice["CurrencyRate"])
            found[f"tax on {side}"] += to_base(invoice["TotalTax"], invoice["CurrencyRate"])
    return found | {"to pay": found["tax on sales"] - found["tax on purchases"]}
