"""The folder of everything that is ours, and what is written into it once for all processes."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.extras import require_simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from xero_simulator.config import Story
    from xero_simulator.simulator import Simulator

_FIRST_SYNC = "first-sync.lock"
_BOOKS_START, _BOOKS_EDITION, _STORY = "simulator.start", "simulator.books", "simulator.story"


def opened(home: Path, mode: str) -> Path:
    """Make the folder, if it is not there; only its owner may look inside.

    Args:
        mode: Which Xero's books it holds.

    Raises:
        ConfigurationError: It belongs to the other mode, or cannot be written.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o700)  # also where another program made it
        found = _written_once(home / "mode", mode)
    except OSError as error:
        raise ConfigurationError(
            f"XERO_PIPELINE_HOME: cannot write into {home}: {error.strerror}. Name a folder of yours, or make room."
        ) from error
    if found != mode:
        raise ConfigurationError(
            f"{home} holds the organisations and the books of {found} mode; those of {mode} mode must "
            f"not mix with them. Set XERO_PIPELINE_HOME to another folder, such as .xero-{mode}, "
            "or remove that one to start anew."
        )
    return home


@contextmanager
def first_sync(home: Path) -> Generator[None]:
    """Hold off the sensors of the home's Dagster while `run` syncs: they would ask for the same once more.

    Args:
        home: From `opened`.
    """
    from filelock import FileLock

    with FileLock(home / _FIRST_SYNC, mode=0o600):
        yield


def is_in_first_sync(home: Path) -> bool:
    """Whether `run` syncs; a process that was killed does not.

    Args:
        home: From `opened`.
    """
    from filelock import FileLock, Timeout

    if not (home / _FIRST_SYNC).exists():
        return False
    try:
        with FileLock(home / _FIRST_SYNC, timeout=0, mode=0o600):
            return False
    except Timeout:
        return True


def simulator_in(home: Path, *, limits: bool = False) -> Simulator:
    """Our own Xero, with its state in the home so that all processes see one.

    Args:
        home: From `opened`.
        limits: Whether it keeps Xero's limits.

    Raises:
        ConfigurationError: The extra `simulator` is not installed.
    """
    require_simulator()
    from xero_simulator.config import BOOKS_EDITION, BooksConfig
    from xero_simulator.limits import SimLimits
    from xero_simulator.simulator import Simulator
    from xero_simulator.values.days import day_of_books

    config = BooksConfig(today=day_of_books(clock.now().timestamp()))
    if story := _story(home):
        config = replace(config, organisations=3, invoices=600, months=15, story=story)
    # A company does not forget its oldest month because a new one begins.
    if not (home / _BOOKS_START).exists():
        _written_once(home / _BOOKS_EDITION, str(BOOKS_EDITION))
    start = _written_once(home / _BOOKS_START, config.first_month.isoformat())
    config = replace(config, start=date.fromisoformat(start))
    return Simulator(
        config,
        store_path=home / "simulator.sqlite",
        limits=SimLimits() if limits else None,
        advanced=True,
        follow_clock=True,
    )


def begin_demo(home: Path) -> bool:
    """Let the simulated books of this home tell a story.

    Args:
        home: From `opened`.

    Returns:
        Whether no closed month was changed yet.
    """
    return len(_written_once(home / _STORY, f"{clock.now().isoformat()}\n").split()) == 1


def change_closed_month(home: Path) -> None:
    """Let somebody change a closed month in the simulated books of the demo.

    Args:
        home: After `begin_demo`.
    """
    story = home / _STORY
    story.write_text(f"{story.read_text()}{clock.now().isoformat()}\n")


def _story(home: Path) -> Story | None:
    """What the simulated books tell besides their business: nothing, but in the demo."""
    if not (home / _STORY).exists():
        return None
    from xero_simulator.config import Story

    return Story(*map(datetime.fromisoformat, (home / _STORY).read_text().split()))


def has_rewritten_books(home: Path) -> bool:
    """Whether the simulated books of this home were written by a program that wrote them otherwise.

    Args:
        home: From `opened`.
    """
    if not (home / _BOOKS_START).exists():
        return False
    from xero_simulator.config import BOOKS_EDITION

    noted = home / _BOOKS_EDITION
    return not (noted.exists() and noted.read_text() == str(BOOKS_EDITION))


def read_rewritten_books(home: Path, read_anew: Callable[[], None]) -> None:
    """Read books that a newer program has written otherwise from the beginning: no record of them says it changed.

    Args:
        home: From `opened`.
        read_anew: Lets the next sync read everything.
    """
    if not has_rewritten_books(home):
        return
    from xero_simulator.config import BOOKS_EDITION

    read_anew()
    (home / _BOOKS_EDITION).write_text(str(BOOKS_EDITION))


def _written_once(path: Path, text: str) -> str:
    """What the file says; the text, if no process wrote it before."""
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(text)
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
    return path.read_text()
