"""`statement`: what the ledger says, for any day or range. Asks Xero nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xero_pipeline.calendar import month_end, month_start
from xero_pipeline.cli.statement_arguments import account_id_of, day_given, organisation_of, today_of
from xero_pipeline.cli.statement_options import (
    AsOf,
    By,
    ByPart,
    Compare,
    Csv,
    Documents,
    From,
    Json,
    OnBasis,
    Organisation,
    To,
)
from xero_pipeline.cli.statement_request import StatementRequest
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.ledger.cash_basis.lines import Basis
    from xero_pipeline.ledger.statements.columns import SideBySide
    from xero_pipeline.ledger.statements.open_documents import Side

app = typer.Typer(help="Statements from the ledger, for any day or range.", no_args_is_help=True)

_Draw = Callable[["Connection", str], "Sequence[Any] | SideBySide"]


@app.command("trial-balance")
def trial_balance(
    organisation: Organisation = None,
    as_of: AsOf = None,
    start: From = None,
    basis: OnBasis = "accrual",
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Movement of every account since --from, and its balance."""
    from xero_pipeline.ledger.statements.trial_balance import trial_balance

    end = day_given(as_of, "--as-of", organisation, last=True)
    first = day_given(start, "--from", organisation) if start else month_start(end)
    asked = _range("trial-balance", organisation, first, end, json, csv, basis)
    _answer(asked, lambda connection, tenant_id: trial_balance(connection, tenant_id, end, first, basis=basis))


@app.command("profit-and-loss")
def profit_and_loss(
    organisation: Organisation = None,
    start: From = None,
    end: To = None,
    basis: OnBasis = "accrual",
    compare: Compare = None,
    by: By = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Income, costs and profit of a date range of any length."""
    from xero_pipeline.cli import statement_columns
    from xero_pipeline.ledger.statements.periods import Period
    from xero_pipeline.ledger.statements.profit_and_loss import profit_and_loss

    asked = _request("profit-and-loss", organisation, start, end, json, csv, basis)
    if compare or by:
        period, more = Period(*_span(asked)), compare or ()
        _answer(asked, lambda c, tenant_id: statement_columns.profit_and_loss(c, tenant_id, period, more, by, basis))
    else:
        _answer(asked, lambda connection, tenant_id: profit_and_loss(connection, tenant_id, *_span(asked), basis=basis))


@app.command("balance-sheet")
def balance_sheet(
    organisation: Organisation = None,
    as_of: AsOf = None,
    basis: OnBasis = "accrual",
    compare: Compare = None,
    by: ByPart = None,
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
        _answer(asked, lambda c, tenant_id: statement_columns.balance_sheet(c, tenant_id, end, more, by, basis))
    else:
        _answer(asked, lambda connection, tenant_id: balance_sheet(connection, tenant_id, asked.end, basis=basis))


@app.command("bank-summary")
def bank_summary(
    organisation: Organisation = None, start: From = None, end: To = None, json: Json = False, csv: Csv = False
) -> None:
    """Opening balance, receipts, payments and closing balance of every bank account."""
    from xero_pipeline.ledger.statements.bank_summary import bank_summary

    asked = _request("bank-summary", organisation, start, end, json, csv)
    _answer(asked, lambda connection, tenant_id: bank_summary(connection, tenant_id, *_span(asked)))


@app.command("general-ledger")
def general_ledger(
    organisation: Organisation = None,
    start: From = None,
    end: To = None,
    account: Annotated[str | None, typer.Option("--account", help="Code, name or id. Default: every account.")] = None,
    basis: OnBasis = "accrual",
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Every journal line of an account, with a running balance."""
    from xero_pipeline.ledger.statements.general_ledger import general_ledger

    asked = _request("general-ledger", organisation, start, end, json, csv, basis)

    def draw(connection: Connection, tenant_id: str) -> Sequence[Any]:
        wanted = account_id_of(connection, tenant_id, account) if account else None
        return general_ledger(connection, tenant_id, *_span(asked), wanted, basis=basis)

    _answer(asked, draw)


@app.command("aged-receivables")
def aged_receivables(
    organisation: Organisation = None,
    as_of: AsOf = None,
    documents: Documents = False,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Amounts owed by customers at the close of a day, by days overdue."""
    _aged("receivables", organisation, as_of, documents, json, csv)


@app.command("aged-payables")
def aged_payables(
    organisation: Organisation = None,
    as_of: AsOf = None,
    documents: Documents = False,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Amounts owed to suppliers at the close of a day, by days overdue."""
    _aged("payables", organisation, as_of, documents, json, csv)


@app.command("cash")
def cash(
    organisation: Organisation = None, start: From = None, end: To = None, json: Json = False, csv: Csv = False
) -> None:
    """Cash received and spent by contra account, from opening to closing balance."""
    from xero_pipeline.ledger.statements.cash import cash_movement

    asked = _request("cash", organisation, start, end, json, csv)
    _answer(asked, lambda connection, tenant_id: cash_movement(connection, tenant_id, *_span(asked)))


@app.command("cash-flow")
def cash_flow(
    organisation: Organisation = None, start: From = None, end: To = None, json: Json = False, csv: Csv = False
) -> None:
    """Money from operating, investing and financing activities, by the account it came from or went to."""
    from xero_pipeline.ledger.statements.cash_flow import cash_flow

    asked = _request("cash-flow", organisation, start, end, json, csv)
    _answer(asked, lambda connection, tenant_id: cash_flow(connection, tenant_id, *_span(asked)))


@app.command("budget")
def budget(
    organisation: Organisation = None, start: From = None, end: To = None, json: Json = False, csv: Csv = False
) -> None:
    """Actual against every budget, over whole months; default: this month."""
    from xero_pipeline.ledger.statements.budget import budget_variance

    end = end or month_end(today_of(organisation)).isoformat()
    asked = _request("budget", organisation, start, end, json, csv)
    _answer(asked, lambda connection, tenant_id: budget_variance(connection, tenant_id, *_span(asked)))


def _aged(side: Side, organisation: str | None, as_of: str | None, documents: bool, json: bool, csv: bool) -> None:
    from xero_pipeline.ledger.statements.aged import aged

    name = f"aged-{side}-documents" if documents else f"aged-{side}"
    asked = StatementRequest(name, organisation, None, day_given(as_of, "--as-of", organisation, last=True), json, csv)
    ageing = Settings.load().ageing
    _answer(asked, lambda connection, tenant_id: aged(connection, tenant_id, side, asked.end, ageing))


def _request(
    name: str, whose: str | None, start: str | None, end: str | None, json: bool, csv: bool, basis: Basis | None = None
) -> StatementRequest:
    last = day_given(end, "--to", whose, last=True)
    first = day_given(start, "--from", whose) if start else month_start(last)
    return _range(name, whose, first, last, json, csv, basis)


def _range(
    name: str, whose: str | None, first: date, last: date, json: bool, csv: bool, basis: Basis | None = None
) -> StatementRequest:
    if first > last:
        raise ConfigurationError(f"The range starts on {first} and ends before that, on {last}: swap the two dates.")
    return StatementRequest(name, whose, first, last, json, csv, basis)


def _span(asked: StatementRequest) -> tuple[date, date]:
    return asked.start or asked.end, asked.end


def _answer(asked: StatementRequest, draw: _Draw) -> None:
    from xero_pipeline.cli.output.age_note import tell_age
    from xero_pipeline.cli.output.column_tables import show_columns
    from xero_pipeline.cli.output.console import say
    from xero_pipeline.cli.output.empty_period_note import empty_period_note
    from xero_pipeline.cli.output.statement_tables import show
    from xero_pipeline.ledger.statements.columns import SideBySide
    from xero_pipeline.ledger.statements.entity import entity_of, newest_day

    if asked.json and asked.csv:
        raise ConfigurationError("--json and --csv exclude each other: name one of them.")
    services = Services(Settings.load())
    one = organisation_of(services, asked.organisation)
    with services.books.reading() as connection:
        if newest_day(connection, one.tenant_id) is None:
            raise ConfigurationError(
                f"The ledger has no journals of {one.name} yet. Run `xero-pipeline sync`, which posts what it brings."
            )
        entity, rows = entity_of(connection, one.tenant_id), draw(connection, one.tenant_id)
        nothing = empty_period_note(connection, one.tenant_id, asked.start, asked.end)
    whose = (one.tenant_id, one.name, entity.base_currency)
    if isinstance(rows, SideBySide):
        show_columns(asked, *whose, rows)
    else:
        show(asked, *whose, rows)
    if nothing:
        say(nothing)
    tell_age(services.books)
