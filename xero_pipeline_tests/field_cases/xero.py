"""A Xero of one small company that answers well, but for what a case lays over it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from uuid import NAMESPACE_DNS, uuid5

from xero_pipeline.xero.endpoints import catalogue
from xero_pipeline.xero.on_request import on_request
from xero_pipeline_tests.field_cases.case import FOLDER, Case
from xero_simulator.messages import Response

_API = "/api.xro/2.0/"
_WRAPPERS = {row.path.lower(): row for row in (*catalogue(), *on_request())}
_BOOKS = json.loads((FOLDER / "books.json").read_text())


class FieldXero:
    """Answers whoever asks, for the case that is laid over it now.

    Args:
        clock: Seconds since 1970.
    """

    def __init__(self, clock):
        self.clock = clock
        self.case = None
        self.sync = 0
        self.calls = Counter()

    def begin(self, case: Case):
        """Be the Xero of another case; nothing of it is laid over while its organisation is being connected."""
        self.case, self.sync, self.calls = case, 0, Counter()
        self.tenant_id = str(uuid5(NAMESPACE_DNS, case.name))

    def handle(self, request):
        """Answers one request."""
        path = request.path.removeprefix(_API)
        self.calls[path] += 1
        if self.sync or path == "/connections":
            for answer in self.case.answers:
                if answer.path == path and answer.fits(self.calls[path], self.sync, request.query):
                    return Response(answer.status, answer.body, dict(answer.headers))
        if path == "/connect/token":
            number = self.calls[path]
            return _good({"access_token": f"access-{number}", "refresh_token": f"refresh-{number}", "expires_in": 1800})
        if path == "/connections":
            return _good([{"id": self.tenant_id, "tenantId": self.tenant_id, "tenantType": "ORGANISATION",
                           "tenantName": "Field Case", "createdDateUtc": "2026-01-09T23:40:30.1833130"}])  # fmt: skip
        return self._api(path, request.query, request.headers["xero-tenant-id"])

    def _api(self, path, query, tenant_id):
        if path.startswith("Reports/"):
            return self._answer({"Reports": [_report(path.removeprefix("Reports/"))]})
        row = _WRAPPERS.get(path.lower())
        if row is None:
            row = _WRAPPERS.get(path.rpartition("/")[0].lower())
            found = (
                [one for one in self._list(row, tenant_id) if one[row.key[0]] == path.rpartition("/")[2]] if row else []
            )
            return self._answer({row.wrapper: found}) if found else _gone()
        if int(query.get("page", 1)) > 1:
            return self._answer({row.wrapper: []})
        records = self._list(row, tenant_id)
        paged = {"page": 1, "pageSize": 1000, "pageCount": 1, "itemCount": len(records)}
        return self._answer({row.wrapper: records} | ({"pagination": paged} if row.paging == "pages" else {}))

    def _list(self, row, tenant_id):
        own = self.case.told.get("lists", {}).get(row.wrapper, [])
        if row.table == "organisations":
            fields = _BOOKS["organisation"] | {"OrganisationID": tenant_id} | self.case.told.get("organisation", {})
            return own or [{name: value for name, value in fields.items() if value is not None}]
        if row.table == "accounts":
            base = self.case.told.get("organisation", {}).get("BaseCurrency", "AUD")
            ours = {one["AccountID"] for one in own}
            rest = [one for one in _BOOKS["accounts"] if one["AccountID"] not in ours]
            return [
                {**one, **({"CurrencyCode": base} if one.get("CurrencyCode") == "BASE" else {})} for one in rest
            ] + own
        return own

    def _answer(self, parts):
        now = datetime.fromtimestamp(self.clock(), UTC)
        return _good({"Id": "x", "Status": "OK", "DateTimeUTC": f"/Date({int(now.timestamp() * 1000)})/", **parts})


def _report(name):
    """A report that holds nothing: its titles and its header."""
    columns = {
        "TrialBalance": ["Account", "Debit", "Credit", "YTD Debit", "YTD Credit"],
        "BankSummary": ["Bank Accounts", "Opening Balance", "Cash Received", "Cash Spent", "Closing Balance"],
    }.get(name, ["", "31 Oct 26"])
    header = {"RowType": "Header", "Cells": [{"Value": label} for label in columns]}
    return {
        "ReportID": name,
        "ReportName": name,
        "ReportTitles": [name, "Field Case", "31 October 2026"],
        "Rows": [header],
    }


def _good(body):
    return Response(200, json.dumps(body).encode(), {"Content-Type": "application/json; charset=utf-8"})


def _gone():
    return Response(404, b"The resource you're looking for cannot be found", {"Content-Type": "text/plain"})
