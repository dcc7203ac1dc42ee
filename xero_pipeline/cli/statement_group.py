"""`statement group`: the consolidated statements, from the tables of the group. Asks Xero nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import typer

from xero_pipeline import clock
from xero_pipeline.calendar import month_end, month_start
from xero_pipeline.cli.output.written_statement import destination
from xero_pipeline.cli.statement_arguments import day_given
from xero_pipeline.cli.statement_options import AsOf, Csv, Form, From, Json, Output, To
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.files.statement_request import StatementRequest

if TYPE_CHECKING:
    from xero_pipeline.cli.output.written_statement import Destination
    from xero_pipeline.ledger.consolidation.statements import GroupBooks
    from xero_pipeline.ledger.statements.columns import SideBySide

app = typer.Typer(help="Consolidated statements of whole months, by organisation, eliminations and group journals.")


@app.command("trial-balance")
def trial_balance(
    as_of: AsOf = None, form: Form = None, output: Output = None, json: Json = False, csv: Csv = False
) -> None:
    """The balance of every account of the group at the end of a month, debit positive."""
    from xero_pipeline.ledger.consolidation.statements import consolidated_trial_balance

    end = _last(as_of, "--as-of")
    _answer("trial-balance", month_start(end), end, destination(form, output, json, csv), consolidated_trial_balance)


@app.command("profit-and-loss")
def profit_and_loss(
    start: From = None,
    end: To = None,
    form: Form = None,
    output: Output = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Income, costs and profit of the group, and whose the profit is."""
    from xero_pipeline.ledger.consolidation.statements import consolidated_profit_and_loss

    last = _last(end, "--to")
    first = day_given(start, "--from", None) if start else month_start(last)
    if first.day != 1 or first > last:
        raise ConfigurationError(
            f"--from {first} is not the first day of a month until {last}: the group has whole months. "
            "Write it as 2026-10."
        )
    _answer("profit-and-loss", first, last, destination(form, output, json, csv), consolidated_profit_and_loss)


@app.command("balance-sheet")
def balance_sheet(
    as_of: AsOf = None, form: Form = None, output: Output = None, json: Json = False, csv: Csv = False
) -> None:
    """Assets, liabilities and equity of the group at the end of a month."""
    from xero_pipeline.ledger.consolidation.statements import consolidated_balance_sheet

    end = _last(as_of, "--as-of")
    _answer("balance-sheet", month_start(end), end, destination(form, output, json, csv), consolidated_balance_sheet)


def _last(given: str | None, option: str) -> date:
    """The last day of the month that a person named, or of this one.

    Raises:
        ConfigurationError: It is no day, or another day of a month.
    """
    if given is None:
        return month_end(clock.today())
    day = day_given(given, option, None, last=True)
    if day != month_end(day):
        raise ConfigurationError(
            f"{option} {day} is not the last day of a month: the group has whole months. Write it as {day:%Y-%m}."
        )
    return day


def _answer(name: str, start: date, end: date, to: Destination, draw: Callable[[GroupBooks], SideBySide]) -> None:
    from xero_pipeline.cli.output.age_note import tell_age
    from xero_pipeline.cli.output.written_statement import write_statement
    from xero_pipeline.container import Services
    from xero_pipeline.files.drawn_statement import DrawnStatement
    from xero_pipeline.ledger.consolidation.statements import group_books
    from xero_pipeline.ledger.statements.periods import Period
    from xero_pipeline.settings import Settings

    services = Services(Settings.load())
    with services.books.reading() as connection:
        books = group_books(connection, Period(start, end))
        as_of = services.books.dialect.as_of() or clock.now()
    request = StatementRequest(name, start, end)
    write_statement(DrawnStatement(request, "", "group", books.currency, draw(books), as_of), to)
    tell_age(services.books)
