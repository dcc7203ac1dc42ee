"""Which of our assets a project takes, and what comes with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeVar

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.sync.reports_due import DOCUMENTS
from xero_pipeline.sync.reports_stale import dated_tables
from xero_pipeline.xero.endpoints import chosen_by
from xero_pipeline.xero.reports.catalogue import chosen_reports
from xero_pipeline.xero.reports.catalogue import reports as all_reports

if TYPE_CHECKING:
    from xero_pipeline.settings import Settings
    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.reports.catalogue import Report


@dataclass(frozen=True, slots=True)
class AssetSelectionConfig:
    """What a project takes.

    Args:
        collections: Of which collections it has the tables.
        reports: Which reports it has.
        automatic: Those of them that are pulled by themselves.
        on_request: Whether it has what is asked for by hand only: the aged reports.
        ledger: Whether it has the ledger, which is made of all documents.
        schedules: Whether the daily sync and the rolling refresh come along.
        sensors: Whether the sensors come along: new organisations, months to pull, unfinished work.
        checks: Whether the checks come along.
        dbt_source: The dbt source whose tables those in Fivetran's layout are; None if they are no assets.
    """

    collections: tuple[Endpoint, ...]
    reports: tuple[Report, ...]
    automatic: tuple[Report, ...]
    on_request: bool = True
    ledger: bool = True
    schedules: bool = True
    sensors: bool = True
    checks: bool = True
    dbt_source: str | None = None

    @property
    def awaited(self) -> tuple[str, ...]:
        """The collections that must have been read once before any month of a report is worth pulling."""
        names = {endpoint.table for endpoint in self.collections}
        return tuple(name for name in DOCUMENTS if name in names)


def select_assets(
    settings: Settings,
    *,
    collections: Sequence[str] | None = None,
    reports: Sequence[str] | None = None,
    schedules: bool = True,
    sensors: bool = True,
    checks: bool = True,
    dbt_source: str | None = None,
) -> AssetSelectionConfig:
    """The choice that a project makes.

    Args:
        settings: What the user set; they say which reports are pulled by themselves unless the project does.
        collections: Names of collections; None for all that the settings read.
        reports: Names of reports, all of which are then pulled by themselves; None for all there are.
        schedules: As in `AssetSelectionConfig`.
        sensors: As in `AssetSelectionConfig`.
        checks: As in `AssetSelectionConfig`.
        dbt_source: As in `AssetSelectionConfig`.

    Raises:
        ConfigurationError: There is no collection or report of that name, the message offers the nearest; or
            nothing is chosen; or the tables in Fivetran's layout are, without the ledger.
    """
    read = chosen_by(settings)
    pulled = all_reports()
    taken = read if collections is None else _named("collection", collections, {one.table: one for one in read})
    kept = pulled if reports is None else _named("report", reports, {one.name: one for one in pulled})
    if not taken and not kept:
        raise ConfigurationError("Neither a collection nor a report is chosen: leave one of the two lists out for all.")
    ledger = {"organisations", "accounts", *dated_tables()} <= {endpoint.table for endpoint in taken}
    if dbt_source is not None and not ledger:
        raise ConfigurationError(
            "dbt_source: the tables in Fivetran's layout are made with the ledger, which needs all documents. Leave "
            "`collections` out, or put everything into it that the ledger is made of."
        )
    return AssetSelectionConfig(
        collections=tuple(taken),
        reports=tuple(kept),
        automatic=_usual(settings) if reports is None else tuple(kept),
        on_request=collections is None and reports is None,
        ledger=ledger,
        schedules=schedules,
        sensors=sensors,
        checks=checks,
        dbt_source=dbt_source,
    )


def _usual(settings: Settings) -> tuple[Report, ...]:
    return chosen_reports(settings.reports, cash_basis=settings.cash_basis, custom_layouts=settings.custom_layouts)


_One = TypeVar("_One", "Endpoint", "Report")


def _named(what: str, names: Sequence[str], known: dict[str, _One]) -> list[_One]:
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=3)
            hint = f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(known)}."
            raise ConfigurationError(f"{what}s: there is no {what} {name}. {hint}")
    return [one for name, one in known.items() if name in set(names)]
