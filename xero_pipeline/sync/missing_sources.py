"""What the ledger and its comparisons are without, for it is put aside."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from xero_pipeline.sync.reports_stale import dated_tables

if TYPE_CHECKING:
    from xero_pipeline.state.deferred_work import DeferredTask


def lacking(aside: Iterable[DeferredTask], names: Mapping[str, str], reports: Collection[str]) -> str:
    """A sentence about it; empty where nothing is lacking.

    Args:
        aside: What is put aside.
        names: Of organisations by tenant id; only these count.
        reports: The reports that our figures are compared with.
    """
    mine = [one for one in aside if one.tenant_id in names]
    missing = [
        one for one in mine if one.asset in {*dated_tables(), "accounts", "journals", "pay_runs", "fixed_assets"}
    ]
    uncompared = [one for one in mine if one.asset in reports]
    told: list[str] = []
    if missing:
        told.append(f"The ledger lacks {_listed(missing, names)}: figures may differ by what is booked there.")
    if uncompared:
        told.append(f"Nothing newer is compared with {_listed(uncompared, names)}.")
    if told:
        told.append("It is put aside; the check `readable` and `xero-pipeline status` say why.")
    return " ".join(told)


def _listed(some: Iterable[DeferredTask], names: Mapping[str, str]) -> str:
    return ", ".join(f"{one.asset} of {names[one.tenant_id]}" for one in some)
