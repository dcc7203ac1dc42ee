"""Months that a person names for a backfill."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from xero_pipeline import clock
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.statements.periods import day_of_books
from xero_pipeline.warehouse.time_zones import EARLIEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xero_pipeline.container import Services
    from xero_pipeline.settings import Settings
    from xero_pipeline.xero.auth.organisations import Organisation


def months_to_backfill(start: str, end: str, settings: Settings) -> list[date]:
    """The months that a person named.

    Args:
        start: The first, as 2024-01.
        end: The last.
        settings: Know which month is the first at all.

    Raises:
        ConfigurationError: They are no months, in the wrong order, or some of them lie before the first month of
            reports, or has not begun anywhere on earth.
    """
    from xero_pipeline.calendar import months_between

    first, last = month(start, "--from"), month(end, "--to")
    if first > last:
        raise ConfigurationError(f"--from {start} is after --to {end}.")
    if last > clock.today(ZoneInfo(EARLIEST)):
        raise _not_begun(last)
    _require_reports_of(first, start, settings)
    return months_between(first, last)


def begun_months(
    services: Services, wanted: Sequence[date], chosen: Sequence[Organisation]
) -> dict[Organisation, Sequence[date]]:
    """What of some months has begun for each organisation: one in New Zealand is a day ahead of one in Alaska.

    Args:
        services: Know the organisations' days.
        wanted: The months, oldest first.

    Returns:
        The organisations that have begun one of them, with those they have begun. People are told of the others.

    Raises:
        ConfigurationError: The last month has begun for none of them.
    """
    from xero_pipeline.cli.output.console import say
    from xero_pipeline.sync.reports_due import begun
    from xero_pipeline.warehouse.days import days_of

    today = days_of(services.warehouse, [one.tenant_id for one in chosen], clock.now())
    last = wanted[-1]
    if last > max(today.values()):
        raise _not_begun(last)
    found: dict[Organisation, Sequence[date]] = {}
    for one in chosen:
        months, future = begun(wanted, today[one.tenant_id])
        if future:
            say(f"{one.name}: {future[0]:%Y-%m} has not begun there yet, where it is {today[one.tenant_id]}.")
        if months:
            found[one] = months
    return found


def _not_begun(month: date) -> ConfigurationError:
    return ConfigurationError(f"--to {month:%Y-%m} has not begun yet: reports of the future hold nothing.")


def month(text: str, option: str) -> date:
    """A month that a person typed.

    Args:
        text: As 2024-01.
        option: Which option it was, for the error.

    Raises:
        ConfigurationError: It is no month, or none that books may have.
    """
    try:
        return day_of_books(datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date())
    except ValueError:
        raise ConfigurationError(f"{option} {text}: write a month as 2024-01.") from None


def _require_reports_of(month: date, given: str, settings: Settings) -> None:
    """Nothing is left out in silence: there are no partitions before the first month."""
    from xero_pipeline.sync.reports_due import earliest_month

    first = earliest_month(settings.start_date, clock.today())
    if month >= first:
        return
    because = "as XERO_START_DATE says" if settings.start_date else "unless XERO_START_DATE says otherwise"
    raise ConfigurationError(
        f"--from {given} is too early: {first:%Y-%m} is the first month of the reports, {because}. Begin there, or set "
        f"XERO_START_DATE={month}: all reports from then on are pulled and kept up to date."
    )
