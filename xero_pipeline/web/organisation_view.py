"""Which organisations the first page shows: what was searched for, a state, and one page of many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from xero_pipeline.operations.organisation_states import STATES

if TYPE_CHECKING:
    from starlette.requests import Request

PER_PAGE = 25
FEW = 5
"""So many are seen at a glance: nothing is offered to look for them."""


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """What a person asked to see.

    Args:
        state: One of `STATES`; empty for all.
        page: Which page, from 1.
    """

    search: str = ""
    state: str = ""
    page: int = 1

    @classmethod
    def of(cls, request: Request) -> OrganisationView:
        """Read it from the address."""
        asked = request.query_params
        page = asked.get("page", "1")
        number = int(page) if page.isdecimal() else 1
        return cls(asked.get("search", "").strip(), asked.get("state", ""), number)

    @property
    def query(self) -> str:
        """The same as the end of an address."""
        fields = {"search": self.search, "state": self.state, "page": self.page if self.page > 1 else ""}
        asked = urlencode({name: value for name, value in fields.items() if value})
        return f"?{asked}" if asked else ""

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return not self.search and not self.state


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of organisations.

    Args:
        count: How many organisations there are of which this is a page.
        total: How many the search alone finds.
        pages: How many pages they fill.
        counts: How many of those that the search finds are in each state.
    """

    view: OrganisationView
    organisations: Sequence[Mapping[str, Any]]
    count: int
    total: int
    pages: int
    counts: Mapping[str, int]

    @property
    def is_searchable(self) -> bool:
        """Whether there are so many that people look for some."""
        return self.total > FEW or not self.view.is_all

    def states(self) -> Iterator[tuple[str, int, str, bool]]:
        """Label, number of organisations, address and whether it is the one chosen, of each state that any is in."""
        yield "All", self.total, replace(self.view, state="", page=1).query or "/", not self.view.state
        for name, count in self.counts.items():
            if count or name == self.view.state:
                address = replace(self.view, state=name, page=1).query
                yield STATES[name].label, count, address, name == self.view.state

    def neighbour(self, step: int) -> str | None:
        """The address of the page before or behind; None where there is none.

        Args:
            step: -1 or 1.
        """
        number = self.view.page + step
        return (replace(self.view, page=number).query or "/") if 1 <= number <= self.pages else None

    @property
    def first(self) -> int:
        """The number of the first organisation shown, from 1."""
        return (self.view.page - 1) * PER_PAGE + 1


def shown(view: OrganisationView, told: Mapping[str, Any]) -> Shown:
    """The page that was asked for, or the last where there are not so many.

    Args:
        told: What `Status.everything` tells of that search and state.
    """
    found = told["organisations"]
    pages = max(1, -(-len(found) // PER_PAGE))
    number = min(max(view.page, 1), pages)
    some = found[(number - 1) * PER_PAGE : number * PER_PAGE]
    return Shown(replace(view, page=number), some, len(found), told["total"], pages, told["states"])
