"""Trial balances of many months out of one call of account balances, where Xero's newest trial balance agrees with it.

A trial balance takes a call a month. Balances of a hundred month ends take one, and what a month moved is the
difference of two. The newest month is asked for as a trial balance all the same: only if every line of it is what the
balances come to do they stand for the others. Where they do not, or are not given, each month has its call as ever.

A composed answer looks like Xero's, with the headings and labels of the newest one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from xero_pipeline.calendar import month_end, months_between, year_start
from xero_pipeline.errors import AccessRefused, DataError, MissingScope, RequestRefused, XeroUnavailable
from xero_pipeline.xero.explained.month_end_balances import ZERO, Figures, MonthEndBalances
from xero_pipeline.xero.explained.scopes import ACCOUNT_BALANCES
from xero_pipeline.xero.http.response import ApiResponse, Envelope
from xero_pipeline.xero.reports.catalogue import Report
from xero_pipeline.xero.reports.fetched_report import ReportSource, fetch_report
from xero_pipeline.xero.reports.parse_tables import TrialBalanceRow, trial_balance_rows

WORTH_IT = 3
"""From so many months on it saves calls: it takes two."""
_MOST = 101
_SECTIONS = {
    "REVENUE": "Revenue",
    "EXPENSE": "Expenses",
    "ASSET": "Assets",
    "LIABILITY": "Liabilities",
    "EQUITY": "Equity",
}
_DEBIT = ("EXPENSE", "ASSET")
_COLUMNS = ("Account", "Debit", "Credit", "YTD Debit", "YTD Credit")
_WITHOUT = (AccessRefused, MissingScope, RequestRefused, DataError, XeroUnavailable)
_Row = dict[str, Any]


class TrialBalancesAtOnce:
    """Xero, as whoever pulls trial balances of many months sees it.

    Args:
        source: Xero.
        report: The trial balance, on one basis.
        months: The first days of the months that will be asked for.
        year_end: Day and month on which the financial year ends.
    """

    def __init__(self, source: ReportSource, report: Report, months: Iterable[date], year_end: tuple[int, int]) -> None:
        self._source = source
        self._report = report
        self._months = sorted(months)[-_MOST + 1 :]
        self._year_end = year_end
        self._known: Mapping[str, ApiResponse] | None = None

    def get(
        self, tenant_id: str, path: str, *, params: Mapping[str, str] | None = None, scope: str | None = None
    ) -> ApiResponse:
        """One answer, of Xero or composed; as `XeroClient.get`."""
        if self._known is None:
            self._known = dict(self._answers(tenant_id))
        known = self._known.get((params or {}).get("date", ""))
        return known or self._source.get(tenant_id, path, params=params, scope=scope)

    def _answers(self, tenant_id: str) -> Iterator[tuple[str, ApiResponse]]:
        """The answers that are known then, by the `date` they are asked with."""
        balances = self._balances(tenant_id)
        if balances is None:
            return
        newest, report = self._months[-1], self._report
        params = self._params(newest)
        pulled = fetch_report(self._source, tenant_id, report.path, report.scope, params)
        yield params["date"], pulled.answer
        rows = pulled.read(trial_balance_rows)
        if _figures(rows) != balances.figures(newest, self._year_begins(newest)):
            return
        lines = _Lines(balances, rows)
        for month in self._months[:-1]:
            params = self._params(month)
            body = {"Status": "OK", "Reports": [lines.report(balances.figures(month, self._year_begins(month)))]}
            envelope = Envelope.read(msgspec.json.encode(body))
            yield (
                params["date"],
                replace(balances.answer, envelope=envelope, path=report.path, params=params, wire_bytes=0, seconds=0.0),
            )

    def _balances(self, tenant_id: str) -> MonthEndBalances | None:
        """The balances; None where Xero does not give them, or not as the draft has it."""
        days = months_between(self._months[0] - timedelta(days=1), self._months[-1])
        params = {
            "accountingBasis": self._report.basis.upper(),
            "date": month_end(days[-1]).isoformat(),
            "comparisonPeriodCount": str(len(days) - 1),
            "comparisonPeriodSize": "MONTH",
        }
        path = "accountdata.xro/1.0/account-balances"
        try:
            return MonthEndBalances.read(self._source.get(tenant_id, path, params=params, scope=ACCOUNT_BALANCES))
        except _WITHOUT:
            return None

    def _params(self, month: date) -> dict[str, str]:
        return {**self._report.params, "date": month_end(month).isoformat()}

    def _year_begins(self, month: date) -> date:
        return year_start(month_end(month), *self._year_end)


def _figures(rows: Iterable[TrialBalanceRow]) -> Mapping[str, Figures]:
    accounts = [row for row in rows if row.account_id]
    every = {str(row.account_id): (row.debit - row.credit, row.ytd_debit - row.ytd_credit) for row in accounts}
    return {account: figures for account, figures in every.items() if any(figures)}


class _Lines:
    """The lines of composed trial balances, under the headings and labels of the newest."""

    def __init__(self, balances: MonthEndBalances, newest: Sequence[TrialBalanceRow]) -> None:
        self._balances = balances
        self._labels = {str(row.account_id): row.account_name for row in newest}
        self._total = next((row for row in newest if row.account_id is None), None)
        self._titles = dict(_SECTIONS) | {
            balances.part(str(row.account_id), "class"): row.section
            for row in newest
            if row.account_id in balances.accounts
        }

    def report(self, figures: Mapping[str, Figures]) -> _Row:
        """A trial balance, as Xero lays it out."""
        rows: list[_Row] = [{"RowType": "Header", "Cells": [{"Value": name} for name in _COLUMNS]}]
        for kind, title in self._titles.items():
            mine = [one for one in figures if self._balances.part(one, "class") == kind]
            lines = [self._line(one, figures[one], kind) for one in sorted(mine, key=self._label)]
            rows += [{"RowType": "Section", "Title": title, "Rows": lines}] if lines else []
        if self._total:
            texts = [self._total.account_name, *map(str, _totals(figures.values()))]
            line = {"RowType": "SummaryRow", "Cells": [{"Value": text} for text in texts]}
            rows.append({"RowType": "Section", "Title": self._total.section, "Rows": [line]})
        return {"ReportID": "TrialBalance", "ReportName": "Trial Balance", "Rows": rows}

    def _line(self, account: str, figures: Figures, kind: str) -> _Row:
        mark = [{"Value": account, "Id": "account"}]
        texts = [self._label(account), *(text for amount in figures for text in _sided(amount, kind in _DEBIT))]
        return {"RowType": "Row", "Cells": [{"Value": text, "Attributes": mark} for text in texts]}

    def _label(self, account: str) -> str:
        name, code = self._balances.part(account, "name"), self._balances.part(account, "code")
        return self._labels.get(account) or (f"{name} ({code})" if code else name)


def _totals(figures: Collection[Figures]) -> Iterator[Decimal]:
    """What is in debit and in credit of what moved, then of the balances."""
    for column in ([moved for moved, _ in figures], [balance for _, balance in figures]):
        yield sum((amount for amount in column if amount > 0), ZERO)
        yield -sum((amount for amount in column if amount < 0), ZERO)


def _sided(amount: Decimal, debits: bool) -> tuple[str, str]:
    """An amount in the column it belongs to; the other stays blank, and zero stands where its class does."""
    in_debit = debits if amount == ZERO else amount > ZERO
    return (f"{amount}", "") if in_debit else ("", f"{-amount}")
