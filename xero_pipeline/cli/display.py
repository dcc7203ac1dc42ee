"""What people see on the terminal: progress while it works, tables when it is done, one paragraph when it fails."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

WIDTH_WITHOUT_TERMINAL = 160
"""Columns of a table that goes into a file or a pipe, where nobody can widen the window."""


def screen() -> Console:
    """Where results go."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH_WITHOUT_TERMINAL)


def complain(message: str) -> None:
    """Say what was wrong, and what to do.

    Args:
        message: One paragraph.
    """
    console = Console(stderr=True, highlight=False)
    if console.is_terminal:
        console.print(Panel(escape(message), title="xero-pipeline", border_style="red", title_align="left"))
    else:
        console.print(f"Error: {message}", markup=False, soft_wrap=True)


def say(message: str) -> None:
    """Tell how it goes, on the error stream: results keep the output for themselves.

    Args:
        message: One line.
    """
    Console(stderr=True, highlight=False).print(message, markup=False, soft_wrap=True)


def print_json(value: object) -> None:
    """Print for programs.

    Args:
        value: Anything JSON can say; instants become ISO 8601, amounts text.
    """
    sys.stdout.write(json.dumps(value, indent=2, default=_as_text) + "\n")


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def print_table(
    title: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[object]], *, last_is_total: bool = False
) -> None:
    """Print a table.

    Args:
        title: Above it.
        columns: Header and justification ("left" or "right") of each.
        rows: Cells, as values or text.
        last_is_total: Set the last row apart.
    """
    screen().print(f"\n[bold]{escape(title)}[/bold]", soft_wrap=True)
    table = Table(header_style="bold", pad_edge=False, box=SIMPLE_HEAD)
    for number, (header, justify) in enumerate(columns):
        # The first column names the row: it is never broken. The others break rather than lose a letter.
        table.add_column(header, justify=justify, no_wrap=number == 0, overflow="fold")  # pyright: ignore[reportArgumentType]
    cells = [[escape(cell(value)) for value in row] for row in rows]
    for number, row in enumerate(cells, start=1):
        table.add_row(*row, style="bold" if last_is_total and number == len(cells) else None)
        if last_is_total and number == len(cells) - 1:
            table.add_section()
    screen().print(table)


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


def size(count: int) -> str:
    """Bytes as people read them.

    Args:
        count: Number of bytes.
    """
    amount = float(count)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def profit_and_loss(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print a month's profit and loss as Xero lays it out.

    Args:
        title: Organisation and month.
        rows: `section`, `line_type`, `account_name`, `amount`, in order.
    """
    screen().print(f"\n[bold]{escape(title)}[/bold]", soft_wrap=True)
    table = Table(show_header=False, pad_edge=False, box=None)
    table.add_column()
    table.add_column(justify="right")
    section: str | None = None
    for row in rows:
        if row["section"] and row["section"] != section:
            table.add_row(f"[bold]{escape(row['section'].strip())}[/bold]", "")
        section = row["section"]
        total = row["line_type"] == "total"
        name = escape(row["account_name"]) if total else "  " + escape(row["account_name"])
        table.add_row(name, cell(row["amount"]), style="bold" if total else None)
    screen().print(table)
