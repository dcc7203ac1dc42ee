"""How many calls of a day each kind of detail may make: parts of the same size, and what another does not need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from xero_pipeline.calendar import day_began
from xero_pipeline.sync.details.due_documents import waiting
from xero_pipeline.warehouse.progress.attachment_files import AttachmentFiles
from xero_pipeline.warehouse.progress.detail_requests import asked_since

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from xero_pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class DetailBudget:
    """What may be spent on what hangs on documents.

    Args:
        calls: Of an organisation and day (UTC), for all kinds together.
        details: The kinds that are read, by their tables.
        file_bytes: Bytes of files that may be read in that time; None where only their names are.
    """

    calls: int
    details: tuple[str, ...]
    file_bytes: int | None = None

    @classmethod
    def of(cls, settings: Settings, details: Iterable[str]) -> Self:
        """As it is set.

        Args:
            details: The kinds that are read, by their tables.
        """
        return cls(settings.document_calls, tuple(details), settings.attachment_bytes)

    def left(self, connection: Connection, tenant_id: str, detail: str, at: datetime) -> int:
        """The calls that a kind may still make today.

        Args:
            at: Now.
        """
        spent = asked_since(connection, tenant_id, day_began(at))
        others = [one for one in self.details if one != detail]
        needs = {one: waiting(connection, tenant_id, one).count for one in others}
        if "attachments" in needs:
            needs["attachments"] += self.files_waiting(connection, tenant_id)
        return part_of(self.calls, detail, spent, needs)

    def files_waiting(self, connection: Connection, tenant_id: str) -> int:
        """How many files would still be read."""
        if self.file_bytes is None:
            return 0
        return AttachmentFiles(connection, tenant_id, self.file_bytes).waiting().count


def part_of(calls: int, detail: str, spent: Mapping[str, int], needs: Mapping[str, int]) -> int:
    """What of a day's calls a kind may still make.

    Args:
        spent: What each has spent today.
        needs: What each of the others could still use.
    """
    each = calls // (len(needs) + 1)
    spare = sum(max(0, each - spent.get(one, 0) - need) for one, need in needs.items())
    rest = calls - _total(spent, {detail, *needs})
    return max(0, min(rest, each + calls % (len(needs) + 1) - spent.get(detail, 0) + spare))


def _total(spent: Mapping[str, int], kinds: Collection[str]) -> int:
    return sum(count for kind, count in spent.items() if kind in kinds)
