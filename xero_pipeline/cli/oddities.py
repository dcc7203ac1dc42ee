"""What `status` tells of Xero's answers: what is new in them, and records that could not be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xero_pipeline.parts import Parts

ROWS_SHOWN = 30
"""Of each table; programs get all of them."""

_NEW = (
    "New in Xero's answers, unknown to this version: nothing is lost, it is kept in raw; a newer version may make it "
    "a column"
)
_UNREADABLE = (
    "Records that could not be read: kept out, everything else is loaded; correct them in Xero, or look for a newer "
    "version"
)


def oddities(parts: Parts) -> dict[str, list[Mapping[str, Any]]]:
    """What was odd, as `status --json` tells it: `schema_drift` and `quarantine`.

    Args:
        parts: Know the warehouse.
    """
    from xero_pipeline.warehouse.progress.drift_log import all_drift
    from xero_pipeline.warehouse.progress.quarantine import kept_out

    with parts.warehouse.reading() as connection:
        return {"schema_drift": all_drift(connection), "quarantine": kept_out(connection)}


def print_oddities(found: Mapping[str, Sequence[Mapping[str, Any]]], names: Mapping[str, str]) -> None:
    """Print what was odd; nothing where nothing was.

    Args:
        found: As `oddities` tells it.
        names: Names of organisations by tenant id.
    """
    drift = [
        (
            names.get(one["tenant_id"], one["tenant_id"]),
            one["collection"],
            one["kind"],
            one["path"],
            one["value"] or one["sample"] or None,
            one["records"],
            _day(one["first_seen_at"]),
        )
        for one in found["schema_drift"]
    ]
    _print(_NEW, ("Organisation", "Collection", "What", "Where", "Value", "Records", "First seen"), drift)
    out = [
        (names.get(one["tenant_id"], one["tenant_id"]), one["collection"], one["error"], _day(one["seen_at"]))
        for one in found["quarantine"]
    ]
    _print(_UNREADABLE, ("Organisation", "Collection", "What is wrong", "Since"), out)


def _print(title: str, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    from xero_pipeline.cli.display import print_table

    if not rows:
        return
    more = f" (the first {ROWS_SHOWN} of {len(rows)})" if len(rows) > ROWS_SHOWN else ""
    columns = [(header, "right" if header == "Records" else "left") for header in headers]
    print_table(title + more, columns, rows[:ROWS_SHOWN])


def _day(instant: Any) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d}"
