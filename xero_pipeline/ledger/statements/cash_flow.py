"""The statement of cash flows of any range, direct method: what money came from and went to, by activity.

Every line of a bank account is shown by what stands beside it on cash basis: a customer's payment by the income and tax
of the invoice it pays. Activities and their headings are those of Xero's report (example of
`GET /FinancialStatements/Cashflow` in its Finance API): what an account moved is split into money in and money out
where the two have different headings. Receipts less payments are what the bank accounts hold more than before.

What Xero does not say is ours: the money of assets and liabilities that its example has not, such as tax and what
stays on receivables (an overpayment), is operating; equity is financing; what no document shows is told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from xero_pipeline.ledger.posting.rules import UNEXPLAINED
from xero_pipeline.ledger.statements import bank_summary
from xero_pipeline.ledger.statements.balances import account_balances
from xero_pipeline.ledger.statements.cash import flows
from xero_pipeline.ledger.statements.chart import ZERO, chart_of
from xero_pipeline.ledger.statements.entity import entity_of
from xero_pipeline.ledger.statements.periods import Period

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from xero_pipeline.ledger.statements.cash import Flow
    from xero_pipeline.ledger.statements.chart import Account

Activity = Literal["Operating Activities", "Investing Activities", "Financing Activities", "Cash and Cash Equivalents"]
OPERATING: Activity = "Operating Activities"
INVESTING: Activity = "Investing Activities"
FINANCING: Activity = "Financing Activities"
ACTIVITIES = (OPERATING, INVESTING, FINANCING)
CASH: Activity = "Cash and Cash Equivalents"
UNKNOWN = "Not shown by any document"
EXCHANGE = "Effect of exchange rates on transfers between bank accounts"


@dataclass(frozen=True, slots=True)
class CashFlowLine:
    """One line; money in is positive, money out negative, in base currency.

    Args:
        position: Place in the statement, counted from 1.
        activity: The heading.
        cash_type: The heading below it; empty for totals of an activity.
        account_id: The account that money came from or went to; None for totals.
    """

    position: int
    activity: Activity
    cash_type: str
    line_type: Literal["account", "total"]
    account_id: str | None
    account_name: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class CashHeadings:
    """Where the money of some accounts stands.

    Args:
        received: The heading of money that came from them.
        spent: That of money that went to them.
    """

    activity: Activity
    received: str
    spent: str

    @property
    def headings(self) -> tuple[str, str]:
        """Both."""
        return self.received, self.spent


_CUSTOMERS, _SUPPLIERS = "Receipts from customers", "Payments to suppliers and employees"
_OTHERS = "Other cash items from {} activities"
_SALES = CashHeadings(OPERATING, _CUSTOMERS, _CUSTOMERS)
_COSTS = CashHeadings(OPERATING, _SUPPLIERS, _SUPPLIERS)
_TRADE = CashHeadings(OPERATING, _CUSTOMERS, _SUPPLIERS)
_PLANT = CashHeadings(
    INVESTING, "Proceeds from sale of property, plant and equipment", "Payment for property, plant and equipment"
)
_OTHER_INVESTING = CashHeadings(INVESTING, _OTHERS.format("investing"), _OTHERS.format("investing"))
_LOANS = CashHeadings(FINANCING, "Proceeds from borrowings", "Repayment of borrowings")
_OTHER_FINANCING = CashHeadings(FINANCING, _OTHERS.format("financing"), _OTHERS.format("financing"))
KINDS: Sequence[CashHeadings] = (_SALES, _COSTS, _TRADE, _PLANT, _OTHER_INVESTING, _LOANS, _OTHER_FINANCING)

_BY_TYPE: Mapping[str, CashHeadings] = {"FIXED": _PLANT, "NONCURRENT": _OTHER_INVESTING, "TERMLIAB": _LOANS}
_BY_CLASS: Mapping[str, CashHeadings] = {"REVENUE": _SALES, "EXPENSE": _COSTS, "EQUITY": _OTHER_FINANCING}


def cash_flow(connection: Connection, tenant_id: str, start: date, end: date) -> tuple[CashFlowLine, ...]:
    """The statement of cash flows of a range.

    Args:
        connection: To the warehouse; reading is enough.

    Raises:
        ConfigurationError: The warehouse does not know the organisation.
    """
    entity, chart, period = entity_of(connection, tenant_id), chart_of(connection, tenant_id), Period(start, end)
    banks = bank_summary.of_balances(chart, account_balances(connection, entity, chart, [period])[period])
    found = flows(connection, entity, chart, [period], basis="cash")[period]
    return of_flows(sum((bank.opening_balance for bank in banks), ZERO), found)


def of_flows(opening: Decimal, found: Iterable[Flow]) -> tuple[CashFlowLine, ...]:
    """The statement that the flows of a period make.

    Args:
        opening: What all bank accounts held on the first morning.
    """
    sums: dict[tuple[Activity, str], dict[Account, Decimal]] = {}
    elsewhere = {UNKNOWN: ZERO, EXCHANGE: ZERO}
    for flow in found:
        if flow.source_type == UNEXPLAINED or flow.counter is None:
            elsewhere[UNKNOWN] += flow.received - flow.spent
        elif flow.counter.type == bank_summary.BANK:
            elsewhere[EXCHANGE] += flow.received - flow.spent
        else:
            kind = _kind_of(flow.counter)
            for cash_type, amount in ((kind.received, flow.received), (kind.spent, -flow.spent)):
                accounts = sums.setdefault((kind.activity, cash_type), {})
                accounts[flow.counter] = accounts.get(flow.counter, ZERO) + amount
    lines = [line for activity in ACTIVITIES for line in _activity(activity, sums)]
    lines += [_total(CASH, "", name, amount) for name, amount in elsewhere.items() if amount]
    moved = sum((amount for accounts in sums.values() for amount in accounts.values()), sum(elsewhere.values(), ZERO))
    lines.append(_total(CASH, "", "Net change in cash for period", moved))
    lines.append(_total(CASH, "", "Cash and cash equivalents at beginning of period", opening))
    lines.append(_total(CASH, "", "Cash and cash equivalents at end of period", opening + moved))
    return tuple(replace(line, position=place) for place, line in enumerate(lines, start=1))


def _activity(
    activity: Activity, sums: Mapping[tuple[Activity, str], Mapping[Account, Decimal]]
) -> Iterator[CashFlowLine]:
    net = ZERO
    for cash_type in dict.fromkeys(name for kind in KINDS if kind.activity == activity for name in kind.headings):
        accounts = {account: amount for account, amount in sums.get((activity, cash_type), {}).items() if amount}
        for account in sorted(accounts, key=_by_name):
            amount = accounts[account]
            yield CashFlowLine(0, activity, cash_type, "account", account.account_id, account.name, amount)
        if accounts:
            yield _total(activity, cash_type, f"Total {cash_type}", sum(accounts.values(), ZERO))
        net += sum(accounts.values(), ZERO)
    yield _total(activity, "", f"Net Cash Flows from {activity}", net)


def _total(activity: Activity, cash_type: str, name: str, amount: Decimal) -> CashFlowLine:
    return CashFlowLine(0, activity, cash_type, "total", None, name, amount)


def _by_name(account: Account) -> tuple[str, str]:
    return account.name, account.account_id


def _kind_of(account: Account) -> CashHeadings:
    return _BY_TYPE.get(account.type) or _BY_CLASS.get(account.account_class) or _TRADE
