"""Whose run it is: tags that the queue and people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from xero_pipeline.defs.partitions import range_tags

ORGANISATION = "xero/organisation"
"""Tag of a run of one organisation: its tenant id. Dagster's queue lets one such run go at a time."""

NAME = "xero/name"
"""Tag of every run of ours: the organisations as people call them."""

_NAMED = 3


def organisation_tags(tenants: Sequence[str], names: Mapping[str, str]) -> dict[str, str]:
    """The tags of a run of some organisations.

    Args:
        names: Names by tenant id, as far as they are known.
    """
    told = ", ".join(names.get(tenant_id, tenant_id) for tenant_id in tenants[:_NAMED])
    more = f" and {len(tenants) - _NAMED} more" if len(tenants) > _NAMED else ""
    one = {ORGANISATION: tenants[0]} if len(tenants) == 1 else {}
    return {**one, NAME: f"{told}{more}"}


def run_request(
    tenants: Sequence[str], names: Mapping[str, str], *, run_key: str, config: Mapping[str, Any] | None = None
) -> dg.RunRequest:
    """A run for neighbouring organisations.

    Args:
        tenants: Their tenant ids, neighbours in the order of the partitions.
        names: Names by tenant id, as far as they are known.
        run_key: The same key never runs twice.
        config: Of the run, where it differs from the job's.
    """
    tags = organisation_tags(tenants, names)
    if len(tenants) == 1:
        return dg.RunRequest(run_key=run_key, partition_key=tenants[0], tags=tags, run_config=config)
    return dg.RunRequest(run_key=run_key, tags={**tags, **range_tags(tenants)}, run_config=config)
