"""Programs that have a DuckDB file open without our lock, such as a BI tool: who they are, as far as one can tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_LOCKED = "Could not set lock on file"
_HELD = re.compile(
    r"Conflicting lock is held in (?:(?P<what>.+?) \(PID (?P<pid>\d+)\)|PID (?P<only>\d+))", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class ForeignProgram:
    """A program that has the file open.

    Args:
        pid: Its process id; None where the system does not tell it, as for a program on another machine.
        name: What it is called.
    """

    pid: int | None
    name: str

    def __str__(self) -> str:
        return self.name if self.pid is None else f"process {self.pid} ({self.name})"


def program_in(error: Exception) -> ForeignProgram | None:
    """Who keeps DuckDB from opening a file; None where the error is another one.

    Args:
        error: As DuckDB raised it.
    """
    told = str(error)
    if _LOCKED not in told:
        return None
    found = _HELD.search(told)
    pid = int(found["pid"] or found["only"]) if found else 0
    if not found or not pid:  # the file is on another machine's disk, or the program in another container
        return ForeignProgram(None, "another program, perhaps on another machine")
    return ForeignProgram(pid, _command_of(pid) or Path(found["what"] or "unknown program").name)


def _command_of(pid: int) -> str:
    """Program and script only: what follows on a command line may be secret."""
    try:
        words = [word for word in Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0") if word]
    except OSError:  # it has ended, or there is no such folder on this system
        return ""
    return " ".join([Path(words[0]).name, *_script(words[1:])]) if words else ""


def _script(words: Sequence[str]) -> list[str]:
    if words[:1] == ["-m"]:
        return list(words[:2])
    return [Path(word).name for word in words[:1] if not word.startswith("-")]
