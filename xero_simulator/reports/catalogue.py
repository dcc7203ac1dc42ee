"""Which reports there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from xero_simulator.reports.aged import aged_payables, aged_receivables
from xero_simulator.reports.balance_sheet import balance_sheet
from xero_simulator.reports.bank_summary import bank_summary
from xero_simulator.reports.budget_summary import budget_summary
from xero_simulator.reports.executive_summary import executive_summary
from xero_simulator.reports.layout import Row
from xero_simulator.reports.profit_and_loss import profit_and_loss
from xero_simulator.reports.request import ReportRequest
from xero_simulator.reports.trial_balance import trial_balance

if TYPE_CHECKING:
    from xero_simulator.company_records import CompanyRecords

REPORTS = {
    "AgedPayablesByContact": aged_payables,
    "AgedReceivablesByContact": aged_receivables,
    "BalanceSheet": balance_sheet,
    "BankSummary": bank_summary,
    "BudgetSummary": budget_summary,
    "ExecutiveSummary": executive_summary,
    "ProfitAndLoss": profit_and_loss,
    "TrialBalance": trial_balance,
}


def write_report(company: CompanyRecords, name: str, params: Mapping[str, str], today: dt.date) -> Row:
    """Write one report.

    Raises:
        BadReportRequest: The parameters are refused.
        KeyError: There is no such report.
    """
    return REPORTS[name](company, ReportRequest(params, today))
