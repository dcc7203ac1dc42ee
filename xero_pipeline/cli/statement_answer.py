"""What every command of `statement` does: what was asked for, the books it is of, and the answer."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from xero_pipeline import clock
from xero_pipeline.calendar import month_start
from xero_pipeline.cli.statement_arguments import day_given, financial_year, organisation_of, today_of
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.files.statement_request import StatementRequest
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from xero_pipeline.cli.output.written_statement import Destination


def of_range(
    name: str, whose: str | None, start: str | None, end: str | None, year: int | None = None, **more: Any
) -> StatementRequest:
    """A statement of a range as a person gave it; without a first day it is the last day's month.

    Args:
        year: The calendar year in which the financial year ends that is meant instead.
        **more: What else there is to a request; the day of `known_on` as a person gave it.

    Raises:
        ConfigurationError: It is no range.
    """
    first, last = range_given(whose, start, end, year)
    return in_range(name, whose, first, last, **more)


def range_given(whose: str | None, start: str | None, end: str | None, year: int | None) -> tuple[date, date]:
    """The first and the last day that a person means.

    Raises:
        ConfigurationError: They are no days, or given twice.
    """
    if year is not None:
        if start or end:
            raise ConfigurationError("--year and a range of days exclude each other: name one of them.")
        return financial_year(whose, year)
    last = day_given(end, "--to", whose, last=True)
    return (day_given(start, "--from", whose) if start else month_start(last)), last


def in_range(name: str, whose: str | None, first: date, last: date, **more: Any) -> StatementRequest:
    """A statement of a range.

    Raises:
        ConfigurationError: It ends before it begins.
    """
    if first > last:
        raise ConfigurationError(f"The range starts on {first} and ends before that, on {last}: swap the two dates.")
    return StatementRequest(name, first, last, **_known(whose, more))


def of_day(name: str, whose: str | None, day: str | None, **more: Any) -> StatementRequest:
    """A statement of a day as a person gave it.

    Args:
        **more: As for `of_range`.

    Raises:
        ConfigurationError: It is no day.
    """
    return StatementRequest(name, None, day_given(day, "--as-of", whose, last=True), **_known(whose, more))


def _known(whose: str | None, more: dict[str, Any]) -> dict[str, Any]:
    given = more.get("known_on")
    return more | {"known_on": day_given(given, "--known-on", whose, last=True) if given else None}


def answer(request: StatementRequest, organisation: str | None, to: Destination) -> None:
    """Draw a statement and print it, or write it into a file.

    Args:
        organisation: Whose, as a person named it.

    Raises:
        ConfigurationError: It cannot be drawn.
        WarehouseBusy: Another process held the file all the time.
    """
    from xero_pipeline.cli.output.age_note import tell_age
    from xero_pipeline.cli.output.console import say
    from xero_pipeline.cli.output.empty_period_note import empty_period_note
    from xero_pipeline.cli.output.written_statement import write_statement
    from xero_pipeline.files.catalogue import read_statement
    from xero_pipeline.operations.known_books import books_known_on

    services = Services(Settings.load())
    one, ageing = organisation_of(services, organisation), services.settings.ageing
    known = books_known_on(services.books, one.tenant_id, request.known_on, ageing=ageing)
    with known as books, books.reading() as connection:
        as_of = services.books.dialect.as_of() or clock.now()
        statement = read_statement(
            connection, one.tenant_id, request, organisation=one.name, as_of=as_of, ageing=ageing
        )
        nothing = empty_period_note(connection, one.tenant_id, request.start, request.end)
    write_statement(statement, to)
    if nothing:
        say(nothing)
    if not request.known_on:
        tell_age(services.books)
    elif request.known_on > today_of(organisation):
        say(f"{request.known_on} is in the future: this is what is known now.")
