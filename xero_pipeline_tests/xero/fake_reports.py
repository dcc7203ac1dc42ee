"""A profit and loss that behaves as Xero's: with `periods` it repeats the first period's number of days."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import httpx

from xero_pipeline.calendar import add_months, month_end
from xero_pipeline_tests.xero.fakes import App, envelope, good

SECTIONS = {"Income": 1, "Less Cost of Sales": -1, "Less Operating Expenses": -1}
GROSS_AFTER = "Less Cost of Sales"


class Books(App):
    """Postings of (day, section, account, amount), and the reports made of them."""

    def __init__(self, postings, *, label="{:%d %b %y}", last_day=True):
        super().__init__()
        self.postings = postings
        self.label = label
        self.last_day = last_day

    def answer(self, request):
        query = {name: values[0] for name, values in parse_qs(urlsplit(str(request.url)).query).items()}
        first, last = date.fromisoformat(query["fromDate"]), date.fromisoformat(query["toDate"])
        if (last - first).days > 365 or int(query.get("periods", "0")) > 11:
            return httpx.Response(400, json={"Message": "must be with 365 days of each other"})
        assert query["standardLayout"] == "true"
        assert query.get("timeframe", "MONTH") == "MONTH"
        return good(envelope("Reports", [self.report(self.periods(first, last, int(query.get("periods", "0"))))]))

    def periods(self, first, last, more):
        days = (last - first).days
        found = [(first, last)]
        for back in range(1, more + 1):
            begin = add_months(first, -back)
            end = begin + timedelta(days=days)
            found.append((begin, min(end, month_end(begin)) if self.last_day else begin))
        return found

    def report(self, periods):
        header = {"RowType": "Header", "Cells": [{"Value": ""}, *({"Value": self.shown(end)} for _, end in periods)]}
        rows, running = [header], [Decimal(0)] * len(periods)
        for section, sign in SECTIONS.items():
            found = self.section(section, periods)
            totals = [sum((amounts[i] for _, amounts in found), Decimal(0)) for i in range(len(periods))]
            running = [before + sign * total for before, total in zip(running, totals, strict=True)]
            if found:
                inside = [line("Row", name, amounts, account=name) for name, amounts in found]
                inside.append(line("SummaryRow", f"Total {section}", totals))
                rows.append({"RowType": "Section", "Title": f" {section}", "Rows": inside})
            if section == GROSS_AFTER:
                rows.append({"RowType": "Section", "Rows": [line("Row", "Gross Profit", running)]})
        rows.append({"RowType": "Section", "Title": "", "Rows": [line("Row", "Net Profit", running)]})
        return {"ReportName": "Profit and Loss", "Rows": rows}

    def section(self, section, periods):
        found = []
        for account in sorted({name for _, where, name, _ in self.postings if where == section}):
            mine = [(day, amount) for day, where, name, amount in self.postings if (where, name) == (section, account)]
            amounts = [sum((a for day, a in mine if begin <= day <= end), Decimal(0)) for begin, end in periods]
            if any(amounts):
                found.append((account, amounts))
        return found

    def shown(self, day):
        return self.label.format(day)


def line(kind, label, amounts, account=None):
    tag = {"Attributes": [{"Value": f"id-{account}", "Id": "account"}]} if account else {}
    cells = [{"Value": label, **tag}, *({"Value": f"{amount:.2f}", **tag} for amount in amounts)]
    return {"RowType": kind, "Cells": cells}


class Sheet(Books):
    """A balance sheet over the same postings: the ends of months, and without `periods` the year before as well."""

    def answer(self, request):
        query = {name: values[0] for name, values in parse_qs(urlsplit(str(request.url)).query).items()}
        assert query["standardLayout"] == "true"
        day = month_end(date.fromisoformat(query["date"]))
        back = range(int(query["periods"]) + 1) if "periods" in query else (0, 12)
        return good(envelope("Reports", [self.sheet([month_end(add_months(day, -months)) for months in back])]))

    def sheet(self, days):
        if not self.last_day:
            days = [days[0], *(day.replace(day=28) for day in days[1:])]
        periods = [(date(2000, 1, 1), day) for day in days]
        header = {"RowType": "Header", "Cells": [{"Value": ""}, *({"Value": self.shown(day)} for day in days)]}
        rows = [header, {"RowType": "Section", "Title": "Assets", "Rows": []}]
        every = [Decimal(0)] * len(days)
        for section in SECTIONS:
            found = self.section(section, periods)
            totals = [sum((amounts[i] for _, amounts in found), Decimal(0)) for i in range(len(days))]
            every = [before + total for before, total in zip(every, totals, strict=True)]
            if found:
                inside = [line("Row", name, amounts, account=name) for name, amounts in found]
                inside.append(line("SummaryRow", f"Total {section}", totals))
                rows.append({"RowType": "Section", "Title": section, "Rows": inside})
        rows.append({"RowType": "Section", "Title": "", "Rows": [line("SummaryRow", "Total Assets", every)]})
        rows.append({"RowType": "Section", "Title": "", "Rows": [line("Row", "Net Assets", every)]})
        return {"ReportName": "Balance Sheet", "Rows": rows}
