"""Print what of requirements.lock the program itself needs, with the hashes: no tests, no tools.

    python deploy/runtime_requirements.py requirements.lock > runtime.lock
    python deploy/runtime_requirements.py requirements.lock hatchling > tools.lock

The lock says of every package which others brought it (`# via`); what only the group `dev` brought is left out. With a
package's name: that one, and what it brings.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

PROJECT = "xero-pipeline (pyproject.toml)"
"""Who brings the packages that the program names."""


def part(lock: str, wanted: str | None = None) -> str:
    """Some packages of a lock file, and all that they bring.

    Args:
        lock: As `make lock` writes it.
        wanted: A package; None for those that the program names.
    """
    entries = [entry for entry in re.split(r"\n(?=[A-Za-z])", lock) if not entry.startswith("#")]
    brought_by = {_name(entry): _via(entry) for entry in entries}
    needed = {wanted} if wanted else {name for name, others in brought_by.items() if PROJECT in others}
    while more := {name for name, others in brought_by.items() if others & needed} - needed:
        needed |= more
    return "".join(f"{entry}\n" for entry in entries if _name(entry) in needed)


def _name(entry: str) -> str:
    return re.split(r"[=\[ ]", entry, maxsplit=1)[0]


def _via(entry: str) -> set[str]:
    _, _, after = entry.partition("# via")
    return {line.strip().lstrip("#").strip() for line in after.splitlines()}


if __name__ == "__main__":
    sys.stdout.write(part(Path(sys.argv[1]).read_text(), *sys.argv[2:3]))
