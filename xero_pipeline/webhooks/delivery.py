"""What is in a delivery. Of its content nothing is believed: it only says what may be worth reading.

Xero adds fields and categories as it likes, and whoever has the key could send anything: so each value is taken if it
is what it must be, and else left out. Addresses in it are never asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from xero_pipeline.state.webhook_records import WebhookEvent
from xero_pipeline.xero.event_categories import CATEGORIES
from xero_pipeline.xero.values import is_list, is_object, parse_xero_date

_CATEGORY = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
_TYPE = re.compile(r"[A-Z]{1,20}")
_AHEAD = timedelta(minutes=5)
"""An event from later than that is not from the future: its clock is wrong."""
_HIGHEST = 2**31 - 1
"""Of a sequence number, by xero-webhooks.yaml."""


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """What a body says.

    Args:
        events: Those that could be understood.
        unreadable: How many could not.
        numbers: Of the first and the last event; None where it told none.
    """

    events: Sequence[WebhookEvent]
    unreadable: int = 0
    numbers: tuple[int, int] | None = None

    @property
    def is_intent_to_receive(self) -> bool:
        """Whether it holds nothing, as what Xero sends to see whether signatures are checked."""
        return not self.events and not self.unreadable


def read_delivery(body: bytes, at: datetime) -> WebhookDelivery:
    """Read a body whose signature was right.

    Args:
        at: When it arrived.
    """
    try:
        told: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return WebhookDelivery((), unreadable=1)
    listed = told.get("events") if is_object(told) else None
    if not is_object(told) or not is_list(listed):
        return WebhookDelivery((), unreadable=1)
    found = [_event(one, at) for one in listed]
    events = [one for one in found if one is not None]
    return WebhookDelivery(events, len(found) - len(events), _numbers(told) if listed else None)


def _event(told: object, at: datetime) -> WebhookEvent | None:
    if not is_object(told):
        return None
    category, tenant = told.get("eventCategory"), _uuid(told.get("tenantId"))
    if not isinstance(category, str) or not _CATEGORY.fullmatch(category.upper()) or not tenant:
        return None
    kind = told.get("eventType")
    name = category.upper()
    of_app = told.get("tenantType") == "APPLICATION"
    return WebhookEvent(
        tenant_id="" if of_app else tenant,
        category=name,
        # Without an id the list is still worth a look.
        resource_id=_uuid(told.get("resourceId")),
        event_date=_instant(told.get("eventDateUtc"), at),
        event_type=kind if isinstance(kind, str) and _TYPE.fullmatch(kind) else "OTHER",
        asset=None if of_app else CATEGORIES.get(name),
    )


def _uuid(value: object) -> str:
    """The id as we write ids; empty where it is none."""
    try:
        return str(UUID(value)) if isinstance(value, str) and len(value) == len(str(UUID(int=0))) else ""
    except ValueError:
        return ""


def _instant(value: object, at: datetime) -> datetime:
    """When it happened; now, where that cannot be."""
    try:
        found = parse_xero_date(value) if isinstance(value, str) else at
    except ValueError:
        return at
    return found if found <= at + _AHEAD and found.year >= 2000 else at


def _numbers(told: dict[str, Any]) -> tuple[int, int] | None:
    first, last = told.get("firstEventSequence"), told.get("lastEventSequence")
    if type(first) is int and type(last) is int and 1 <= first <= last <= _HIGHEST:
        return first, last
    return None
