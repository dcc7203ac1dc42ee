"""A process shows, as long as it carries a run, that it lives: the launcher over the queue believes nothing else."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING

from xero_pipeline.state.engine import open_state
from xero_pipeline.state.machines import BEAT_SECONDS, carry, put_down

if TYPE_CHECKING:
    from sqlalchemy import Engine

_log = logging.getLogger(__name__)


class Beat:
    """Does something at once and then again and again, in a thread; what goes wrong is tried again.

    Args:
        do: What.
        every: Seconds between.
    """

    def __init__(self, do: Callable[[], object], every: float) -> None:
        self._do, self._every = do, every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="beat", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Once more is too often; returns when it is over."""
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._ended.is_set():
            try:
                self._do()
            except Exception as error:  # noqa: BLE001 - a database that is away comes back, and this goes on then
                _log.warning("Could not show that this process lives, or look after others: %s", error)
            self._ended.wait(self._every)


class CarriedRun:
    """A run that this process carries, from now on to its end.

    Args:
        state: Address of the state database, which may be away for now. A process that was forked needs connections of
            its own.
        asked_to_stop: Called again and again for as long as somebody wants the run stopped.
    """

    def __init__(self, state: str, run_id: str, asked_to_stop: Callable[[], object]) -> None:
        self._state, self._run_id, self._asked_to_stop = state, run_id, asked_to_stop
        self._beat = Beat(self._show, BEAT_SECONDS)

    def end(self) -> None:
        """It has ended, however."""
        self._beat.end()
        with suppress(Exception):
            put_down(self._engine, self._run_id)
        if "_engine" in vars(self):
            self._engine.dispose()

    @cached_property
    def _engine(self) -> Engine:
        return open_state(self._state)

    def _show(self) -> None:
        if carry(self._engine, self._run_id, socket.gethostname(), os.getpid()):
            self._asked_to_stop()


@contextmanager
def carried(state: str, run_id: str) -> Generator[None]:
    """Carry a run on the command line beside workers: it is not lost, and only the command itself stops it."""
    run = CarriedRun(state, run_id, lambda: None)
    try:
        yield
    finally:
        run.end()
