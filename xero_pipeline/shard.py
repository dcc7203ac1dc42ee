"""One of several Dagster code locations that share the organisations: which of them are its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self
from zlib import crc32

_TEXT = re.compile(r"([0-9]+)/([0-9]+)")


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

    def has(self, tenant_id: str) -> bool:
        """Whether an organisation is one of its own: the same on every machine, as long as the count is."""
        return crc32(tenant_id.encode()) % self.count == self.number - 1
