"""Answers of Xero's, as small as a test wants them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_DNS, uuid5

from xero_pipeline.warehouse.parse import to_arrow
from xero_pipeline.xero.http.response import Envelope

TENANT = "70784a63-d24b-46a9-a4db-0e70a274b056"
FIRST = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
LATER = FIRST + timedelta(days=1)


def uid(name):
    """The same id for the same name."""
    return str(uuid5(NAMESPACE_DNS, name))


def line(name, amount=10, **more):
    return {"LineItemID": uid(name), "Description": name, "LineAmount": amount, **more}


def invoice(name, *, lines=(), minute=0, **more):
    """An invoice last changed `minute` minutes after a fixed moment."""
    return {
        "InvoiceID": uid(name),
        "InvoiceNumber": name,
        "Status": "AUTHORISED",
        "LineItems": list(lines),
        "UpdatedDateUTC": f"/Date({1_700_000_000_000 + minute * 60_000}+0000)/",
        **more,
    }


def envelope(*records, wrapper="Invoices"):
    return json.dumps({"Status": "OK", "DateTimeUTC": "/Date(1700000000000)/", wrapper: list(records)}).encode()


def body(*texts, wrapper="Invoices"):
    """An envelope around records that are JSON text already."""
    return f'{{"Status":"OK","{wrapper}":[{",".join(texts)}]}}'.encode()


def texts_of(body, wrapper):
    """The JSON of each record of an answer."""
    return [bytes(text) for text in Envelope.read(body).records(wrapper)]


def tables_of(collection, bodies, *, wrapper, **told):
    """Whole answers as tables."""
    return to_arrow.tables_of(collection, [text for body in bodies for text in texts_of(body, wrapper)], **told)


def invoices(*records, synced_at=FIRST, tenant_id=TENANT):
    return tables_of("invoices", [envelope(*records)], wrapper="Invoices", tenant_id=tenant_id, synced_at=synced_at)
