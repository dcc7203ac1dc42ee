"""What is known of Xero's webhooks: an event that waits, the events of a category, counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """What a webhook says of a record; nothing of it is believed but that there may be something to read.

    Args:
        tenant_id: Empty where it is about the app.
        category: As Xero calls it.
        resource_id: Empty where it named no record.
        event_type: CREATE or UPDATE.
        asset: The table it is read with; None where nobody knows the category.
    """

    tenant_id: str
    category: str
    resource_id: str
    event_date: datetime
    event_type: str
    asset: str | None


class WaitingList(NamedTuple):
    """A list of an organisation of which events wait; when the oldest and the newest arrived."""

    tenant_id: str
    asset: str
    events: int
    oldest: datetime
    newest: datetime


@dataclass(frozen=True, slots=True)
class CategoryNote:
    """What is known of a category's events of an organisation.

    Args:
        first_at: When the first arrived.
        last_at: When the last did.
        missed_at: When a poll last found a change that no event had told.
    """

    tenant_id: str
    category: str
    first_at: datetime
    last_at: datetime
    events: int
    missed_at: datetime | None

    @property
    def arrives(self) -> bool:
        """Whether events of it are known to arrive: an event came since the last one that was missed."""
        return self.missed_at is None or self.missed_at < self.last_at


class EventCount(NamedTuple):
    """How often something was, and when last."""

    number: int
    at: datetime
