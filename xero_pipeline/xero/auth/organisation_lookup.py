"""Which organisation a person means: the one rule behind the command line and the tools of assistants."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar


class NamedOrganisation(Protocol):
    """What has a tenant id and the name that people read."""

    @property
    def tenant_id(self) -> str:
        """Xero's id of it."""
        ...

    @property
    def name(self) -> str:
        """As it calls itself; of several that call themselves the same, with `mark` behind it."""
        ...


_One = TypeVar("_One", bound=NamedOrganisation)


def mark(tenant_id: str) -> str:
    """What stands behind the name of one of several organisations of the same name."""
    return f" ({tenant_id[-8:]})"


def plain(name: str) -> str:
    """A name without what people write in one way or another."""
    return name.strip().casefold()


def called(everyone: Iterable[_One], wanted: str) -> list[_One]:
    """Those of a tenant id or name.

    Args:
        wanted: In any case of letters.
    """
    listed, word = list(everyone), plain(wanted)
    found = [one for one in listed if word in {plain(one.tenant_id), plain(one.name)}]
    # Several of one name are not called by it alone.
    return found or [one for one in listed if word == plain(one.name.removesuffix(mark(one.tenant_id)))]


def called_in_part(everyone: Iterable[_One], wanted: str) -> list[_One]:
    """Those in whose name there is a word or part; of nothing, none.

    Args:
        wanted: In any case of letters.
    """
    word = plain(wanted)
    return [one for one in everyone if word and word in plain(one.name)]
