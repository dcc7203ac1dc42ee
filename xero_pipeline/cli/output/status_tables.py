"""The tables of `status`: organisations, open issues, deferred work, schema drift and quarantined records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xero_pipeline.operations.organisation_states import Listing


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


def print_status(listing: Listing, odd: Mapping[str, Sequence[Mapping[str, Any]]], *, mode: str, limit: int) -> None:
    """Print the organisations, then what is the matter with them.

    Args:
        odd: `schema_drift` and `quarantine` of these.
        limit: How many organisations at most.
    """
    from xero_pipeline.cli.output.console import conclude

    rows = listing.organisations
    _print_organisations(rows[:limit], f"Organisations ({mode} mode){_of(limit, len(rows))}")
    if listing.total > 1:
        conclude(_summary(listing))
    _print_last_events(rows)
    _print_deferred_work(rows)
    _print_issues(rows)
    if found := sum(row["findings"] for row in rows):
        conclude(f"Findings of the checks of the books: {found:,}. `xero-pipeline checks` shows them.")
    _print_drift_report(odd, {row["tenant_id"]: row["name"] for row in rows})


def _print_last_events(rows: Sequence[Mapping[str, Any]]) -> None:
    """Whether webhooks arrive, where they are taken."""
    from xero_pipeline.cli.output.console import conclude

    if told := [row["last_event_at"] for row in rows if row.get("last_event_at")]:
        conclude(f"The last event of Xero's arrived at {max(told):%Y-%m-%d %H:%M} UTC.")


def _print_organisations(rows: Sequence[Mapping[str, Any]], title: str) -> None:
    from xero_pipeline.cli.output.console import print_table

    columns = ("Organisation", "Tenant id", "State", "Connected since", "Last sync", "Calls today", "Left today")
    print_table(
        title,
        [(c, "right" if c.startswith(("Calls", "Left")) else "left") for c in columns],
        [
            (
                r["name"],
                r["tenant_id"],
                r["status"] + (f", {r['connections'] - 1} backup connection(s)" if r["connections"] > 1 else ""),
                f"{r['connected_at']:%Y-%m-%d}",
                f"{r['last_sync']:%Y-%m-%d %H:%M} UTC" if r["last_sync"] else None,
                r["calls_today"],
                r["calls_left_today"],
            )
            for r in rows
        ],
    )


def _summary(listing: Listing) -> str:
    """How many organisations are in each state that any is in."""
    from xero_pipeline.operations.organisation_states import STATES

    parts = [f"{STATES[name].label}: {count:,}" for name, count in listing.counts.items() if count]
    return f"{listing.total:,} organisations. {', '.join(parts)}."


def _of(limit: int, count: int) -> str:
    return f" (the first {limit:,} of {count:,})" if count > limit else ""


def _print_drift_report(found: Mapping[str, Sequence[Mapping[str, Any]]], names: Mapping[str, str]) -> None:
    """Print what was odd; nothing where nothing was.

    Args:
        found: `schema_drift` and `quarantine`.
        names: Names of organisations by tenant id.
    """
    from xero_pipeline.cli.output.console import conclude

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
    out = found["quarantine"]
    rows = [
        (names.get(one["tenant_id"], one["tenant_id"]), one["record"], one["error"], _day(one["seen_at"]))
        for one in out
    ]
    _print(_UNREADABLE, ("Organisation", "Record", "What is wrong", "Since"), rows)
    for one in out[:ROWS_SHOWN]:
        if one["in_xero"]:
            conclude(f"{one['record']}: {one['in_xero']}")


def _print(title: str, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    from xero_pipeline.cli.output.console import print_table

    if not rows:
        return
    columns = [(header, "right" if header in {"Records", "Months left"} else "left") for header in headers]
    print_table(title + _of(ROWS_SHOWN, len(rows)), columns, rows[:ROWS_SHOWN])


def _day(instant: Any) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d}"


def _print_deferred_work(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print it, if there is any.

    Args:
        rows: Organisations, each with its `name` and what is `waiting`.
    """
    because = {
        "budget": "the calls of the run were made",
        "day": "the calls of the day were made",
        "wait": "Xero let it wait",
    }
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
    _print("Waiting for calls", ("Asset", "Organisation", "Goes on at", "Because", "Months left"), lines)


def _print_issues(organisations: Sequence[Mapping[str, Any]]) -> None:
    """Print every open issue with what to do; nothing where there is none.

    Args:
        organisations: As `status --json` has them.
    """
    rows = [
        (one["name"], issue["message"], issue["remedy"].replace("`", ""))
        for one in organisations
        for issue in one["issues"]
    ]
    _print("Open issues", ("Organisation", "Issue", "What to do"), rows)
