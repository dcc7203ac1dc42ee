"""Balances of accounts at month ends, by the Account Data API: a record an account, basis and month end.

One call brings up to 101 month ends on one basis. Xero leaves zeros out. What was read once is asked for again even
when the first month wanted moves on: a balance that is not in the answer is one that is zero now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from xero_pipeline import clock
from xero_pipeline.calendar import month_end, month_start, months_between
from xero_pipeline.xero.explained.account_data import get_account_data, in_parts, money_of, required_text
from xero_pipeline.xero.explained.composed_list import ComposedList
from xero_pipeline.xero.explained.known import KnownBefore
from xero_pipeline.xero.explained.scopes import ACCOUNT_BALANCES
from xero_pipeline.xero.pagination.list_request import ListRequest
from xero_pipeline.xero.pagination.page import Page

_MOST = 101
"""Month ends of one call: the newest, and 100 `comparisonPeriodCount` before it."""
_YEARS_BACK = 3
"""Calendar years that hold every financial year that began two years ago, whenever the year begins."""


def read_account_balances(request: ListRequest, known: KnownBefore) -> Page:
    """The balances of all month ends up to the current one: a call a basis, and one more for each further 101 months.

    Raises:
        XeroPipelineError: As `XeroClient.get`.
    """
    answers = ComposedList(request)
    first = _first(request.endpoint.since, known.records())
    ends = [month_end(month) for month in reversed(months_between(first, clock.today()))]
    return answers.page([one for basis in request.endpoint.bases for one in _balances(answers, basis, ends)])


def _first(since: date | None, stored: Iterable[str]) -> date:
    """A day of the first month."""
    # What the first month moved is told by the month end before it.
    wanted = month_start(since or date(clock.today().year - _YEARS_BACK, 1, 1)) - timedelta(days=1)
    return min([wanted, *(date.fromisoformat(one.partition("/")[0]) for one in stored)])


def _balances(answers: ComposedList, basis: str, ends: Sequence[date]) -> Iterator[dict[str, Any]]:
    for days in in_parts(ends, _MOST):
        asked = {"accountingBasis": basis.upper(), "date": days[0].isoformat()}
        if len(days) > 1:
            asked |= {"comparisonPeriodCount": str(len(days) - 1), "comparisonPeriodSize": "MONTH"}
        answer = get_account_data(answers, "account-balances", ACCOUNT_BALANCES, asked, "accountBalances")
        for one in answer["accountBalances"]:
            yield _record(answers, basis, one)


def _record(answers: ComposedList, basis: str, one: Mapping[str, Any]) -> dict[str, Any]:
    account, day = required_text(answers, one.get("accountId")), required_text(answers, one.get("date"))
    return {
        "BalanceID": f"{day}/{basis}/{account}",
        "AccountID": account,
        "Basis": basis,
        "MonthEnd": day,
        "SignedBalance": money_of(answers, one.get("signedBalance")),
    }
