"""`statement`: what the ledger says, for any day or range. Asks Xero nothing."""

from __future__ import annotations

from typing import Annotated

import typer

from xero_pipeline.calendar import month_end, month_start
from xero_pipeline.cli import statement_group, statement_workbook
from xero_pipeline.cli.output.written_statement import destination
from xero_pipeline.cli.statement_answer import answer, in_range, of_day, of_range
from xero_pipeline.cli.statement_arguments import day_given, financial_year, today_of
from xero_pipeline.cli.statement_options import (
    AsOf,
    By,
    ByPart,
    Compare,
    Csv,
    Documents,
    Form,
    From,
    Json,
    KnownOn,
    OnBasis,
    Organisation,
    Output,
    To,
    Year,
)
from xero_pipeline.errors import ConfigurationError

app = typer.Typer(help="Statements from the ledger, for any day or range.", no_args_is_help=True)
app.add_typer(statement_group.app, name="group")
app.command("workbook")(statement_workbook.workbook)


@app.command("trial-balance")
def trial_balance(
    organisation: Organisation = None,
    as_of: AsOf = None,
    start: From = None,
    year: Year = None,
    basis: OnBasis = "accrual",
    known_on: KnownOn = None,
    form: Form = None,
    output: Output = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Movement of every account since --from, and its balance."""
    to = destination(form, output, json, csv)
    if year is not None:
        _without("--year", as_of or start)
        first, end = financial_year(organisation, year)
    else:
        end = day_given(as_of, "--as-of", organisation, last=True)
        first = day_given(start, "--from", organisation) if start else month_start(end)
    answer(in_range("trial-balance", organisation, first, end, basis=basis, known_on=known_on), organisation, to)


@app.command("profit-and-loss")
def profit_and_loss(
    organisation: Organisation = None,
    start: From = None,
    end: To = None,
    year: Year = None,
    basis: OnBasis = "accrual",
    compare: Compare = None,
    by: By = None,
    known_on: KnownOn = None,
    form: Form = None,
    output: Output = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Income, costs and profit of a date range of any length."""
    to = destination(form, output, json, csv)
    columns = {"compare": tuple(compare or ()), "by": by, "basis": basis}
    answer(of_range("profit-and-loss", organisation, start, end, year, **columns, known_on=known_on), organisation, to)


@app.command("balance-sheet")
def balance_sheet(
    organisation: Organisation = None,
    as_of: AsOf = None,
    year: Year = None,
    basis: OnBasis = "accrual",
    compare: Compare = None,
    by: ByPart = None,
    known_on: KnownOn = None,
    form: Form = None,
    output: Output = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Assets, liabilities and equity at the close of a day."""
    to = destination(form, output, json, csv)
    if year is not None:
        _without("--year", as_of)
        as_of = financial_year(organisation, year)[1].isoformat()
    columns = {"compare": tuple(compare or ()), "by": by, "basis": basis}
    answer(of_day("balance-sheet", organisation, as_of, **columns, known_on=known_on), organisation, to)


@app.command("bank-summary")
def bank_summary(
    organisation: Organisation = None,
    start: From = None,
    end: To = None,
    year: Year = None,
    known_on: KnownOn = None,
    form: Form = None,
    output: Output = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Opening balance, receipts, payments and closing balance of every bank account."""
    to = destination(form, output, json, csv)
    answer(of_range("bank-summary", organisation, start, end, year, known_on=known_on), organisation, to)


@app.command("general-ledger")
def general_ledger(
    organisation: Organisation = None,
    start: From = None,
    end: To = None,
    year: Year = None,
    account: Annotated[str | None, typer.Option("--account", help="Code, name or id. Default: every account.")] = None,
    basis: OnBasis = "accrual",
    known_on: KnownOn = None,
    form: Form = None,
    output: Output = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Every journal line of an account, with a running balance."""
    to = destination(form, output, json, csv)
    more = {"basis": basis, "account": account}
    answer(of_range("general-ledger", organisation, start, end, year, **more, known_on=known_on), organisation, to)


@app.command("aged-receivables")
def aged_receivables(
    organisation: Organisation = None,
    as_of: AsOf = None,
    documents: Documents = False,
    known_on: KnownOn = None,
    form: Form = None,
    output: Output = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Amounts owed by customers at the close of a day, by days overdue."""
    to = destination(form, output, json, csv)
    name = "aged-receivables-documents" if documents else "aged-receivables"
    answer(of_day(name, organisation, as_of, known_on=known_on), organisation, to)


@app.command("aged-payables")
def aged_payables(
    organisation: Organisation = None,
    as_of: AsOf = None,
    documents: Documents = False,
    known_on: KnownOn = None,
    form: Form = None,
    output: Output = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Amounts owed to suppliers at the close of a day, by days overdue."""
    to = destination(form, output, json, csv)
    name = "aged-payables-documents" if documents else "aged-payables"
    answer(of_day(name, organisation, as_of, known_on=known_on), organisation, to)


@app.command("cash")
def cash(
    organisation: Organisation = None,
    start: From = None,
    end: To = None,
    year: Year = None,
    known_on: KnownOn = None,
    form: Form = None,
    output: Output = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Cash received and spent by contra account, from opening to closing balance."""
    to = destination(form, output, json, csv)
    answer(of_range("cash", organisation, start, end, year, known_on=known_on), organisation, to)


@app.command("cash-flow")
def cash_flow(
    organisation: Organisation = None,
    start: From = None,
    end: To = None,
    year: Year = None,
    known_on: KnownOn = None,
    form: Form = None,
    output: Output = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Money from operating, investing and financing activities, by the account it came from or went to."""
    to = destination(form, output, json, csv)
    answer(of_range("cash-flow", organisation, start, end, year, known_on=known_on), organisation, to)


@app.command("budget")
def budget(
    organisation: Organisation = None,
    start: From = None,
    end: To = None,
    year: Year = None,
    wanted: Annotated[
        str | None, typer.Option("--budget", help="Name or id of one budget. Default: every one.")
    ] = None,
    known_on: KnownOn = None,
    form: Form = None,
    output: Output = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Actual against every budget or one, over whole months; default: this month."""
    to = destination(form, output, json, csv)
    if year is None:
        end = end or month_end(today_of(organisation)).isoformat()
    answer(of_range("budget", organisation, start, end, year, budget=wanted, known_on=known_on), organisation, to)


def _without(option: str, given: str | None) -> None:
    if given:
        raise ConfigurationError(f"{option} and a day exclude each other: name one of them.")
