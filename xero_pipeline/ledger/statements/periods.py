"""Days, months and financial years that statements are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from xero_pipeline.calendar import month_end, month_start, year_end, year_start
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.posting.rules import FIRST_DAY, LAST_DAY
from xero_pipeline.warehouse.sql import literal

if TYPE_CHECKING:
    from collections.abc import Iterable

ONE_DAY = timedelta(days=1)


def day_of_books(day: date) -> date:
    """A day that a person gave, if books may have it.

    Raises:
        ConfigurationError: They may not.
    """
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ConfigurationError(f"{day} is not a day that books may have: choose one from {FIRST_DAY} to {LAST_DAY}.")
    return day


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A range of days, both ends included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a period cannot end on {self.end} and begin on {self.start}")

    @property
    def is_months(self) -> bool:
        """Whether it is made of whole months."""
        return self.start.day == 1 and self.end == month_end(self.end)


@dataclass(frozen=True, slots=True)
class YearEnd:
    """On which day of the calendar a financial year ends.

    A day that a month does not have means its last one. So 29 February is the last day of every February: Xero keeps
    that setting in years without a leap day, too. 28 February is another setting, and means the 28th in leap years as
    well; then the 29th belongs to the new year.
    """

    day: int
    month: int

    def start_of(self, day: date) -> date:
        """The first day of the financial year that holds a day."""
        return year_start(day, self.day, self.month)

    def end_of(self, day: date) -> date:
        """The last day of the financial year that holds a day."""
        this = year_end(day.year, self.day, self.month)
        return this if day <= this else year_end(day.year + 1, self.day, self.month)

    def starts_within(self, period: Period) -> list[date]:
        """The first days of the financial years that begin after a period's first day, until its last."""
        years = range(period.start.year - 1, period.end.year + 1)
        starts = (year_end(year, self.day, self.month) + ONE_DAY for year in years)
        return [start for start in starts if period.start < start <= period.end]


def in_months(days: Iterable[date]) -> list[Period]:
    """The months of some days, each once, oldest first."""
    return [Period(first, month_end(first)) for first in sorted(set(map(month_start, days)))]


def periods_sql(periods: Iterable[Period], year_end: YearEnd) -> str:
    """The periods as rows: `period_start`, `period_end`, and where the financial years of both begin."""
    rows = ((one.start, one.end, year_end.start_of(one.start), year_end.start_of(one.end)) for one in periods)
    return " UNION ALL ".join(
        f"SELECT {literal(start)} AS period_start, {literal(end)} AS period_end, "
        f"{literal(first_year)} AS first_year_start, {literal(last_year)} AS year_start"
        for start, end, first_year, last_year in rows
    )
