"""What is printed: rows of tables, verdicts on aims, and on what machine."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

from xero_pipeline import clock


def machine() -> str:
    """What this was measured on."""
    info = Path("/proc/cpuinfo")
    model = re.search(r"model name\s*: (.*)", info.read_text()) if info.exists() else None
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"{clock.now():%d %B %Y}, {os.cpu_count()} cores ({model[1] if model else platform.machine()}), "
        f"{pages:.0f} GB, Python {platform.python_version()}, load before it {os.getloadavg()[0]:.1f}"
    )


def row(*cells: object) -> None:
    """Print a row of a table."""
    print("|", " | ".join(map(str, cells)), "|", flush=True)


def verdict(name: str, value: float, aim: float, *, most: bool = True) -> None:
    """Print whether an aim was reached."""
    reached = value <= aim if most else value >= aim
    print(f"- {'reached' if reached else '**MISSED**'}: {name} {value:,.2f}, aim {aim:,}")
