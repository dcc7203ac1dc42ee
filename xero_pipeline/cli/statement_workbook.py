"""`statement workbook`: all statements of a period, with their reconciliation, in one file. Asks Xero nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xero_pipeline import clock
from xero_pipeline.calendar import month_start
from xero_pipeline.cli.statement_answer import in_range, range_given
from xero_pipeline.cli.statement_arguments import organisation_of, today_of
from xero_pipeline.cli.statement_options import KnownOn, OnBasis, Organisation, Year
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from datetime import date

LastMonth = Annotated[
    str | None, typer.Option("--from", help="First day, as 2026-10-01 or 2026-10. Default: last month.")
]
ToItsEnd = Annotated[
    str | None,
    typer.Option("--to", help="Last day, as 2026-10-31 or 2026-10. Default: the end of the month of --from."),
]
Into = Annotated[
    Path | None, typer.Option("--output", "-o", help="The file. Default: named by its content, in the current folder.")
]


def workbook(
    organisation: Organisation = None,
    start: LastMonth = None,
    end: ToItsEnd = None,
    year: Year = None,
    basis: OnBasis = "accrual",
    known_on: KnownOn = None,
    output: Into = None,
) -> None:
    """All statements of a period in one workbook: cover, a sheet each, and their reconciliation with Xero's reports."""
    from xero_pipeline.cli.output.age_note import tell_age
    from xero_pipeline.cli.output.written_statement import put_file
    from xero_pipeline.files.statement_set import read_statement_set, statement_set_file
    from xero_pipeline.operations.known_books import books_known_on

    if output and output.suffix.casefold() not in {"", ".xlsx"}:
        raise ConfigurationError(f"--output {output}: the statements together are a workbook; name a file .xlsx.")
    first, last = _days(organisation, start, end, year)
    asked = in_range("workbook", organisation, first, last, known_on=known_on)
    services = Services(Settings.load())
    one, ageing = organisation_of(services, organisation), services.settings.ageing
    with (
        books_known_on(services.books, one.tenant_id, asked.known_on, ageing=ageing) as books,
        books.reading() as connection,
    ):
        found = read_statement_set(
            connection,
            one.tenant_id,
            first,
            last,
            basis=basis,
            known_on=asked.known_on,
            organisation=one.name,
            as_of=services.books.dialect.as_of() or clock.now(),
            ageing=ageing,
        )
    made = statement_set_file(found)
    put_file(made.content, made.name, output)
    tell_age(services.books)


def _days(organisation: str | None, start: str | None, end: str | None, year: int | None) -> tuple[date, date]:
    if start is None and end is None and year is None:
        last = month_start(today_of(organisation)) - timedelta(days=1)
        return month_start(last), last
    return range_given(organisation, start, end or (start[:7] if start else None), year)
