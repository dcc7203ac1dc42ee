"""The tables of `status`: open issues, deferred work, schema drift and quarantined records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xero_pipeline.container import Services


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


def drift_report(services: Services) -> dict[str, list[Mapping[str, Any]]]:
    """What was odd, as `status --json` tells it: `schema_drift` and `quarantine`."""
    from xero_pipeline.warehouse.progress.issues import all_drift, quarantined_records

    with services.warehouse.reading() as connection:
        return {"schema_drift": all_drift(connection), "quarantine": quarantined_records(connection)}


def print_drift_report(found: Mapping[str, Sequence[Mapping[str, Any]]], names: Mapping[str, str]) -> None:
    """Print what was odd; nothing where nothing was.

    Args:
        found: As `drift_report` tells it.
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
    from xero_pipeline.cli.output.console import print_table

    if not rows:
        return
    more = f" (the first {ROWS_SHOWN} of {len(rows)})" if len(rows) > ROWS_SHOWN else ""
    columns = [(header, "right" if header == "Records" else "left") for header in headers]
    print_table(title + more, columns, rows[:ROWS_SHOWN])


def _day(instant: Any) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d}"


def print_deferred_work(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print it, if there is any.

    Args:
        rows: Organisations, each with its `name` and what is `waiting`.
    """
    from xero_pipeline.cli.output.console import print_table

    because = {"budget": "the calls of the run were made", "day": "the calls of the day were made"}
    lines = [
        (
            one["asset"],
            row["name"],
            f"{one['resume_at']:%Y-%m-%d %H:%M} UTC",
            because[one["why"]],
            len(one["months"]) or None,
        )
        for row in rows
        for one in row["waiting"]
    ]
    if lines:
        columns = [(name, "left") for name in ("Asset", "Organisation", "Goes on at", "Because")]
        print_table("Waiting for calls", [*columns, ("Months left", "right")], lines)


def print_issues(organisations: Sequence[Mapping[str, Any]]) -> None:
    """Print every open issue with what to do; nothing where there is none.

    Args:
        organisations: As `status --json` has them.
    """
    from xero_pipeline.cli.output.console import print_table

    rows = [
        (one["name"], issue["message"], issue["remedy"].replace("`", ""))
        for one in organisations
        for issue in one["issues"]
    ]
    if rows:
        print_table("Open issues", [("Organisation", "left"), ("Issue", "left"), ("What to do", "left")], rows)
