"""`query`: ask the warehouse, in SQL or with a built-in query."""

from __future__ import annotations

import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xero_pipeline.cli.output.formats import Format, write_csv, write_json
from xero_pipeline.cli.shell_completion import complete_built_in_query, complete_organisation
from xero_pipeline.errors import QueryRefused
from xero_pipeline.queries.rows import RowStream, answer_of
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from xero_pipeline.queries.catalogue import BuiltInQuery
    from xero_pipeline.warehouse.store import Warehouse

ROWS_SHOWN = 100
"""Of a table, unless --limit says otherwise."""

LOCK_SECONDS = 30
"""Where there is no read copy yet: syncs hold the file for moments only."""


def query(
    question: Annotated[
        str | None,
        typer.Argument(
            help="SQL in quotes, the name of a built-in query, or - for SQL from the standard input.",
            autocompletion=complete_built_in_query,
        ),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Show the built-in queries.")] = False,
    how: Annotated[
        Format | None, typer.Option("--format", help="Default: table on a terminal, csv into a file or a pipe.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=0, help=f"Rows at most. Default: {ROWS_SHOWN} of a table, else all.")
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option("--param", "-p", metavar="NAME=VALUE", help="Value of the parameter :NAME; may be given again."),
    ] = None,
    organisation: Annotated[
        str | None,
        typer.Option(
            "--organisation", help="Of a built-in query: name or tenant id.", autocompletion=complete_organisation
        ),
    ] = None,
    sql: Annotated[bool, typer.Option("--sql", help="Only show the SQL of a built-in query.")] = False,
) -> None:
    """Ask the warehouse: `xero-pipeline query "select …"`, or a built-in query by its name. Reads only."""
    from xero_pipeline.cli.output.age_note import tell_age
    from xero_pipeline.warehouse.store import Warehouse

    if listed or question is None:
        _show_list()
        return
    values = _values(param or [])
    if organisation is not None:
        values["organisation"] = organisation
    warehouse = Warehouse(Settings.load().warehouse, lock_timeout_seconds=LOCK_SECONDS, reads_copy=True)
    ready = _ready(question)
    if sql:
        _show_sql(ready, warehouse)
        return
    with _answer(warehouse, question, ready, values) as (answer, told):
        _write(answer, ready, told, how or (Format.table if sys.stdout.isatty() else Format.csv), limit)
    tell_age(warehouse)


def _ready(question: str) -> BuiltInQuery | None:
    """A name is one word; every statement that reads has two at least."""
    from xero_pipeline.queries.catalogue import ready_query

    return ready_query(question) if question.replace("_", "").replace("-", "").isalnum() else None


@contextmanager
def _answer(
    warehouse: Warehouse, question: str, ready: BuiltInQuery | None, values: dict[str, Any]
) -> Generator[tuple[RowStream, str]]:
    """The answer, and of when it tells."""
    from xero_pipeline.cli.output.console import say
    from xero_pipeline.queries.catalogue import asking_ready, days_asked
    from xero_pipeline.queries.execution import asking
    from xero_pipeline.queries.ledger_note import remarks

    if ready is not None:
        days = days_asked(warehouse, ready, values)
        with asking_ready(warehouse, ready, values, days) as stream:
            yield answer_of(stream), ready.told(values, days.values())
        for remark in remarks(warehouse, ready.text, days):
            say(remark)
        return
    text = sys.stdin.read() if question == "-" else question
    with asking(warehouse, text, {name: _typed(value) for name, value in values.items()}) as stream:
        yield answer_of(stream), ""


def _values(given: Sequence[str]) -> dict[str, Any]:
    pairs = [one.partition("=") for one in given]
    if wrong := [name for name, equals, _ in pairs if not equals or not name.isidentifier()]:
        raise QueryRefused(f"-p {wrong[0]}: write a parameter as NAME=VALUE, such as -p day=2026-10-31.")
    return {name: value for name, _, value in pairs}


def _typed(value: str) -> Any:
    """What a value in one's own SQL most likely is; one in quotes is text, whatever it looks like."""
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1]
    words = {"true": True, "false": False, "null": None}
    if value.lower() in words:
        return words[value.lower()]
    for kind in (int, Decimal, date.fromisoformat):
        try:
            found = kind(value)
        except (ValueError, ArithmeticError):
            continue
        return found if not isinstance(found, Decimal) or found.is_finite() else value
    return value


def _write(answer: RowStream, ready: BuiltInQuery | None, told: str, how: Format, limit: int | None) -> None:
    from xero_pipeline.cli.output.console import say
    from xero_pipeline.cli.output.result_table import show

    if how is Format.table and limit is None:
        limit = ROWS_SHOWN
    first = next(answer.rows, None)
    answer = replace(answer, rows=chain([] if first is None else [first], answer.rows))
    if how is Format.csv:
        more = write_csv(answer, limit)
    elif how is Format.json:
        more = write_json(answer, limit)
    else:
        more = show(answer, ready, told, limit, as_markdown=how is Format.markdown)
    if first is None and how is not Format.table:
        say("No rows.")
    if more:
        say(f"There are more: these are the first {limit:,}. --limit N shows N of them, --format csv all.")


def _show_list() -> None:
    from xero_pipeline.cli.output.console import conclude, print_table
    from xero_pipeline.queries.catalogue import names, ready_query

    found = [ready_query(name) for name in names()]
    rows = [(one.name, one.title, ", ".join(parameter.name for parameter in one.parameters)) for one in found]
    print_table("Built-in queries", [("Name", "left"), ("Answers", "left"), ("Parameters", "left")], rows)
    conclude(
        "Ask one with `xero-pipeline query NAME`; -p PARAMETER=VALUE tells it what is not as usual, --sql shows its "
        'SQL. docs/queries.md tells more. Ask in SQL: xero-pipeline query "select count(*) from xero.invoices".'
    )


def _show_sql(ready: BuiltInQuery | None, warehouse: Warehouse) -> None:
    from xero_pipeline.queries.catalogue import database

    if ready is None:
        raise QueryRefused("--sql shows the SQL of a built-in query: give its name (`xero-pipeline query --list`).")
    sys.stdout.write(ready.sql(database(warehouse)))
