"""One simulated organisation: its records, its postings, its reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from xero_pipeline.simulator.workbench import Record, Workbench


class BadReportRequest(Exception):
    """A report was asked for with parameters that Xero refuses.

    Args:
        message: Xero's own words for the refusal, the text of its ValidationException.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Company:
    """An organisation whose records can be read and edited.

    Args:
        bench: The finished records.
    """

    def __init__(self, bench: Workbench) -> None:
        self.tenant_id = bench.id_of("tenant")
        self.name = bench.name
        self.base_currency = bench.country.currency
        self.today = bench.today
        self.revision = 0
        self.bench = bench
        self._views: dict[str, tuple[int, Sequence[Record]]] = {}

    def wrappers(self) -> Iterable[str]:
        """The kinds of records there are, by Xero's wrapper names."""
        return self.bench.tables.keys()

    def records(self, wrapper: str) -> Sequence[Record]:
        """All records of one kind, as Xero's JSON of a full record.

        They are shared with the company: read them, never change them.

        Args:
            wrapper: Xero's wrapper name, such as `Invoices`.
        """
        view = self._views.get(wrapper)
        if view is None or view[0] != self.revision:
            view = (self.revision, tuple(self.bench.tables.get(wrapper, {}).values()))
            self._views[wrapper] = view
        return view[1]

    def report(self, name: str, params: Mapping[str, str], today: dt.date) -> Record:
        """One report, the single element of Xero's `Reports` list.

        Args:
            name: Xero's report name, such as `ProfitAndLoss`.
            params: The query parameters, by Xero's names.
            today: The day of the request.

        Raises:
            BadReportRequest: The parameters are refused.
        """
        raise BadReportRequest(f"The report {name} is not available")
