"""What people see on the terminal: progress while it works, tables when it is done, one paragraph when it fails."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table

from xero_pipeline import clock
from xero_pipeline.log_lines import logs_json

_LOG = logging.getLogger(__name__)
WIDTH_WITHOUT_TERMINAL = 160
"""Columns of a table that goes into a file or a pipe, where nobody can widen the window."""
_ANY_WIDTH = 100_000


def screen() -> Console:
    """Where results go."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH_WITHOUT_TERMINAL)


def error_console() -> Console:
    """Where progress goes: the error stream; or the log, a record a line, where processes log lines of JSON."""
    if logs_json():
        return Console(file=_LogLines(), highlight=False, width=_ANY_WIDTH)
    return Console(stderr=True, highlight=False)


class _LogLines(StringIO):
    """Takes text, and logs each line of it."""

    def write(self, text: str, /) -> int:
        """Log it."""
        for line in filter(None, map(str.strip, text.splitlines())):
            _LOG.info("%s", line)
        return len(text)


def tell(console: Console, message: str) -> None:
    """Tell of one step of longer work, as a line: with the time where it goes into a file, which people read later.

    Args:
        console: As `error_console` makes it.
    """
    stamp = "" if console.is_terminal or logs_json() else f"{clock.now():%Y-%m-%d %H:%M:%S} UTC"
    console.print(f"{stamp}  {message}", markup=False, soft_wrap=True)


def complain(message: str) -> None:
    """Say what was wrong, and what to do."""
    _notice(message, "Error", title="xero-pipeline", style="red")


def warn(message: str) -> None:
    """Say what people should look at, though nothing failed."""
    _notice(message, "Warning", title="Warning", style="yellow")


def _notice(message: str, word: str, *, title: str, style: str) -> None:
    if logs_json():
        _LOG.log(getattr(logging, word.upper()), "%s", message)
        return
    console = Console(stderr=True, highlight=False)
    if console.is_terminal:
        console.print(Panel(escape(message), title=title, border_style=style, title_align="left"))
    else:
        console.print(f"{word}: {message}", markup=False, soft_wrap=True)


def say(message: str, *, as_is: bool = False) -> None:
    """Tell how it goes, on the error stream: results keep the output for themselves.

    Args:
        as_is: It is to be copied, so no line may be broken.
    """
    if logs_json():
        _LOG.info("%s", message.strip())
        return
    _paragraph(Console(stderr=True, highlight=False), message, as_is=as_is)


def conclude(message: str) -> None:
    """Say under a table what it means, where the table went."""
    _paragraph(screen(), message)


def _paragraph(console: Console, message: str, *, as_is: bool = False) -> None:
    """Broken between words on a terminal; whole in a file, where others search it."""
    console.print(message, markup=False, soft_wrap=as_is or not console.is_terminal)


def print_json(value: object) -> None:
    """Print for programs.

    Args:
        value: Anything JSON can say; instants become ISO 8601, amounts text.
    """
    sys.stdout.write(json_text(value))


def json_text(value: object) -> str:
    """The same as text."""
    return json.dumps(value, indent=2, default=_as_text) + "\n"


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def print_table(
    title: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[object]], *, last_is_total: bool = False
) -> None:
    """Print a table.

    Args:
        title: Above it; may be empty.
        columns: Header and justification ("left" or "right") of each.
        rows: Cells, as values or text.
        last_is_total: Set the last row apart.
    """
    console = screen()
    if title:
        console.print(f"\n[bold]{escape(title)}[/bold]", soft_wrap=True)
    cells = [[escape(cell(value)) for value in row] for row in rows]
    if not cells:
        console.print("None.", style="dim")
        return
    table = Table(header_style="bold", pad_edge=False, box=SIMPLE_HEAD)
    for number, (header, justify) in enumerate(columns):
        # The first column names the row: it is never broken. The others break rather than lose a letter.
        table.add_column(escape(header), justify=justify, no_wrap=number == 0, overflow="fold")  # pyright: ignore[reportArgumentType]
    for number, row in enumerate(cells, start=1):
        table.add_row(*row, style="bold" if last_is_total and number == len(cells) else None)
        if last_is_total and number == len(cells) - 1:
            table.add_section()
    if Measurement.get(console, console.options.update(max_width=_ANY_WIDTH), table).minimum > console.width:
        _print_upright([header for header, _ in columns], cells)
    else:
        console.print(table)


def _print_upright(headers: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """Rows that fit no line without breaking words: a cell a line."""
    for row in cells:
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(style="dim", no_wrap=True)
        table.add_column(overflow="fold")
        for header, value in zip(headers, row, strict=True):
            table.add_row(escape(header), value)
        screen().print(Padding(table, (1, 0, 0, 0)))


def cell(value: Any) -> str:
    """A value as people read it.

    Args:
        value: A number, an amount, text, or None.
    """
    if value is None:
        return "–"
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.1f}"
    return str(value)


def in_currency(head: str, currency: str | None) -> str:
    """The head of a column of amounts, with their currency below it."""
    return f"{head}\n{currency}" if currency else head


def duration(seconds: float) -> str:
    """A span of time as people read it."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def profit_and_loss(title: str, rows: Sequence[Mapping[str, Any]], heads: Sequence[str] = ("",)) -> None:
    """Print a statement as Xero lays it out.

    Args:
        title: Organisation and month.
        rows: `section`, `line_type`, `account_name` and `amount`, or `amounts` where there are several, in order.
        heads: What stands above the amounts, one for each of a row.
    """
    screen().print(f"\n[bold]{escape(title)}[/bold]", soft_wrap=True)
    table = Table(show_header=any(heads), header_style="bold", pad_edge=False, box=None)
    table.add_column()
    for head in heads:
        table.add_column(escape(head), justify="right")
    section: str | None = None
    for row in rows:
        if row["section"] and row["section"] != section:
            table.add_row(f"[bold]{escape(row['section'].strip())}[/bold]")
        section = row["section"]
        total = row["line_type"] == "total"
        name = escape(row["account_name"]) if total else "  " + escape(row["account_name"])
        amounts = row["amounts"] if "amounts" in row else (row["amount"],)
        table.add_row(name, *map(cell, amounts), style="bold" if total else None)
    screen().print(table)
