"""Where a statement goes, and as what: a table on the screen, or CSV, JSON or a workbook, there or in a file."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xero_pipeline.cli.statement_options import StatementFormat
from xero_pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from xero_pipeline.files.drawn_statement import DrawnStatement


@dataclass(frozen=True, slots=True)
class Destination:
    """What a person wants to have of an answer.

    Args:
        path: The file it goes into; None for the output.
    """

    form: StatementFormat
    path: Path | None = None


def destination(
    form: StatementFormat | None = None, output: Path | None = None, json: bool = False, csv: bool = False
) -> Destination:
    """What the options say.

    Raises:
        ConfigurationError: They contradict each other, or no format goes with the name of the file.
    """
    if json and csv:
        raise ConfigurationError("--json and --csv exclude each other: name one of them.")
    short = StatementFormat.json if json else StatementFormat.csv if csv else None
    if form and short and form != short:
        raise ConfigurationError(f"--{short} and --format {form} exclude each other: name one of them.")
    wanted = form or short
    if output is None:
        return Destination(wanted or StatementFormat.table)
    by_name = output.suffix.removeprefix(".").casefold()
    if wanted is None and by_name in {"csv", "json", "xlsx"}:
        wanted = StatementFormat(by_name)
    if wanted in {None, StatementFormat.table}:
        raise ConfigurationError(f"--output {output}: a file is csv, json or xlsx. Say which with --format.")
    return Destination(wanted or StatementFormat.csv, output)


def write_statement(statement: DrawnStatement, to: Destination) -> None:
    """Print a statement, or write it into a file.

    Raises:
        ConfigurationError: The file cannot be written, or a workbook has no room for all rows.
    """
    from xero_pipeline.cli.output.console import json_text
    from xero_pipeline.cli.output.statement_tables import print_statement
    from xero_pipeline.files.csv_text import csv_text
    from xero_pipeline.files.statement_file import statement_file

    if to.form is StatementFormat.table:
        print_statement(statement)
    elif to.form is StatementFormat.json:
        _put(json_text(statement.document), to)
    elif to.form is StatementFormat.csv and to.path is None:
        _put(csv_text(statement.records), to)
    else:
        made = statement_file(statement, "csv" if to.form is StatementFormat.csv else "xlsx")
        put_file(made.content, made.name, to.path, may_be_piped=True)


def _put(text: str, to: Destination) -> None:
    if to.path is None:
        sys.stdout.write(text)
    else:
        put_file(text.encode(), to.path.name, to.path)


def put_file(content: bytes, name: str, path: Path | None, *, may_be_piped: bool = False) -> None:
    """Write a file, whole or not at all; without a path into the current folder.

    Args:
        name: What it is called in the current folder.
        may_be_piped: Whether it goes into a pipe instead, where there is one.

    Raises:
        ConfigurationError: It cannot be written.
    """
    from xero_pipeline.cli.output.console import say
    from xero_pipeline.files.statement_file import write_whole

    if may_be_piped and path is None and not sys.stdout.isatty():
        sys.stdout.buffer.write(content)
        return
    into = path or Path(name)
    write_whole(into, content)
    say(f"Written: {into}", as_is=True)
