"""Reading the parameters of a report request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping


class BadReportRequest(Exception):
    """A report was asked for with parameters that Xero refuses.

    Args:
        message: The text for the ValidationException.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ReportRequest:
    """The parameters of one request, by Xero's names without regard to case.

    Args:
        params: As they came in the query.
    """

    def __init__(self, params: Mapping[str, str], today: dt.date) -> None:
        self._params = {key.lower(): value for key, value in params.items()}
        self.today = today

    def text(self, name: str) -> str:
        """A parameter as it came, empty when it is missing."""
        return self._params.get(name.lower(), "")

    def flag(self, name: str) -> bool:
        """A parameter that is true or false, false when it is missing."""
        return self.text(name).lower() == "true"

    def day(self, name: str) -> dt.date | None:
        """A day, None when it is missing.

        Raises:
            BadReportRequest: It is no date.
        """
        text = self.text(name)
        if not text:
            return None
        try:
            return dt.date.fromisoformat(text[:10])
        except ValueError:
            raise BadReportRequest(f"{name} is not a valid date") from None

    def number(self, name: str, least: int, most: int) -> int | None:
        """A whole number within limits, None when it is missing.

        Raises:
            BadReportRequest: It is no such number.
        """
        text = self.text(name)
        if not text:
            return None
        if not text.isdecimal() or not least <= int(text) <= most:
            raise BadReportRequest(f"The {name} parameter must be between {least} and {most}")
        return int(text)

    def step_months(self, default: int = 1) -> int:
        """Months of one comparison period, from `timeframe`.

        Args:
            default: When it is missing.

        Raises:
            BadReportRequest: It is none of MONTH, QUARTER, YEAR.
        """
        text = self.text("timeframe").upper()
        if not text:
            return default
        steps = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
        if text not in steps:
            raise BadReportRequest("The timeframe parameter must be MONTH, QUARTER or YEAR")
        return steps[text]
