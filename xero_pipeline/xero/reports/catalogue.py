"""The table of the monthly reports: every one we read, one row of data each.

A new report is a row here, a table in `warehouse/schema/columns/reports.toml`, and a reader if its layout is new.
Source: Xero's page "Reports" and its OpenAPI description of the Accounting API (16.1.0).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.xero.reports.executive_summary import ExecutiveSummaryRow, executive_summary_rows
from xero_pipeline.xero.reports.parse_statements import StatementRow, TrackingRow, balance_sheet_rows, statement_rows
from xero_pipeline.xero.reports.parse_tables import (
    BankSummaryRow,
    TrialBalanceRow,
    bank_summary_rows,
    trial_balance_rows,
)
from xero_pipeline.xero.reports.period_params import (
    MONTH,
    MONTH_AND_THE_ONE_BEFORE,
    MONTH_END,
    MONTH_ENDS,
    MONTHS_AHEAD,
    PERIODS,
    PeriodRequest,
)

Basis = Literal["accrual", "cash"]
ReportRow = StatementRow | TrackingRow | BankSummaryRow | TrialBalanceRow | ExecutiveSummaryRow

Staleness = Literal["month", "cumulative", "payments", "budgets"]
"""What makes a month of a report stale: a document of the month; of the month or before, for what shows balances;
a document that moved money in the month or before; a budget."""

Recheck = Literal["daily", "trial_balance", "weekly"]
"""When the current month and the one before are asked for again though no document changed (Xero posts pay runs,
depreciation and revaluations by itself): every day; once their trial balance or an account changed, which shows every
posting by account; once a week. After a week each of them is asked for in any case."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report that is kept month by month.

    Args:
        name: Our name of it: its asset, and what people choose it by.
        table: The warehouse table; reports that differ in their basis share one.
        path: Below `/api.xro/2.0/`.
        scope: The granular scope that opens it.
        period_request: How months become calls.
        parse: Its rows out of the `Reports[0]` object and the column of the month; raises ValueError. None for the
            report that has a call for each tracking category, whose columns are its options.
        description: What a row is.
        staleness: What makes a month stale.
        recheck: When the newest months are asked for again without that.
        params: Query parameters that go with every call.
        basis: What counts when: documents by their date, or by when they were paid.
        calls_a_month: How many calls a month costs at most, where every month has its own.
        enabled_by_default: Whether it is pulled unless XERO_REPORTS says otherwise.
    """

    name: str
    table: str
    path: str
    scope: str
    period_request: PeriodRequest
    parse: Callable[[dict[str, Any], int], tuple[ReportRow, ...]] | None
    description: str
    staleness: Staleness
    params: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)
    basis: Basis = "accrual"
    calls_a_month: int = 1
    enabled_by_default: bool = True
    recheck: Recheck = "daily"


_OWN = "_custom"
# Without it an organisation's own layout comes: sections renamed, accounts put together.
_STANDARD = {"standardLayout": "true"}
_CASH = {"paymentsOnly": "true"}


@cache
def reports() -> tuple[Report, ...]:
    """Every monthly report there is an asset for."""
    return (*_accrual(), *_cash(), *_custom())


def report_named(name: str) -> Report:
    """The report of that name.

    Args:
        name: As in the table.

    Raises:
        KeyError: There is none.
    """
    return {report.name: report for report in reports()}[name]


def chosen_reports(text: str | None, *, cash_basis: bool, custom_layouts: bool = False) -> tuple[Report, ...]:
    """The reports that are pulled by themselves, in the order of the table.

    Args:
        text: XERO_REPORTS: names with commas or spaces between; None for those that suit everybody.
        cash_basis: Those of them that Xero has on cash basis, on that basis too.
        custom_layouts: Those of them that an organisation may lay out by itself, in its own layout too.

    Raises:
        ConfigurationError: No such report; the message names those there are.
    """
    names = {report.name for report in reports() if report.enabled_by_default}
    if text is not None:
        names = set(text.replace(",", " ").split())
    known = [report.name for report in reports()]
    if unknown := sorted(names - set(known)):
        near = get_close_matches(unknown[0], known, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise ConfigurationError(
            f"XERO_REPORTS: there is no report {', '.join(unknown)}. {hint}There are {', '.join(known)}."
        )
    if cash_basis:
        names |= {cash.name for cash in _cash() if cash.table in names}
    if custom_layouts:
        names |= {custom.name for custom in _custom() if custom.name.removesuffix(_OWN) in names}
    return tuple(report for report in reports() if report.name in names)


def _accrual() -> tuple[Report, ...]:
    return (
        Report(
            "profit_and_loss",
            "profit_and_loss",
            "Reports/ProfitAndLoss",
            "accounting.reports.profitandloss.read",
            PERIODS,
            statement_rows,
            "Xero's profit and loss: a row per organisation, month and account, totals marked, on accrual basis, "
            "with the sign Xero shows.",
            "month",
            _STANDARD,
            recheck="trial_balance",
        ),
        Report(
            "balance_sheet",
            "balance_sheet",
            "Reports/BalanceSheet",
            "accounting.reports.balancesheet.read",
            MONTH_ENDS,
            balance_sheet_rows,
            "Xero's balance sheet at the end of each month: a row per organisation, month and account, totals marked, "
            "on accrual basis, with the sign Xero shows.",
            "cumulative",
            _STANDARD,
            recheck="trial_balance",
        ),
        Report(
            "trial_balance",
            "trial_balance",
            "Reports/TrialBalance",
            "accounting.reports.trialbalance.read",
            MONTH_END,
            lambda report, _: trial_balance_rows(report),
            "Xero's trial balance at the end of each month: a row per organisation, month and account, with debit and "
            "credit of the month and of the financial year, on accrual basis.",
            "cumulative",
        ),
        Report(
            "bank_summary",
            "bank_summary",
            "Reports/BankSummary",
            "accounting.reports.banksummary.read",
            MONTH,
            lambda report, _: bank_summary_rows(report),
            "Xero's bank summary: a row per organisation, month and bank account, with opening and closing balance.",
            "payments",
            recheck="trial_balance",
        ),
        Report(
            "executive_summary",
            "executive_summary",
            "Reports/ExecutiveSummary",
            "accounting.reports.executivesummary.read",
            MONTH_AND_THE_ONE_BEFORE,
            lambda report, _: executive_summary_rows(report),
            "Xero's executive summary: a row per organisation, month and key figure, beside the month before.",
            "cumulative",
            recheck="trial_balance",
        ),
        Report(
            "budget_summary",
            "budget_summary",
            "Reports/BudgetSummary",
            "accounting.reports.budgetsummary.read",
            MONTHS_AHEAD,
            statement_rows,
            "Xero's budget summary, of the overall budget: a row per organisation, month and account, totals marked.",
            "budgets",
            recheck="weekly",
        ),
        Report(
            "profit_and_loss_by_tracking",
            "profit_and_loss_by_tracking",
            "Reports/ProfitAndLoss",
            "accounting.reports.profitandloss.read",
            MONTH,
            None,
            "Xero's profit and loss by tracking category: a row per organisation, month, category, column and account, "
            "on accrual basis. A column is an option, or what has none, or all together.",
            "month",
            _STANDARD,
            calls_a_month=2,  # Xero allows two active categories
            enabled_by_default=False,
        ),
    )


def _cash() -> tuple[Report, ...]:
    known = {report.name: report for report in _accrual()}
    return tuple(
        replace(
            known[name],
            name=f"{name}_cash",
            description=known[name].description.replace("accrual", "cash"),
            # What is paid later counts in the month it is paid, but is written on a document of an earlier one.
            staleness="cumulative",
            params={**known[name].params, **_CASH},
            basis="cash",
            enabled_by_default=False,
            recheck="daily",
        )
        for name in ("profit_and_loss", "balance_sheet", "trial_balance")
    )


def _custom() -> tuple[Report, ...]:
    known = {report.name: report for report in _accrual()}
    return tuple(
        replace(
            known[name],
            name=f"{name}{_OWN}",
            table=f"{name}{_OWN}",
            description=f"{known[name].description} In the layout the organisation made for itself, where it has one.",
            params={},
            enabled_by_default=False,
            # Nothing tells that somebody changed the layout.
            recheck="daily",
        )
        for name in ("profit_and_loss", "balance_sheet")
    )
