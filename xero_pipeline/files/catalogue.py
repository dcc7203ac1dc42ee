"""The statements there are, by name, and how each is drawn from the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.files import compared_statements
from xero_pipeline.files.drawn_statement import DrawnStatement
from xero_pipeline.files.reconciliation import is_revalued, reconciliation_of
from xero_pipeline.ledger.statements.aged import aged
from xero_pipeline.ledger.statements.balance_sheet import balance_sheet
from xero_pipeline.ledger.statements.bank_summary import bank_summary
from xero_pipeline.ledger.statements.budget import budget_variance
from xero_pipeline.ledger.statements.cash import cash_movement
from xero_pipeline.ledger.statements.cash_flow import cash_flow
from xero_pipeline.ledger.statements.chart import chart_of
from xero_pipeline.ledger.statements.entity import entity_of, newest_day
from xero_pipeline.ledger.statements.general_ledger import general_ledger
from xero_pipeline.ledger.statements.periods import Period
from xero_pipeline.ledger.statements.profit_and_loss import profit_and_loss
from xero_pipeline.ledger.statements.sections import FX_ACCOUNTS, FX_GROUP, FX_NAME
from xero_pipeline.ledger.statements.trial_balance import trial_balance

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from xero_pipeline.ageing import Ageing
    from xero_pipeline.files.statement_request import StatementRequest
    from xero_pipeline.ledger.statements.columns import SideBySide
    from xero_pipeline.ledger.statements.open_records import Side

AT_OWN_RATES = frozenset(
    {"bank-summary", "cash", "cash-flow", "aged-receivables", "aged-payables"}
    | {"aged-receivables-documents", "aged-payables-documents"}
)
"""Statements of documents and money at the rates they were booked at, where the balance sheet has those of its day."""
Drawing = Callable[["Connection", str, "StatementRequest", "Ageing"], "Sequence[Any] | SideBySide"]


def read_statement(
    connection: Connection,
    tenant_id: str,
    request: StatementRequest,
    *,
    organisation: str = "",
    as_of: datetime | None = None,
    ageing: Ageing = "days",
) -> DrawnStatement:
    """Draw a statement, and say whether its figures agree with Xero's reports.

    Args:
        connection: To the books it is of; reading is enough.
        organisation: What to call it; by default its name in the warehouse.
        as_of: The moment the books are of.

    Raises:
        ConfigurationError: There is no such statement or account, nothing is posted, or the warehouse does not know the
            organisation.
    """
    if request.name not in STATEMENTS:
        raise ConfigurationError(f"There is no statement “{request.name}”: name {', '.join(STATEMENTS)}.")
    if newest_day(connection, tenant_id) is None:
        raise ConfigurationError(
            f"The ledger has no journals of {organisation or 'this organisation'} yet. Run `xero-pipeline sync`, "
            "which posts what it brings."
        )
    entity = entity_of(connection, tenant_id)
    return DrawnStatement(
        request,
        tenant_id,
        organisation or entity.name,
        entity.base_currency,
        STATEMENTS[request.name](connection, tenant_id, request, ageing),
        as_of,
        reconciliation_of(connection, tenant_id, request),
        request.name in AT_OWN_RATES and is_revalued(connection, tenant_id),
        contact_name_of(connection, tenant_id, request.contact) if request.contact else "",
        ageing,
    )


def contact_name_of(connection: Connection, tenant_id: str, contact_id: str) -> str:
    """What a contact is called; its id where the warehouse does not know it."""
    known = "SELECT name FROM xero.contacts WHERE tenant_id = :tenant_id AND contact_id = :contact_id"
    name = connection.execute(text(known), {"tenant_id": tenant_id, "contact_id": contact_id}).scalar()
    return name or contact_id


def account_id_of(connection: Connection, tenant_id: str, wanted: str) -> str:
    """The account that a person means.

    Raises:
        ConfigurationError: There is none, or not only one.
    """
    chart = chart_of(connection, tenant_id)
    found = chart.find(wanted)
    if len(found) == 1:
        return found[0].account_id
    if found:
        listed = ", ".join(f"{one.name} ({one.account_id})" for one in found)
        raise ConfigurationError(f"Several accounts are called “{wanted}”; name one by id: {listed}.")
    if wanted.strip().casefold() in (FX_GROUP.casefold(), FX_NAME.casefold()):
        gains = [f"{one.code or one.account_id} {one.name}" for one in chart.all if one.system_account in FX_ACCOUNTS]
        listed = ", ".join(sorted(gains)) or "none; Xero makes them when they are needed"
        raise ConfigurationError(f"“{FX_NAME}” is a line of reports, not an account. Its accounts: {listed}.")
    raise ConfigurationError(
        f"There is no account “{wanted}”. Name it by code, name or id, as in `xero-pipeline statement trial-balance`."
    )


def _trial_balance(connection: Connection, tenant_id: str, asked: StatementRequest, _: Ageing) -> Sequence[Any]:
    return trial_balance(connection, tenant_id, asked.end, asked.start, basis=asked.basis or "accrual")


def _profit_and_loss(
    connection: Connection, tenant_id: str, asked: StatementRequest, _: Ageing
) -> Sequence[Any] | SideBySide:
    basis = asked.basis or "accrual"
    if not (asked.compare or asked.by):
        return profit_and_loss(connection, tenant_id, asked.first, asked.end, basis=basis)
    period = Period(asked.first, asked.end)
    return compared_statements.profit_and_loss(connection, tenant_id, period, asked.compare, asked.by, basis)


def _balance_sheet(
    connection: Connection, tenant_id: str, asked: StatementRequest, _: Ageing
) -> Sequence[Any] | SideBySide:
    basis = asked.basis or "accrual"
    if not (asked.compare or asked.by):
        return balance_sheet(connection, tenant_id, asked.end, basis=basis)
    return compared_statements.balance_sheet(connection, tenant_id, asked.end, asked.compare, asked.by, basis)


def _general_ledger(connection: Connection, tenant_id: str, asked: StatementRequest, _: Ageing) -> Sequence[Any]:
    account = account_id_of(connection, tenant_id, asked.account) if asked.account else None
    basis = asked.basis or "accrual"
    return general_ledger(connection, tenant_id, asked.first, asked.end, account, basis=basis, most=asked.most)


def _budget(connection: Connection, tenant_id: str, asked: StatementRequest, _: Ageing) -> Sequence[Any]:
    return budget_variance(connection, tenant_id, asked.first, asked.end, asked.budget)


def _of_range(function: Callable[..., Sequence[Any]]) -> Drawing:
    """One that needs a range, and nothing else."""
    return lambda connection, tenant_id, asked, _: function(connection, tenant_id, asked.first, asked.end)


def _aged(side: Side) -> Drawing:
    """What is open on one side."""

    def draw(connection: Connection, tenant_id: str, asked: StatementRequest, ageing: Ageing) -> Sequence[Any]:
        found = aged(connection, tenant_id, side, asked.end, ageing)
        return [one for one in found if one.contact_id == asked.contact] if asked.contact else found

    return draw


STATEMENTS: Mapping[str, Drawing] = {
    "trial-balance": _trial_balance,
    "profit-and-loss": _profit_and_loss,
    "balance-sheet": _balance_sheet,
    "bank-summary": _of_range(bank_summary),
    "general-ledger": _general_ledger,
    "aged-receivables": _aged("receivables"),
    "aged-payables": _aged("payables"),
    "aged-receivables-documents": _aged("receivables"),
    "aged-payables-documents": _aged("payables"),
    "cash": _of_range(cash_movement),
    "cash-flow": _of_range(cash_flow),
    "budget": _budget,
}
