"""Which calls bring which months of a profit and loss.

With `periods`, Xero repeats the number of days of the first period for the earlier ones: begun at a month of 30 days,
every other month loses its last day. Begun at one of 31 days, all come whole, twelve in one call. After every shorter
month comes one of 31 days, so there is always a fitting beginning, at most one month ahead.
Source: Xero's page "Reports", profit and loss, and the limit of eleven further periods there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from xero_pipeline.xero.values import add_months, month_end, month_start

_MOST_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class Window:
    """One call.

    Args:
        anchor: The first day of the month it begins at, the newest.
        columns: How many months it covers, going back.
        wanted: The first days of the months it is made for, oldest first.
    """

    anchor: date
    columns: int
    wanted: tuple[date, ...]

    @property
    def ends(self) -> tuple[date, ...]:
        """The last days of its months, newest first: what the columns must be labelled with."""
        return tuple(month_end(add_months(self.anchor, -back)) for back in range(self.columns))

    def column(self, month: date) -> int:
        """Where a month stands.

        Args:
            month: Its first day.
        """
        return _months_between(month, self.anchor)

    @property
    def params(self) -> dict[str, str]:
        """The query parameters of its period."""
        period = {"fromDate": self.anchor.isoformat(), "toDate": month_end(self.anchor).isoformat()}
        if self.columns > 1:
            period |= {"periods": str(self.columns - 1), "timeframe": "MONTH"}
        return period

    def single_months(self) -> tuple[Window, ...]:
        """The same months with a call each."""
        return tuple(Window(month, 1, (month,)) for month in self.wanted)


def windows(months: Iterable[date]) -> tuple[Window, ...]:
    """The fewest calls for some months, oldest first.

    Args:
        months: Any day of each month; doubles do no harm.
    """
    left = sorted({month_start(month) for month in months})
    found: list[Window] = []
    while left:
        found.append(_newest(left))
        left = left[: len(left) - len(found[-1].wanted)]
    return tuple(reversed(found))


def _newest(left: list[date]) -> Window:
    newest = left[-1]
    anchor = newest if month_end(newest).day == 31 else add_months(newest, 1)
    wanted = tuple(month for month in left if _months_between(month, anchor) < _MOST_COLUMNS)
    if len(wanted) == 1:
        return Window(newest, 1, wanted)
    return Window(anchor, _months_between(wanted[0], anchor) + 1, wanted)


def _months_between(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month
