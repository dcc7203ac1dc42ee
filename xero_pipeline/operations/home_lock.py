"""One process serves a home at a time: two daemons would start every scheduled run twice.

The operating system holds the lock and frees it when its holder dies, so a card that a killed process left behind keeps
nobody out.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from xero_pipeline import clock
from xero_pipeline.errors import AlreadyServed

_LOCK, _CARD = "serving.lock", "serving.json"


@contextmanager
def serving(home: Path, addresses: Mapping[str, str]) -> Generator[None]:
    """Be the process that serves a home while the block runs.

    Args:
        home: The folder of everything that is ours.
        addresses: Where people find what is served, by its name.

    Raises:
        AlreadyServed: Another process serves it; the error names its command, its process id and its addresses.
    """
    card = home / _CARD
    with _held(home):
        _write(card, addresses)
        try:
            yield
        finally:
            card.unlink(missing_ok=True)


def require_unserved(home: Path) -> None:
    """Refuse a home that a process serves, before anything is asked or made for a second one.

    Args:
        home: The folder of everything that is ours; it need not be there.

    Raises:
        AlreadyServed: As `serving`.
    """
    if (home / _LOCK).exists():
        with _held(home):
            return


@contextmanager
def _held(home: Path) -> Generator[None]:
    lock = FileLock(home / _LOCK, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise AlreadyServed(_refusal(home)) from None
    try:
        yield
    finally:
        lock.release()


def _write(card: Path, addresses: Mapping[str, str]) -> None:
    since = clock.now().isoformat(timespec="seconds")
    told = {"pid": os.getpid(), "command": _command(), "since": since, "addresses": dict(addresses)}
    draft = card.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(told), encoding="utf-8")
    draft.replace(card)


def _command() -> str:
    """Program and first word only: what follows on a command line may be secret."""
    words = [Path(sys.argv[0]).name, *[word for word in sys.argv[1:2] if not word.startswith("-")]]
    return " ".join(words)


def _refusal(home: Path) -> str:
    try:
        told = json.loads((home / _CARD).read_text(encoding="utf-8"))
        who = f"process {told['pid']} ({told['command']}), since {told['since']}"
        where = ", ".join(f"{name} at {address}" for name, address in told["addresses"].items())
        stop = f"Open {where}; or stop it with Ctrl-C in its terminal (kill {told['pid']}) and start again."
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        who, stop = "another process", "Stop it, then start again."
    return (
        f"{home} is served already, by {who}. {stop} A second one beside it, on another port too, would start every "
        "scheduled run twice. For other books set XERO_PIPELINE_HOME to another folder."
    )
