"""The options that several commands of `statement` have."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from xero_pipeline.cli.shell_completion import complete_organisation
from xero_pipeline.ledger.cash_basis.lines import Basis
from xero_pipeline.ledger.posting.rules import FIRST_DAY, LAST_DAY


class StatementFormat(StrEnum):
    """How a statement is written."""

    table = "table"
    csv = "csv"
    json = "json"
    xlsx = "xlsx"


Organisation = Annotated[
    str | None,
    typer.Option(
        "--organisation",
        help="Name, unique part of it, or tenant id. Default: the one that is connected.",
        autocompletion=complete_organisation,
    ),
]
AsOf = Annotated[str | None, typer.Option("--as-of", help="The day, as 2026-10-31. Default: today.")]
From = Annotated[
    str | None, typer.Option("--from", help="First day, as 2026-10-01 or 2026-10. Default: the last day's month.")
]
To = Annotated[str | None, typer.Option("--to", help="Last day, as 2026-10-31 or 2026-10. Default: today.")]
Year = Annotated[
    int | None,
    typer.Option(
        "--year",
        help="The financial year that ends in this one, in place of --from and --to.",
        min=FIRST_DAY.year,
        max=LAST_DAY.year,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
Csv = Annotated[bool, typer.Option("--csv", help="The same as --format csv.")]
Form = Annotated[
    StatementFormat | None,
    typer.Option("--format", help="Default: table, or what the name of the file in --output ends with."),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="The file to write, instead of the screen.")]
Compare = Annotated[
    list[str] | None,
    typer.Option("--compare", help="A column beside it: prior-period, prior-year or year-to-date; may be repeated."),
]
By = Annotated[
    str | None, typer.Option("--by", help="A column for each month, quarter, or option of the tracking category named.")
]
ByPart = Annotated[str | None, typer.Option("--by", help="A column for each month or quarter of the financial year.")]
OnBasis = Annotated[Basis, typer.Option("--basis", help="When income and expenses count: accrual or cash.")]
Documents = Annotated[bool, typer.Option("--documents", help="Every open document, not only sums by contact.")]
KnownOn = Annotated[
    str | None,
    typer.Option("--known-on", help="What the warehouse knew on the evening of that day, as 2026-10-05. Default: now."),
]
