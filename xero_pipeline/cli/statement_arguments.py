"""What a person names on the command line when asking for a statement: an organisation, a day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.calendar import day_written, year_end
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.statements.periods import day_of_books
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from xero_pipeline.xero.auth.organisations import Organisation


def organisation_of(services: Services, organisation: str | None) -> Organisation:
    """The organisation that a person named, or the only one that is connected.

    Raises:
        ConfigurationError: There is none, or not only one.
    """
    if organisation is not None:
        return services.organisations.find(organisation)
    known = [one for one in services.organisations.list() if one.status != "disconnected"]
    if len(known) == 1:
        return known[0]
    names = ", ".join(one.name for one in known) or "none; run `xero-pipeline connect` first"
    raise ConfigurationError(f"A statement is one organisation's: name it with --organisation. Connected: {names}.")


def day_given(given: str | None, option: str, organisation: str | None, *, last: bool = False) -> date:
    """A day as a person writes it; of a month alone its first day, or its last.

    Raises:
        ConfigurationError: It is no day, or none that books may have.
    """
    if given is None:
        return today_of(organisation)
    try:
        return day_of_books(day_written(given, last=last))
    except ValueError:
        raise ConfigurationError(
            f"{option} {given} is not a valid date. Write it as 2026-10-31, or a month as 2026-10."
        ) from None


def today_of(organisation: str | None) -> date:
    """The day where the organisation is."""
    from xero_pipeline.warehouse.days import day_of

    services = Services(Settings.load())
    return day_of(services.books, organisation_of(services, organisation).tenant_id, clock.now())


def financial_year(organisation: str | None, year: int) -> tuple[date, date]:
    """The first and the last day of the financial year that ends in a calendar year.

    Raises:
        ConfigurationError: The warehouse does not know when the organisation's financial year ends.
    """
    from xero_pipeline.ledger.statements.entity import entity_of

    services = Services(Settings.load())
    with services.books.reading() as connection:
        ends = entity_of(connection, organisation_of(services, organisation).tenant_id).year_end
    last = year_end(year, ends.day, ends.month)
    return ends.start_of(last), last
