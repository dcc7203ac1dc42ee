"""`rates`: the exchange rates the group is translated at, and how to give others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xero_pipeline import clock
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xero_pipeline.ledger.consolidation.rates import GivenRate

_USED = """
SELECT organisation, period_start, base_currency, currency_code, average_rate, average_source, closing_rate,
    closing_source, problem
FROM ledger.group_rates ORDER BY organisation, tenant_id, period_start
"""


def rates(
    file: Annotated[
        Path | None,
        typer.Option("--import", metavar="FILE", help="CSV with month,from_currency,to_currency,average,closing."),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Forget all rates that were given before.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Output JSON.")] = False,
) -> None:
    """Show the exchange rates of the consolidation; imported rates override those of the documents."""
    from xero_pipeline.cli.output.console import say
    from xero_pipeline.ledger.consolidation.rate_file import read_rates

    settings = Settings.load()
    services = Services(settings)
    given = read_rates(file) if file else []
    used = _write(services, given, settings, clear=clear)
    if given or clear:
        say(f"{'Forgotten: all rates given before. ' if clear else ''}Given: {len(given)} months. The group is new.")
    _show(used, json=json)
    if missing := [row for row in used if row["problem"]]:
        raise typer.Exit(_complain(missing))


def _write(services: Services, given: Sequence[GivenRate], settings: Settings, *, clear: bool) -> list[dict[str, Any]]:
    """Keep what is given, write the group anew, and say what it was translated at."""
    from xero_pipeline.cli.output.console import say
    from xero_pipeline.ledger.consolidation.group_file import read_group_file
    from xero_pipeline.ledger.consolidation.rate_file import clear_rates, import_rates
    from xero_pipeline.ledger.consolidation.update import write_consolidation

    now, dialect, file = clock.now(), services.warehouse.dialect, read_group_file(settings.group_file)
    with services.warehouse.kept_open() as warehouse, warehouse.writing() as connection:
        if clear:
            clear_rates(connection, dialect)
        import_rates(connection, dialect, given, at=now)
        group = write_consolidation(connection, dialect, settings.group_currency, file, at=now)
        if given or clear or group.changed:
            warehouse.rows_changed()
        used = [dict(row) for row in connection.exec_driver_sql(_USED).mappings()]
    if not group.organisations:
        raise ConfigurationError("There is no ledger yet. Run `xero-pipeline sync` first; the rates are kept.")
    if group.currency is None:
        raise ConfigurationError(
            "Nothing is consolidated: the organisations have different base currencies. Set XERO_GROUP_CURRENCY to the "
            "currency they shall be presented in, such as NZD. The rates are kept."
        )
    if group.begins and group.begins.held_back_by:
        name, month = group.begins.held_back_by.name, f"{group.begins.month:%Y-%m}"
        say(f"The group begins in {month}: {name} has no rate before. Give earlier ones to let it begin earlier.")
    return used


def _show(used: Sequence[dict[str, Any]], *, json: bool) -> None:
    from xero_pipeline.cli.output.console import print_json, print_table

    if json:
        print_json(used)
        return
    headers = ("Organisation", "Month", "From", "To", "Average", "of", "Closing", "of")
    foreign = [row for row in used if row["base_currency"] != row["currency_code"]]
    rows = [
        (
            row["organisation"],
            f"{row['period_start']:%Y-%m}",
            row["base_currency"],
            row["currency_code"],
            _rate(row["average_rate"]),
            row["average_source"] or "missing",
            _rate(row["closing_rate"]),
            row["closing_source"] or "missing",
        )
        for row in foreign
    ]
    columns = [(header, "right" if header in {"Average", "Closing"} else "left") for header in headers]
    print_table("Exchange rates of the consolidation", columns, rows)


def _rate(value: Any) -> str:
    return "–" if value is None else f"{value:.6f}"


def _complain(missing: Sequence[dict[str, Any]]) -> int:
    from xero_pipeline.cli.output.console import complain

    first, more = missing[0], len(missing) - 1
    complain(f"{first['organisation']}: {first['problem']}." + (f" {more} more months lack a rate." if more else ""))
    return 1
