"""`export`: the tables as Parquet or CSV files."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from xero_pipeline.cli.output.console import conclude, print_json, print_table
from xero_pipeline.cli.output.progress_counter import ProgressCounter
from xero_pipeline.cli.shell_completion import complete_table
from xero_pipeline.settings import Settings
from xero_pipeline.web.formatting import size

LOCK_SECONDS = 120


class FileFormat(StrEnum):
    """What files there are."""

    parquet = "parquet"
    csv = "csv"


def export(
    folder: Annotated[Path, typer.Argument(help="Where the files go: FOLDER/xero/invoices.parquet and so on.")],
    form: Annotated[FileFormat, typer.Option("--format", help="Of the files.")] = FileFormat.parquet,
    table: Annotated[
        list[str] | None,
        typer.Option(
            "--table",
            help="Only this table; repeatable. A view such as invoices_history does as well. Default: all.",
            autocompletion=complete_table,
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Output JSON: what was written.")] = False,
) -> None:
    """Export the tables of schemas xero and ledger to files, from one consistent snapshot. Amounts stay exact."""
    from xero_pipeline.cli.output.age_note import tell_age
    from xero_pipeline.queries.export import export as write
    from xero_pipeline.warehouse.store import Warehouse

    warehouse = Warehouse(Settings.load().warehouse, lock_timeout_seconds=LOCK_SECONDS, reads_copy=True)
    with ProgressCounter("rows") as counter:
        done = list(write(warehouse, folder, form=form.value, tables=table or [], progress=counter.show))
    if json:
        print_json([asdict(one) for one in done])
        tell_age(warehouse)
        return
    rows = [(one.table, one.rows, size(one.size)) for one in done if one.rows]
    total = ("Total", sum(one.rows for one in done), size(sum(one.size for one in done)))
    columns = [("Table", "left"), ("Rows", "right"), ("Bytes", "right")]
    print_table(f"Written into {folder}", columns, [*rows, total], last_is_total=True)
    if empty := len(done) - len(rows):
        conclude(f"{empty} more tables have no row yet; their files say which columns they have.")
    tell_age(warehouse)
