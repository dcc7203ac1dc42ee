"""What the group is made of: organisations, their accounts, what moved on them, and the rates of documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.calendar import year_start
from xero_pipeline.ledger.consolidation.rates import DocumentRate, GivenRate
from xero_pipeline.ledger.sql_templates import SqlTemplates
from xero_pipeline.ledger.tables import ledger_table, named
from xero_pipeline.warehouse.sql import literal, q

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

    from sqlalchemy import Connection

RESULTS = ("REVENUE", "EXPENSE")
CONTROLS = ("DEBTORS", "CREDITORS")
RETAINED = "RETAINEDEARNINGS"


@dataclass(frozen=True, slots=True)
class GroupMember:
    """One organisation of the group.

    Args:
        base_currency: Currency of its books.
        year_end_day: Last day of its financial year: the day.
        year_end_month: Its month.
        first_month: First day of the month of its first journal.
        last_day: Day of its last journal.
    """

    tenant_id: str
    name: str
    base_currency: str
    year_end_day: int
    year_end_month: int
    first_month: date
    timezone: str | None
    last_day: date


@dataclass(frozen=True, slots=True)
class GroupAccount:
    """One account.

    Args:
        code: Its code, if it has one.
        class_: REVENUE, EXPENSE, ASSET, LIABILITY, EQUITY; None for one that accounts does not know.
        system_account: What it is for Xero itself.
    """

    account_id: str
    code: str | None
    name: str | None
    class_: str | None
    type: str | None
    system_account: str | None
    reporting_code: str | None = None
    reporting_code_name: str | None = None

    @property
    def is_result(self) -> bool:
        """Whether it is of income or expenses."""
        return self.class_ in RESULTS

    @property
    def is_equity(self) -> bool:
        """Whether it is of equity."""
        return self.class_ == "EQUITY"

    @property
    def is_control(self) -> bool:
        """Whether it holds what contacts owe, or are owed."""
        return self.system_account in CONTROLS


@dataclass(frozen=True, slots=True)
class GroupMovement:
    """What moved on an account in a month.

    Args:
        month: First day of the month.
        year_start: First day of the financial year it counts for: a year may end in the middle of a month.
        amount: In base currency, debit positive.
        intercompany: The part of it with contacts that are organisations of the group.
    """

    account_id: str
    month: date
    year_start: date
    amount: Decimal
    intercompany: Decimal


def organisations(connection: Connection) -> list[GroupMember]:
    """The organisations that have a ledger, by name."""
    rows = connection.exec_driver_sql(SqlTemplates("consolidation", connection, None).text("organisations"))
    return [GroupMember(*row) for row in rows]


def accounts(connection: Connection, tenant_id: str) -> dict[str, GroupAccount]:
    """The accounts of an organisation by id, and those its journals name besides."""
    rows = connection.exec_driver_sql(SqlTemplates("consolidation", connection, tenant_id).text("accounts"))
    return {row[0]: GroupAccount(*row) for row in rows}


def retained_of(chart: Mapping[str, GroupAccount]) -> GroupAccount:
    """The account that profits of earlier years are on; one that stands for it where a chart has none."""
    no_account = GroupAccount(RETAINED, None, "Retained Earnings", "EQUITY", "EQUITY", RETAINED)
    return next((one for one in chart.values() if one.system_account == RETAINED), no_account)


def movements(connection: Connection, organisation: GroupMember, until: date) -> list[GroupMovement]:
    """What moved on its accounts, month by month.

    Args:
        until: The last day that counts.
    """
    day, month = organisation.year_end_day, organisation.year_end_month
    told = {"until": literal(until), "year_end_day": day, "year_end_month": month}
    rows = connection.exec_driver_sql(
        SqlTemplates("consolidation", connection, organisation.tenant_id, **told).text("movements")
    )
    found: list[GroupMovement] = []
    for account_id, first, is_new_year, amount, intercompany in rows:
        # The days of a month belong to one financial year or, where one ends in the middle, to two.
        some_day = first.replace(day=day + 1) if is_new_year else first
        found.append(GroupMovement(account_id, first, year_start(some_day, day, month), amount, intercompany))
    return found


def document_rates(connection: Connection, until: date) -> list[DocumentRate]:
    """The rates of documents, month by month and pair by pair of currencies.

    Args:
        until: The last day that counts.
    """
    told = {"until": literal(until), "derived_or_own": derived_or_own}
    rows = connection.exec_driver_sql(SqlTemplates("consolidation", connection, None, **told).text("document_rates"))
    return [DocumentRate(*row) for row in rows]


def derived_or_own(table: str) -> str:
    """SQL: what documents post; where Xero's own journals are the ledger, it stands beside them.

    Args:
        table: `journals` or `journal_lines`.
    """
    columns = ", ".join(q(column.name) for column in ledger_table(table).all_columns)
    derived = f"SELECT {columns} FROM {named(f'derived_{table}')}"
    has_derived = f"tenant_id IN (SELECT tenant_id FROM {named('derived_journals')})"
    return f"(SELECT {columns} FROM {named(table)} WHERE NOT {has_derived} UNION ALL {derived})"


def given_rates(connection: Connection) -> list[GivenRate]:
    """The rates that people gave."""
    rows = connection.exec_driver_sql(
        f"SELECT month, from_currency, to_currency, average_rate, closing_rate FROM {named('exchange_rates')}"
    )
    return [GivenRate(*row) for row in rows]
