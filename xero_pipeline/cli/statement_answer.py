"""What every command of `statement` does: what was asked for, the books it is of, and the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from xero_pipeline.calendar import month_start
from xero_pipeline.cli.statement_arguments import day_given, organisation_of, today_of
from xero_pipeline.cli.statement_request import StatementRequest
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.ledger.cash_basis.lines import Basis
    from xero_pipeline.ledger.statements.columns import SideBySide
    from xero_pipeline.warehouse.store import Warehouse

Draw = Callable[["Connection", str], "Sequence[Any] | SideBySide"]
"""Makes the lines of a statement, of an organisation in some books."""


def requested(
    name: str, whose: str | None, start: str | None, end: str | None, json: bool, csv: bool, basis: Basis | None = None
) -> StatementRequest:
    """A statement of a range as a person gave it; without a first day it is the last day's month.

    Raises:
        ConfigurationError: It is no range.
    """
    last = day_given(end, "--to", whose, last=True)
    first = day_given(start, "--from", whose) if start else month_start(last)
    return in_range(name, whose, first, last, json, csv, basis)


def in_range(
    name: str, whose: str | None, first: date, last: date, json: bool, csv: bool, basis: Basis | None = None
) -> StatementRequest:
    """A statement of a range.

    Raises:
        ConfigurationError: It ends before it begins.
    """
    if first > last:
        raise ConfigurationError(f"The range starts on {first} and ends before that, on {last}: swap the two dates.")
    return StatementRequest(name, whose, first, last, json, csv, basis)


def span(asked: StatementRequest) -> tuple[date, date]:
    """Its first and its last day."""
    return asked.start or asked.end, asked.end


def answer(asked: StatementRequest, draw: Draw, known_on: str | None = None) -> None:
    """Draw a statement and print it.

    Args:
        known_on: The day on whose evening its figures were known, as a person gave it; None for now.

    Raises:
        ConfigurationError: It cannot be drawn.
        WarehouseBusy: Another process held the file all the time.
    """
    from xero_pipeline.cli.output.age_note import tell_age
    from xero_pipeline.cli.output.column_tables import show_columns
    from xero_pipeline.cli.output.console import say
    from xero_pipeline.cli.output.empty_period_note import empty_period_note
    from xero_pipeline.cli.output.statement_tables import show
    from xero_pipeline.ledger.statements.columns import SideBySide
    from xero_pipeline.ledger.statements.entity import entity_of, newest_day

    if asked.json and asked.csv:
        raise ConfigurationError("--json and --csv exclude each other: name one of them.")
    services = Services(Settings.load())
    one = organisation_of(services, asked.organisation)
    if known_on:
        asked = replace(asked, known_on=day_given(known_on, "--known-on", asked.organisation, last=True))
    with _books(services, one.tenant_id, asked) as books, books.reading() as connection:
        if newest_day(connection, one.tenant_id) is None:
            raise ConfigurationError(
                f"The ledger has no journals of {one.name} yet. Run `xero-pipeline sync`, which posts what it brings."
            )
        entity, rows = entity_of(connection, one.tenant_id), draw(connection, one.tenant_id)
        nothing = empty_period_note(connection, one.tenant_id, asked.start, asked.end)
    whose = (one.tenant_id, one.name, entity.base_currency)
    if isinstance(rows, SideBySide):
        show_columns(asked, *whose, rows)
    else:
        show(asked, *whose, rows)
    if nothing:
        say(nothing)
    if not asked.known_on:
        tell_age(services.books)
    elif asked.known_on > today_of(asked.organisation):
        say(f"{asked.known_on} is in the future: this is what is known now.")


def _books(services: Services, tenant_id: str, asked: StatementRequest) -> AbstractContextManager[Warehouse]:
    """The books that the statement is of: those of now, or as they were known on the evening of a day."""
    from xero_pipeline.ledger.statements.periods import ONE_DAY
    from xero_pipeline.operations.known_books import books_known_at
    from xero_pipeline.warehouse.days import zones_of
    from xero_pipeline.warehouse.time_zones import beginning_of

    if asked.known_on is None:
        return nullcontext(services.books)
    evening = beginning_of(asked.known_on + ONE_DAY, zones_of(services.books).get(tenant_id))
    return books_known_at(services.books, tenant_id, evening, ageing=services.settings.ageing)
