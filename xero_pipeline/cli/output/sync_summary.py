"""What a sync brought, and where its time went: told when it is over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

from xero_pipeline.cli.output.console import complain, duration, print_json, print_table, say, warn
from xero_pipeline.cli.output.sync_progress import SyncedLine
from xero_pipeline.cli.output.wait_times import WORTH_A_WORD
from xero_pipeline.web.formatting import size


def summary(lines: Sequence[SyncedLine], *, tables: bool = True) -> None:
    """Print what a sync brought, a table per organisation, and each error once.

    Args:
        lines: What the watch collected.
        tables: Whether the tables are wanted too.
    """
    if tables:
        _print_tables(lines)
    for message in unique_messages(lines, lambda line: line.too_early):
        warn(message)
    for message in unique_messages(lines, lambda line: line.aside):
        warn(message)
    for message in unique_messages(lines, lambda line: line.error):
        complain(message)


def print_as_json(lines: Sequence[SyncedLine]) -> None:
    """Print what a sync brought for programs, and each error once for people.

    Args:
        lines: What the watch collected.
    """
    print_json([asdict(line) for line in lines])
    summary(lines, tables=False)


def _print_tables(lines: Sequence[SyncedLine]) -> None:
    headers = ("Asset", "Records", "Rows changed", "Calls", "Bytes", "Seconds", "")
    for organisation in dict.fromkeys(line.organisation for line in lines):
        mine = [line for line in lines if line.organisation == organisation]
        total = SyncedLine(organisation, "Total")
        for line in mine:
            total.add(line)
        rows = [
            (x.subject, x.records, x.changed, x.calls, size(x.wire_bytes), x.seconds, _remark(x))
            for x in (*mine, total)
        ]
        columns = [(header, "right" if header not in {"Asset", ""} else "left") for header in headers]
        print_table(f"What arrived from {organisation}", columns, rows, last_is_total=True)


def _remark(line: SyncedLine) -> str:
    if line.error:
        return "failed"
    if line.aside:
        return "put aside"
    if line.too_early:
        return "nothing yet"
    if line.refused:
        return f"{line.refused} could not be read: see xero-pipeline status"
    told = [f"{line.waiting:,} documents wait"] if line.waiting else []
    if line.files_waiting:
        told.append(f"{line.files_waiting:,} files wait")
    if line.unanswered:
        told.append(f"Xero refused {line.unanswered:,}: see xero.detail_requests")
    return "; ".join(told)


def unique_messages(lines: Sequence[SyncedLine], message_of: Callable[[SyncedLine], str | None]) -> list[str]:
    """Messages, such as what went wrong: one that many assets share comes once, with their names before it.

    Args:
        lines: What the watch collected.
        message_of: Which of a line's messages; None where it has none.
    """
    shared: dict[str, list[tuple[SyncedLine, str]]] = {}
    for line in lines:
        if message := message_of(line):
            # The facts in brackets at the end (endpoint, correlation id) differ from call to call.
            shared.setdefault(message.rpartition(" (")[0] or message, []).append((line, message))
    return [f"{_some([line.subject for line, _ in group])}: {group[0][1]}" for group in shared.values()]


def _some(names: Sequence[str], most: int = 4) -> str:
    left_out = len(names) - most
    return ", ".join(names[:most]) + (f" and {left_out} more" if left_out > 0 else "")


def print_wait_times(seconds: Mapping[str, float]) -> None:
    """Say where the time went.

    Args:
        seconds: How long was waited, by reason.
    """
    for why, waited in seconds.items():
        if waited >= WORTH_A_WORD:
            say(f"Of this time, {duration(waited)} was waiting: {why}.")
