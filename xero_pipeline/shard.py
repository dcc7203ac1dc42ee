"""One of several Dagster code locations that share the organisations: which of them are its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self
from zlib import crc32

_TEXT = re.compile(r"([0-9]+)/([0-9]+)")
_PREFIX = re.compile(r"shard_([0-9]+)_")


@dataclass(frozen=True, slots=True)
class Shard:
    """A share of the organisations; all shards of a count together have each organisation once.

    Args:
        number: From 1 to `count`.
        count: How many there are.
    """

    number: int
    count: int

    @classmethod
    def read(cls, text: object) -> Self:
        """As a person writes it, such as 3/8.

        Raises:
            ValueError: It is no shard; says what one looks like.
        """
        found = _TEXT.fullmatch(str(text).strip())
        number, count = (int(found[1]), int(found[2])) if found else (0, 0)
        if not 1 <= number <= count:
            raise ValueError("must be a number and how many there are, such as 3/8, from 1/8 to 8/8")
        return cls(number, count)

    @classmethod
    def of(cls, tenant_id: str, count: int) -> Self:
        """The shard that has an organisation: the same on every machine, as long as the count is."""
        return cls(crc32(tenant_id.encode()) % count + 1, count)

    @classmethod
    def all(cls, count: int) -> tuple[Self, ...]:
        """All shards of a count, in their order."""
        return tuple(cls(number, count) for number in range(1, count + 1))

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    @property
    def name(self) -> str:
        """Stands before the names of its assets, jobs, schedules and sensors."""
        return f"shard_{self.number}"

    def named(self, name: str) -> str:
        """What one of them is called.

        Args:
            name: Where there are no shards.
        """
        return f"{self.name}_{name}"

    def partitions(self, name: str) -> str:
        """What the set of its organisations is called, of which Dagster's partitions are.

        Args:
            name: Where there are no shards.
        """
        return f"{name}_{self.number}_of_{self.count}"

    def has(self, tenant_id: str) -> bool:
        """Whether an organisation is one of its own."""
        return self == self.of(tenant_id, self.count)


def number_before(name: str) -> int | None:
    """The number of the shard that a name in Dagster begins with; None where it begins with none."""
    found = _PREFIX.match(name)
    return int(found[1]) if found else None


def without_shard(name: str) -> str:
    """What a job, schedule or sensor is called where there are no shards."""
    return _PREFIX.sub("", name, count=1)
