"""What a person selected to sync: names of assets, as collections, reports and the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.warehouse.schema.catalogue import table_group
from xero_pipeline.xero.document_details import DOCUMENTS
from xero_pipeline.xero.endpoints import chosen as all_collections
from xero_pipeline.xero.on_request import on_request

if TYPE_CHECKING:
    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.reports.catalogue import Report


@dataclass(frozen=True, slots=True)
class Selection:
    """What to sync: collections and reports, by the name of their table; and whether the ledger follows."""

    collections: tuple[str, ...]
    reports: tuple[str, ...]
    ledger: bool = False
    selected: bool = True
    """Whether a person named them: otherwise what a project leaves out is no mistake."""

    @property
    def subjects(self) -> int:
        """How many collections and reports there are, and the ledger if it follows."""
        return len(self.collections) + len(self.reports) + self.ledger


def choose(select: Sequence[str], usual: Sequence[Report] = (), read: Sequence[Endpoint] | None = None) -> Selection:
    """Turn what a person selected into collections and reports.

    Args:
        select: Names of assets, `xero/` before them or not; a child table stands for its collection, any asset of the
            ledger for all of it. Empty: all collections, the usual reports and the ledger.
        usual: The reports that are pulled by themselves.
        read: The collections that are read; None for all there are.

    Raises:
        ConfigurationError: No such table; the message offers the nearest.
    """
    from xero_pipeline.xero.reports.catalogue import reports as all_reports

    collections = [endpoint.table for endpoint in read or all_collections(tax_reports=True, journals=True)]
    reports = [report.name for report in all_reports()]
    if not select:
        return Selection(tuple(collections), tuple(report.name for report in usual), ledger=True, selected=False)
    home = {table.name: name for name in collections for table in table_group(name)}
    home |= {name: name for name in reports}
    chosen: set[str] = set()
    ledger = False
    for given in select:
        if given.split("/")[0].split(".")[0] == "ledger":
            ledger = True
            continue
        name = given.removeprefix("xero/").removeprefix("xero.")
        if name not in home:
            raise ConfigurationError(f"--select {given}: {_no_such(name, home)}")
        chosen.add(home[name])
    return Selection(
        tuple(name for name in collections if name in chosen),
        tuple(name for name in reports if name in chosen),
        ledger=ledger,
    )


def only_details(choice: Selection) -> Selection:
    """Of a selection what hangs on documents.

    Raises:
        ConfigurationError: Nothing of the sort is read.
    """
    collections = tuple(name for name in choice.collections if name in DOCUMENTS)
    if not collections:
        raise ConfigurationError(
            "--document: nothing is read of what hangs on documents. Choose it with XERO_DOCUMENT_DETAILS, such as "
            "XERO_DOCUMENT_DETAILS=history."
        )
    return Selection(collections, ())


def _no_such(name: str, known: Iterable[str]) -> str:
    """What to say of an asset that is not there."""
    for endpoint in on_request():
        if name in {table.name for table in table_group(endpoint.table)}:
            return f"it is read only with {endpoint.setting}. Set that and run `xero-pipeline connect` once more."
    near = get_close_matches(name, known, n=3)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"there is no such asset.{hint}"
