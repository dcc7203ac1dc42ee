"""`statement`: what the ledger says, for any day or range. Asks Xero nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xero_pipeline.calendar import month_end, month_start
from xero_pipeline.cli import statement_group
from xero_pipeline.cli.statement_answer import answer, in_range, requested, span
from xero_pipeline.cli.statement_arguments import account_id_of, day_given, today_of
from xero_pipeline.cli.statement_options import (
    AsOf,
    By,
    ByPart,
    Compare,
    Csv,
    Documents,
    From,
    Json,
    KnownOn,
    OnBasis,
    Organisation,
    To,
)
from xero_pipeline.cli.statement_request import StatementRequest
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.ledger.statements.open_documents import Side

app = typer.Typer(help="Statements from the ledger, for any day or range.", no_args_is_help=True)
app.add_typer(statement_group.app, name="group")


@app.command("trial-balance")
def trial_balance(
    organisation: Organisation = None,
    as_of: AsOf = None,
    start: From = None,
    basis: OnBasis = "accrual",
    known_on: KnownOn = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Movement of every account since --from, and its balance."""
    from xero_pipeline.ledger.statements.trial_balance import trial_balance

    end = day_given(as_of, "--as-of", organisation, last=True)
    first = day_given(start, "--from", organisation) if start else month_start(end)
    asked = in_range("trial-balance", organisation, first, end, json, csv, basis)
    answer(asked, lambda connection, tenant_id: trial_balance(connection, tenant_id, end, first, basis=basis), known_on)


@app.command("profit-and-loss")
def profit_and_loss(
    organisation: Organisation = None,
    start: From = None,
    end: To = None,
    basis: OnBasis = "accrual",
    compare: Compare = None,
    by: By = None,
    known_on: KnownOn = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Income, costs and profit of a date range of any length."""
    from xero_pipeline.cli import statement_columns
    from xero_pipeline.ledger.statements.periods import Period
    from xero_pipeline.ledger.statements.profit_and_loss import profit_and_loss

    asked = requested("profit-and-loss", organisation, start, end, json, csv, basis)
    if compare or by:
        period, more = Period(*span(asked)), compare or ()
        answer(
            asked,
            lambda c, tenant_id: statement_columns.profit_and_loss(c, tenant_id, period, more, by, basis),
            known_on,
        )
    else:
        answer(
            asked,
            lambda connection, tenant_id: profit_and_loss(connection, tenant_id, *span(asked), basis=basis),
            known_on,
        )


@app.command("balance-sheet")
def balance_sheet(
    organisation: Organisation = None,
    as_of: AsOf = None,
    basis: OnBasis = "accrual",
    compare: Compare = None,
    by: ByPart = None,
    known_on: KnownOn = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Assets, liabilities and equity at the close of a day."""
    from xero_pipeline.cli import statement_columns
    from xero_pipeline.ledger.statements.balance_sheet import balance_sheet

    asked = StatementRequest(
        "balance-sheet", organisation, None, day_given(as_of, "--as-of", organisation, last=True), json, csv, basis
    )
    if compare or by:
        end, more = asked.end, compare or ()
        answer(
            asked, lambda c, tenant_id: statement_columns.balance_sheet(c, tenant_id, end, more, by, basis), known_on
        )
    else:
        answer(
            asked, lambda connection, tenant_id: balance_sheet(connection, tenant_id, asked.end, basis=basis), known_on
        )


@app.command("bank-summary")
def bank_summary(
    organisation: Organisation = None,
    start: From = None,
    end: To = None,
    known_on: KnownOn = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Opening balance, receipts, payments and closing balance of every bank account."""
    from xero_pipeline.ledger.statements.bank_summary import bank_summary

    asked = requested("bank-summary", organisation, start, end, json, csv)
    answer(asked, lambda connection, tenant_id: bank_summary(connection, tenant_id, *span(asked)), known_on)


@app.command("general-ledger")
def general_ledger(
    organisation: Organisation = None,
    start: From = None,
    end: To = None,
    account: Annotated[str | None, typer.Option("--account", help="Code, name or id. Default: every account.")] = None,
    basis: OnBasis = "accrual",
    known_on: KnownOn = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Every journal line of an account, with a running balance."""
    from xero_pipeline.ledger.statements.general_ledger import general_ledger

    asked = requested("general-ledger", organisation, start, end, json, csv, basis)

    def draw(connection: Connection, tenant_id: str) -> Sequence[Any]:
        wanted = account_id_of(connection, tenant_id, account) if account else None
        return general_ledger(connection, tenant_id, *span(asked), wanted, basis=basis)

    answer(asked, draw, known_on)


@app.command("aged-receivables")
def aged_receivables(
    organisation: Organisation = None,
    as_of: AsOf = None,
    documents: Documents = False,
    known_on: KnownOn = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Amounts owed by customers at the close of a day, by days overdue."""
    _aged("receivables", organisation, as_of, documents, known_on, json, csv)


@app.command("aged-payables")
def aged_payables(
    organisation: Organisation = None,
    as_of: AsOf = None,
    documents: Documents = False,
    known_on: KnownOn = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Amounts owed to suppliers at the close of a day, by days overdue."""
    _aged("payables", organisation, as_of, documents, known_on, json, csv)


@app.command("cash")
def cash(
    organisation: Organisation = None,
    start: From = None,
    end: To = None,
    known_on: KnownOn = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Cash received and spent by contra account, from opening to closing balance."""
    from xero_pipeline.ledger.statements.cash import cash_movement

    asked = requested("cash", organisation, start, end, json, csv)
    answer(asked, lambda connection, tenant_id: cash_movement(connection, tenant_id, *span(asked)), known_on)


@app.command("cash-flow")
def cash_flow(
    organisation: Organisation = None,
    start: From = None,
    end: To = None,
    known_on: KnownOn = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Money from operating, investing and financing activities, by the account it came from or went to."""
    from xero_pipeline.ledger.statements.cash_flow import cash_flow

    asked = requested("cash-flow", organisation, start, end, json, csv)
    answer(asked, lambda connection, tenant_id: cash_flow(connection, tenant_id, *span(asked)), known_on)


@app.command("budget")
def budget(
    organisation: Organisation = None,
    start: From = None,
    end: To = None,
    known_on: KnownOn = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Actual against every budget, over whole months; default: this month."""
    from xero_pipeline.ledger.statements.budget import budget_variance

    end = end or month_end(today_of(organisation)).isoformat()
    asked = requested("budget", organisation, start, end, json, csv)
    answer(asked, lambda connection, tenant_id: budget_variance(connection, tenant_id, *span(asked)), known_on)


def _aged(
    side: Side,
    organisation: str | None,
    as_of: str | None,
    documents: bool,
    known_on: str | None,
    json: bool,
    csv: bool,
) -> None:
    from xero_pipeline.ledger.statements.aged import aged

    name = f"aged-{side}-documents" if documents else f"aged-{side}"
    asked = StatementRequest(name, organisation, None, day_given(as_of, "--as-of", organisation, last=True), json, csv)
    ageing = Settings.load().ageing
    answer(asked, lambda connection, tenant_id: aged(connection, tenant_id, side, asked.end, ageing), known_on)
