"""A small Xero whose documents have attachments, a history and links; it answers each as the test says.

The answers are the examples of Xero's OpenAPI description 16.1.0 (`getInvoiceAttachments`, the response
`HistoryRetrieved`, `getOnlineInvoice`), with other ids.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import httpx

from xero_pipeline.sync.details.detail_budget import DetailBudget
from xero_pipeline.sync.details.detail_sync import sync_details
from xero_pipeline.sync.incremental_sync import sync_collection
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline_tests.sync.conftest import OURS, TENANT, uid

ALL = ("attachments", "document_history", "online_invoices")
FIELDS = {
    "Status": "AUTHORISED",
    "Type": "ACCREC",
    "LineAmountTypes": "Exclusive",
    "CurrencyCode": "NZD",
    "Contact": {"ContactID": uid("contact")},
    "LineItems": [],
    **dict.fromkeys(["SubTotal", "TotalTax", "Total", "AmountDue", "AmountPaid", "AmountCredited"], 10.0),
}
NEWEST = {
    "Changes": "Attached a file",
    "DateUTCString": "2018-11-08T15:01:21",
    "DateUTC": "/Date(1541689281470+0000)/",
    "User": "System Generated",
    "Details": "Attached the file sample2.jpg through the Xero API using Xero API Partner",
}
OLDEST = {
    "Changes": "Credit Applied",
    "DateUTCString": "2016-10-17T20:46:01",
    "DateUTC": "/Date(1476737161173+0000)/",
    "User": "System Generated",
    "Details": "Bank transfer from Business Wells Fargo to My Savings on November 12, 2016 for 20.00.",
}
WRAPPERS = {"Attachments": "Attachments", "History": "HistoryRecords", "OnlineInvoice": "OnlineInvoices"}


def files(*names):
    """What a document with some files answers."""
    return [
        {"AttachmentID": uid(name), "FileName": name, "MimeType": "image/jpg", "ContentLength": 2878711}
        | {"Url": f"https://api.xero.com/api.xro/2.0/Invoices/4074292c-09b3-456d-84e7-add864c6c39b/Attachments/{name}"}
        for name in names
    ]


class Hanging:
    """Xero, a warehouse of it, and the time.

    Args:
        talk: Makes a client of what answers.
    """

    def __init__(self, talk, warehouse):
        self.warehouse = warehouse
        self.tally, self._client = talk(self)
        self.lists = {}
        self.answers = {}  # (name of the document, what is asked) -> list, or an answer instead
        self.asked = []
        self.now = OURS
        self.killed_after = None

    def later(self, **passed):
        self.now += timedelta(**passed)

    def has(self, table, **records):
        """The records of a list, by name; each changed now."""
        row = endpoint(table)
        for name, fields in records.items():
            known = {row.key[0]: uid(name), "UpdatedDateUTC": _stamp(self.now), "Date": _stamp(OURS)}
            self.lists.setdefault(row.path, {})[name] = {**FIELDS, **known, **fields}
        return self

    def __call__(self, request):
        path = request.url.path.removeprefix("/api.xro/2.0/")
        home, _, rest = path.partition("/")
        if not rest:
            return self._ok(home, list(self.lists.get(home, {}).values()))
        if self.killed_after is not None and len(self.asked) >= self.killed_after:
            raise KeyboardInterrupt
        one, what = rest.split("/")
        name = next((name for name in self.names if uid(name) == one), one)
        self.asked.append((name, what))
        answer = self.answers.get((name, what), [])
        return answer if isinstance(answer, httpx.Response) else self._ok(WRAPPERS[what], answer)

    @property
    def names(self):
        return [name for records in self.lists.values() for name in records]

    def _ok(self, wrapper, records):
        body = {"Status": "OK", "DateTimeUTC": _stamp(self.now), wrapper: records}
        if wrapper in self.lists:
            body["pagination"] = {"page": 1, "pageSize": 1000, "pageCount": 1, "itemCount": len(records)}
        return httpx.Response(200, content=json.dumps(body).encode())

    def read(self, *tables, **more):
        """Bring lists of documents into the warehouse."""
        for table in tables or ("invoices",):
            sync_collection(
                self._client, self.warehouse, TENANT, endpoint(table), tally=self.tally, now=lambda: self.now, **more
            )
        self.later(seconds=10)

    def ask(self, detail="attachments", *, calls=200, details=ALL, **more):
        """Ask what hangs on documents; returns which were asked, and what was told of it."""
        before = len(self.asked)
        result = sync_details(
            self._client,
            self.warehouse,
            TENANT,
            endpoint(detail),
            tally=self.tally,
            budget=DetailBudget(calls, details),
            now=lambda: self.now,
            **more,
        )
        self.later(seconds=10)
        return [name for name, _ in self.asked[before:]], result

    def kept(self, table, columns):
        """What the warehouse has, marked deleted or not."""
        return [
            tuple(row.values())
            for row in self.warehouse.query(f"select {columns} from xero.{table} order by {columns}").to_pylist()
        ]


def _stamp(moment: datetime) -> str:
    return f"/Date({int(moment.timestamp() * 1000)}+0000)/"
