"""Deliveries as Xero sends them; the form is that of `xero-webhooks.yaml`."""

from __future__ import annotations

import json

from xero_pipeline.webhooks.signature import HEADER, signature_of

KEY = "0aXv8j1hY7Qk2m9wR4uT6zP3nB5cD8eF1gH2iJ3kL4mN5oP6qR7sT8uV9wX0yZ1=="
RECORD = "717f2bfc-c6d4-41fd-b238-3f2f0c0cf777"


def event(tenant_id, resource_id=RECORD, category="INVOICE", **changed):
    return {
        "resourceUrl": f"https://api.xero.com/api.xro/2.0/Invoices/{resource_id}",
        "resourceId": resource_id,
        "eventDateUtc": "2026-05-19T01:15:39.902",
        "eventType": "UPDATE",
        "eventCategory": category,
        "tenantId": tenant_id,
        "tenantType": "ORGANISATION",
        **changed,
    }


def body_of(*events, first=1):
    numbers = (first, first + len(events) - 1) if events else (0, 0)
    told = {"events": events, "firstEventSequence": numbers[0], "lastEventSequence": numbers[1], "entropy": "S0m3r4Nd"}
    return json.dumps(told).encode()


def signed(body, key=KEY):
    return {HEADER: signature_of(key, body), "Content-Type": "application/json"}
