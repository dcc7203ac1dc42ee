"""The chart of accounts, as statements need it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.ledger.sql_templates import SqlTemplates

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ACCOUNTS = """
SELECT account_id, code, name, type, class, status, system_account FROM xero.accounts WHERE tenant_id = :tenant_id
"""
_RESULTS = frozenset({"REVENUE", "EXPENSE"})
_CREDITS = frozenset({"REVENUE", "LIABILITY", "EQUITY"})

ZERO = Decimal("0.00")
RETAINED = "RETAINEDEARNINGS"
"""Xero's name of the account that earlier years' profits add to; stands for its id where a chart has none."""
EARNINGS_ID = "abababab-abab-abab-abab-abababababab"
"""What most organisations' balance sheets have in the place of an account's id on the line Current Year Earnings, which
no account holds. It is no constant of Xero's: where a balance sheet was pulled, its own id is taken."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account.

    Args:
        account_id: Xero's id of it.
        code: Its code; many bank accounts have none.
        type: Xero's type, such as CURRLIAB; empty where the chart does not know the account.
        account_class: ASSET, EQUITY, EXPENSE, LIABILITY or REVENUE; empty likewise.
        status: ACTIVE, ARCHIVED or DELETED.
        system_account: The part it plays for Xero itself, if any.
    """

    account_id: str
    code: str | None
    name: str
    type: str
    account_class: str
    status: str = "ACTIVE"
    system_account: str | None = None

    @property
    def is_result(self) -> bool:
        """Whether it starts every financial year at zero: income and expenses."""
        return self.account_class in _RESULTS

    def shown(self, amount: Decimal) -> Decimal:
        """An amount that is debit positive with the sign Xero shows, or the other way round.

        Income, debts and equity are positive as credits.
        """
        return (-amount if self.account_class in _CREDITS else amount) + ZERO  # a zero never has a sign


class ChartOfAccounts:
    """All accounts of an organisation.

    Args:
        accounts: As the warehouse has them, deleted ones too: an old journal may name one.
        earnings: The id under which Xero's balance sheet shows Current Year Earnings.
    """

    def __init__(self, accounts: list[Account], earnings: str = EARNINGS_ID) -> None:
        self.earnings = earnings
        self._accounts = {account.account_id: account for account in accounts}
        of_earnings = [one.account_id for one in accounts if one.system_account == RETAINED]
        self.retained = of_earnings[0] if of_earnings else RETAINED

    def __getitem__(self, account_id: str) -> Account:
        found = self._accounts.get(account_id)
        if found is not None:
            return found
        if account_id == RETAINED:
            return Account(RETAINED, None, "Retained Earnings", "EQUITY", "EQUITY", system_account=RETAINED)
        return Account(account_id, None, f"Account {account_id}, not in the chart", "", "")

    @property
    def all(self) -> list[Account]:
        """All of them."""
        return list(self._accounts.values())

    def of_type(self, kind: str) -> list[Account]:
        """The accounts of one of Xero's types."""
        return [account for account in self._accounts.values() if account.type == kind]

    def find(self, wanted: str) -> list[Account]:
        """The accounts that a person means: by id, code or name, in any case of letters."""
        name = wanted.strip().casefold()
        for of in (_id, _code, _name):
            found = [account for account in self._accounts.values() if of(account).casefold() == name]
            if found:
                return found
        return []


def _id(account: Account) -> str:
    return account.account_id


def _code(account: Account) -> str:
    return account.code or ""


def _name(account: Account) -> str:
    return account.name


def chart_of(connection: Connection, tenant_id: str) -> ChartOfAccounts:
    """Read the chart of accounts.

    Args:
        connection: To the warehouse; reading is enough.
    """
    rows = connection.execute(text(_ACCOUNTS), {"tenant_id": tenant_id})
    accounts = [Account(r[0], r[1], r[2] or "", r[3] or "", r[4] or "", r[5] or "", r[6]) for r in rows]
    lines = SqlTemplates("reconcile", connection, tenant_id, earnings=EARNINGS_ID, basis="accrual").text("tie_earnings")
    shown = connection.exec_driver_sql(f"SELECT MAX(known_as) FROM ({lines}) AS e").scalar_one()
    return ChartOfAccounts(accounts, shown or EARNINGS_ID)
