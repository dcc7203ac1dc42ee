"""Under which heading an account stands, in Xero's standard layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xero_pipeline.ledger.statements.chart import Account

CURRENT_YEAR = "Current Year Earnings"
FX_GROUP = "FXGROUPID"
"""What stands for an account id on the line into which Xero puts the accounts of currency gains."""

FX_NAME = "Foreign Currency Gains and Losses"
FX_ACCOUNTS = frozenset({"BANKCURRENCYGAIN", "REALISEDCURRENCYGAIN", "UNREALISEDCURRENCYGAIN"})


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, the total under it, and the types of account that stand between them.

    Args:
        title: As Xero shows it.
        total: Label of its total.
        otherwise: The class whose accounts of a type that no section names stand here, too.
    """

    title: str
    total: str
    types: frozenset[str]
    otherwise: str | None = None


def _section(title: str, total: str, types: str, otherwise: str | None = None) -> Section:
    return Section(title, total, frozenset(types.split()), otherwise)


INCOME = _section("Income", "Total Income", "REVENUE SALES", "REVENUE")
COST_OF_SALES = _section("Less Cost of Sales", "Total Cost of Sales", "DIRECTCOSTS")
OTHER_INCOME = _section("Plus Other Income", "Total Other Income", "OTHERINCOME")
OPERATING = _section("Less Operating Expenses", "Total Operating Expenses", "EXPENSE OVERHEADS DEPRECIATN", "EXPENSE")
PROFIT_AND_LOSS = (INCOME, COST_OF_SALES, OTHER_INCOME, OPERATING)

ASSETS = (
    _section("Bank", "Total Bank", "BANK"),
    _section("Current Assets", "Total Current Assets", "CURRENT INVENTORY PREPAYMENT", "ASSET"),
    _section("Fixed Assets", "Total Fixed Assets", "FIXED"),
    _section("Non-current Assets", "Total Non-current Assets", "NONCURRENT"),
    # A journal may name an account that came later than the last sync of accounts: the sheet balances all the same.
    _section("Accounts not in the chart", "Total Accounts not in the chart", "", ""),
)
LIABILITIES = (
    _section("Current Liabilities", "Total Current Liabilities", "CURRLIAB LIABILITY PAYG", "LIABILITY"),
    _section("Non-current Liabilities", "Total Non-current Liabilities", "TERMLIAB"),
)
EQUITY = _section("Equity", "Total Equity", "EQUITY", "EQUITY")

_ALL = (*PROFIT_AND_LOSS, *ASSETS, *LIABILITIES, EQUITY)
_BY_TYPE: Mapping[str, Section] = {kind: section for section in _ALL for kind in section.types}
_BY_CLASS: Mapping[str, Section] = {section.otherwise: section for section in _ALL if section.otherwise is not None}


def section_of(account: Account) -> Section:
    """Where an account stands.

    Args:
        account: Any; one whose type nobody knows stands where its class says, one without a class apart.
    """
    return _BY_TYPE.get(account.type) or _BY_CLASS.get(account.account_class) or _BY_CLASS[""]
