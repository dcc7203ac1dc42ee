"""`statement`: what the ledger says, for any day or range. Asks Xero nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xero_pipeline import clock
from xero_pipeline.basis import Basis
from xero_pipeline.calendar import month_end, month_start
from xero_pipeline.cli.statement_options import AsOf, Csv, Documents, From, Json, OnBasis, Organisation, To
from xero_pipeline.cli.statement_request import StatementRequest
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.ledger.statements.open_documents import Side
    from xero_pipeline.xero.auth.organisations import Organisation as Named

app = typer.Typer(help="Statements from the ledger, for any day or range.", no_args_is_help=True)

_Draw = Callable[["Connection", str], Sequence[Any]]


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

    end = _day(as_of, "--as-of", organisation, last=True)
    first = _day(start, "--from", organisation) if start else month_start(end)
    asked = _range("trial-balance", organisation, first, end, json, csv, basis)
    _answer(asked, lambda connection, tenant_id: trial_balance(connection, tenant_id, end, first, basis=basis))


@app.command("profit-and-loss")
def profit_and_loss(
    organisation: Organisation = None,
    start: From = None,
    end: To = None,
    basis: OnBasis = "accrual",
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Income, costs and profit of a date range of any length."""
    from xero_pipeline.ledger.statements.profit_and_loss import profit_and_loss

    asked = _request("profit-and-loss", organisation, start, end, json, csv, basis)
    _answer(asked, lambda connection, tenant_id: profit_and_loss(connection, tenant_id, *_span(asked), basis=basis))


@app.command("balance-sheet")
def balance_sheet(
    organisation: Organisation = None,
    as_of: AsOf = None,
    basis: OnBasis = "accrual",
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Assets, liabilities and equity at the close of a day."""
    from xero_pipeline.ledger.statements.balance_sheet import balance_sheet

    asked = StatementRequest(
        "balance-sheet", organisation, None, _day(as_of, "--as-of", organisation, last=True), json, csv, basis
    )
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
        wanted = _account(connection, tenant_id, account) if account else None
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


@app.command("budget")
def budget(
    organisation: Organisation = None, start: From = None, end: To = None, json: Json = False, csv: Csv = False
) -> None:
    """Actual against every budget, over whole months; default: this month."""
    from xero_pipeline.ledger.statements.budget import budget_variance

    end = end or month_end(_today(organisation)).isoformat()
    asked = _request("budget", organisation, start, end, json, csv)
    _answer(asked, lambda connection, tenant_id: budget_variance(connection, tenant_id, *_span(asked)))


def _aged(side: Side, organisation: str | None, as_of: str | None, documents: bool, json: bool, csv: bool) -> None:
    from xero_pipeline.ledger.statements.aged import aged

    name = f"aged-{side}-documents" if documents else f"aged-{side}"
    asked = StatementRequest(name, organisation, None, _day(as_of, "--as-of", organisation, last=True), json, csv)
    ageing = Settings.load().ageing
    _answer(asked, lambda connection, tenant_id: aged(connection, tenant_id, side, asked.end, ageing))


def _request(
    name: str,
    organisation: str | None,
    start: str | None,
    end: str | None,
    json: bool,
    csv: bool,
    basis: Basis | None = None,
) -> StatementRequest:
    last = _day(end, "--to", organisation, last=True)
    first = _day(start, "--from", organisation) if start else month_start(last)
    return _range(name, organisation, first, last, json, csv, basis)


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
    from xero_pipeline.cli.output.console import say
    from xero_pipeline.cli.output.empty_period_note import empty_period_note
    from xero_pipeline.cli.output.statement_tables import show
    from xero_pipeline.ledger.statements.entity import entity_of, newest_day

    if asked.json and asked.csv:
        raise ConfigurationError("--json and --csv exclude each other: name one of them.")
    services = Services(Settings.load())
    one = _whose(services, asked.organisation)
    with services.books.reading() as connection:
        if newest_day(connection, one.tenant_id) is None:
            raise ConfigurationError(
                f"The ledger has no journals of {one.name} yet. Run `xero-pipeline sync`, which posts what it brings."
            )
        entity, rows = entity_of(connection, one.tenant_id), draw(connection, one.tenant_id)
        nothing = empty_period_note(connection, one.tenant_id, asked.start, asked.end)
    show(asked, one.tenant_id, one.name, entity.base_currency, rows)
    if nothing:
        say(nothing)
    tell_age(services.books)


def _whose(services: Services, organisation: str | None) -> Named:
    if organisation is not None:
        return services.organisations.find(organisation)
    known = [one for one in services.organisations.list() if one.status != "disconnected"]
    if len(known) == 1:
        return known[0]
    names = ", ".join(one.name for one in known) or "none; run `xero-pipeline connect` first"
    raise ConfigurationError(f"A statement is one organisation's: name it with --organisation. Connected: {names}.")


def _account(connection: Connection, tenant_id: str, wanted: str) -> str:
    from xero_pipeline.ledger.statements.chart import chart_of

    found = chart_of(connection, tenant_id).find(wanted)
    if len(found) == 1:
        return found[0].account_id
    if found:
        listed = ", ".join(f"{one.name} ({one.account_id})" for one in found)
        raise ConfigurationError(f"Several accounts are called “{wanted}”; name one by id: {listed}.")
    raise ConfigurationError(
        f"There is no account “{wanted}”. Name it by code, name or id, as in `xero-pipeline statement trial-balance`."
    )


def _day(given: str | None, option: str, organisation: str | None, *, last: bool = False) -> date:
    """A day as a person writes it; of a month alone its first day, or its last."""
    if given is None:
        return _today(organisation)
    try:
        if len(given) == len("2026-10"):
            first = date.fromisoformat(f"{given}-01")
            return month_end(first) if last else first
        return date.fromisoformat(given)
    except ValueError:
        raise ConfigurationError(
            f"{option} {given} is not a valid date. Write it as 2026-10-31, or a month as 2026-10."
        ) from None


def _today(organisation: str | None) -> date:
    """The day where the organisation is."""
    from xero_pipeline.warehouse.days import day_of

    services = Services(Settings.load())
    return day_of(services.books, _whose(services, organisation).tenant_id, clock.now())
