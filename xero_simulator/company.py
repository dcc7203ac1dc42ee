"""One simulated organisation: its records, its postings, its reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from xero_simulator.company_records import CompanyRecords
from xero_simulator.reports.catalogue import write_report
from xero_simulator.reports.tax_returns import tax_returns
from xero_simulator.workbench import Record


class Company(CompanyRecords):
    """An organisation with the reports on its records."""

    def report(self, name: str, params: Mapping[str, str], today: dt.date) -> Record:
        """One report, the single element of Xero's `Reports` list.

        Args:
            name: Xero's report name, such as `ProfitAndLoss`.
            params: The query parameters; their names are read without regard to case.

        Raises:
            BadReportRequest: The parameters are refused.
        """
        return write_report(self, name, params, today)

    def tax_returns(self, today: dt.date) -> Sequence[Record]:
        """The tax returns that were published, oldest first; see `reports.tax_returns`."""
        return tax_returns(self, today)
