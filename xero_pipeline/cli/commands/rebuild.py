"""`rebuild`: the tables once more, out of the landing zone."""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from xero_pipeline.cli.arguments import errors_name_option
from xero_pipeline.cli.commands.sync import Organisations, Select
from xero_pipeline.cli.output.console import complain, print_table, say
from xero_pipeline.cli.output.progress_counter import ProgressCounter
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from xero_pipeline.sync.landing.file_format import LandingFile
    from xero_pipeline.sync.landing.replay import Replayed
    from xero_pipeline.sync.landing.store import Landing

NEW_FILE = "books-rebuilt.duckdb"
"""In the home, where nothing else is named."""


def rebuild(
    organisation: Organisations = None,
    select: Select = None,
    into: Annotated[
        str | None,
        typer.Option("--into", help=f"SQLAlchemy URL of an empty warehouse. Default: {NEW_FILE} in the home."),
    ] = None,
    incomplete: Annotated[
        bool, typer.Option("--incomplete", help="Go on where files are missing or damaged, and name them.")
    ] = False,
) -> None:
    """Rebuild the tables from the landing zone (XERO_LANDING) in a new warehouse, without calls to Xero."""
    from xero_pipeline.cli.selection import choose
    from xero_pipeline.sync.landing import replay as work
    from xero_pipeline.sync.landing.store import Landing
    from xero_pipeline.warehouse.store import Warehouse

    services = Services(Settings.load())
    place = _place(services.settings)
    url = into or f"duckdb:///{services.home / NEW_FILE}"
    with errors_name_option("--into", "XERO_WAREHOUSE_URL"):
        warehouse = Warehouse(url)
    landing = Landing(place, warehouse)
    tenants = [_tenant(services, landing, one) for one in organisation or landing.tenants()]
    if not tenants:
        raise ConfigurationError(
            f"There is nothing in the landing zone {landing.address} yet: run `xero-pipeline sync` first."
        )
    choice = choose(select) if select else None
    subjects = [*choice.collections, *choice.reports] if choice else []
    with ProgressCounter("files") as counter:
        files = _Files(counter)
        done = list(
            work.replay(
                landing, warehouse, tenants=tenants, subjects=subjects, incomplete=incomplete, progress=files.begin
            )
        )
    _show(services, done)
    for gap in (gap for one in done for gap in one.gaps):
        complain(gap)
    # A URL may hold a password: what the person typed, they know.
    where = "the warehouse you named" if into else url
    say(f"Made without a call: {where}. To use it, set XERO_WAREHOUSE_URL to it.")


class _Files:
    """Counts the files of each collection and report, on their way into the tables."""

    def __init__(self, counter: ProgressCounter) -> None:
        self._counter = counter
        self._counts: Counts[tuple[str, str]] = Counts()

    def begin(self, landed: LandingFile) -> None:
        """The next file."""
        arrival = landed.head.arrival
        self._counts[arrival.tenant_id, arrival.subject] += 1
        self._counter.show(arrival.subject, self._counts[arrival.tenant_id, arrival.subject])


def _place(settings: Settings) -> str:
    if settings.landing is None:
        raise ConfigurationError(
            "XERO_LANDING is not set: there is no landing zone to rebuild from. Set it to a folder or an object "
            "store, and every answer from then on is kept there."
        )
    return settings.landing


def _tenant(services: Services, landing: Landing, named: str) -> str:
    """An organisation as a person names it; one that is connected no more, by its id."""
    return named if named in landing.tenants() else services.organisations.find(named).tenant_id


def _show(services: Services, done: Sequence[Replayed]) -> None:
    names = {one.tenant_id: one.name for one in services.organisations.list()}
    for one in done:
        rows = [(subject, one.files[subject], one.records[subject]) for subject in sorted(one.files)]
        total = ("Total", sum(one.files.values()), sum(one.records.values()))
        columns = [("Asset", "left"), ("Files", "right"), ("Records", "right")]
        title = f"What was landed of {names.get(one.tenant_id, one.tenant_id)}"
        print_table(title, columns, [*rows, total], last_is_total=True)
