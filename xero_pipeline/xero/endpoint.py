"""One collection of Xero's, as a row of data: the catalogue of all is `endpoints`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

# Xero's largest page; an endpoint that does not honour it says so with a page size of its own.
LARGEST_PAGE = 1_000

Paging = Literal["pages", "until_empty", "whole", "details", "offsets", "composed", "by_document"]
Slicing = Literal["where Date", "where UpdatedDateUTC", "DateFrom and DateTo"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One collection of the Accounting API.

    Args:
        table: Our name of it: plural and snake_case, the parent table in the warehouse.
        path: Below `/api.xro/2.0/`, or that of another API.
        wrapper: The key of the list in the answer.
        key: The fields of a record that identify it within its organisation; none for a single setting.
        paging: `pages`: Xero tells how many there are. `until_empty`: it may not tell, an empty page ends the list.
            `whole`: everything in one answer. `details`: a list of headers, then one answer per record. `offsets`:
            records are numbered and never change, and each call asks for those behind a number. `composed`: one list
            made of several answers of another API (`explained`). `by_document`: an answer for each document
            (`document_details`); `path` is what follows the document's own address.
        page_size: Records per page as asked for or fixed by Xero; None where there are no pages.
        modified_since: Whether If-Modified-Since finds every new and changed record.
        params: Query parameters that go with every call.
        scope: The smallest granular scope that opens it.
        slicing: How days are cut out of a list that is too long for Xero; None if it offers no way. The field must be
            one that every record has.
        by_ids: Whether `IDs` asks for several records at once, and `summaryOnly` for little more than their ids.
        number: The field whose numbers `offsets` count; empty elsewhere.
        weekly: Whether the daily schedule reads it once a week only: a list that seldom changes, and no figure with it.
        also: Scopes of what else is read for it.
        payslips: Of pay runs, whether their payslips may be read.
        bases: Of balances, the bases they are read on: accrual, cash.
        since: Of balances, a day of the first month wanted, if it is set.
        setting: What has to be set for it to be read; empty for what is always read.
    """

    table: str
    path: str
    wrapper: str
    key: tuple[str, ...]
    paging: Paging
    page_size: int | None
    modified_since: bool
    scope: str
    params: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)
    slicing: Slicing | None = None
    by_ids: bool = False
    number: str = ""
    weekly: bool = False
    also: tuple[str, ...] = ()
    payslips: bool = False
    setting: str = ""
    bases: tuple[str, ...] = ()
    since: date | None = None

    @property
    def scopes(self) -> tuple[str, ...]:
        """All scopes that reading it takes."""
        return (self.scope, *self.also)

    @property
    def in_windows(self) -> bool:
        """Whether it is read again in parts: it comes in pages, and days can be cut out of it."""
        return self.slicing is not None and self.paging in {"pages", "until_empty"}

    @property
    def day(self) -> str:
        """The column whose days `slicing` cuts, by our name of it."""
        return "updated_date_utc" if self.slicing == "where UpdatedDateUTC" else "date"
