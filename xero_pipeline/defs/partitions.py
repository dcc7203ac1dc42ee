"""How assets are cut: by organisation, and reports by organisation and month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import dagster as dg

from xero_pipeline.warehouse.time_zones import EARLIEST

ORGANISATIONS = "xero_organisations"
"""Name of the dynamic partitions: Xero's tenant ids, never names, which people change."""


def organisation_partitions(name: str = ORGANISATIONS) -> dg.DynamicPartitionsDefinition:
    """One partition per organisation.

    Args:
        name: Of the partitions; another Xero app has its own.
    """
    return dg.DynamicPartitionsDefinition(name=name)


def month_partitions(start: date) -> dg.MonthlyPartitionsDefinition:
    """One partition per month, the current one included, as the first organisation on earth may have begun it."""
    return dg.MonthlyPartitionsDefinition(start_date=start.isoformat(), timezone=EARLIEST, end_offset=1)


def report_partitions(start: date, name: str = ORGANISATIONS) -> dg.MultiPartitionsDefinition:
    """One partition per month and organisation.

    Args:
        name: As in `organisation_partitions`.
    """
    organisations = organisation_partitions(name)
    return dg.MultiPartitionsDefinition({"month": month_partitions(start), "organisation": organisations})


def report_key(month: date, tenant_id: str) -> str:
    """The partition key of a month of an organisation."""
    return str(dg.MultiPartitionKey({"month": month.isoformat(), "organisation": tenant_id}))


def months_by_organisation(keys: Iterable[str]) -> dict[str, list[date]]:
    """Partition keys of reports, sorted out.

    Args:
        keys: As Dagster hands them to an asset.

    Returns:
        For each tenant id the months wanted, oldest first.
    """
    found: dict[str, list[date]] = {}
    for key in keys:
        month, tenant_id = str(key).split("|", 1)
        found.setdefault(tenant_id, []).append(date.fromisoformat(month))
    return {tenant_id: sorted(months) for tenant_id, months in found.items()}


def runs_of_neighbours(order: Sequence[str], wanted: Iterable[str], *, at_most: int) -> Iterator[list[str]]:
    """Wanted keys in stretches that are whole ranges, so that one run can carry each.

    Args:
        order: All keys, in Dagster's order.
    """
    chosen, stretch = set(wanted), list[str]()
    for key in order:
        if stretch and (key not in chosen or len(stretch) == at_most):
            yield stretch
            stretch = []
        if key in chosen:
            stretch.append(key)
    if stretch:
        yield stretch


def range_tags(keys: Sequence[str]) -> dict[str, str]:
    """The tags that make a run carry a range of partitions.

    Args:
        keys: The range, first to last.
    """
    return {
        "dagster/asset_partition_range_start": keys[0],
        "dagster/asset_partition_range_end": keys[-1],
    }
