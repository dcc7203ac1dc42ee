"""Work on several organisations at a time: Xero's limits count for each alone, so a slow one delays no other."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")

GRACE_SECONDS = 3.0
"""For threads to note in Dagster's history that they were stopped; what is still at work then ends with the process."""


def run_in_parallel(
    items: Sequence[T], work: Callable[[T], bool], *, at_once: int, stop: Callable[[], None] = lambda: None
) -> tuple[bool, Exception | None]:
    """Do the work for each item. One that fails stops no other.

    Args:
        items: What to work on.
        work: Does one, and says whether it went well.
        at_once: How many at a time.
        stop: Called when a person stops it: lets the work that is under way end soon.

    Returns:
        Whether all went well, and the first error that any raised.

    Raises:
        BaseException: A person stopped it: nothing else is begun, and what is under way has some seconds to end.
    """
    waiting: queue.SimpleQueue[T] = queue.SimpleQueue()
    for item in items:
        waiting.put(item)
    well: list[bool] = []
    errors: list[Exception] = []

    def drain() -> None:
        while True:
            try:
                item = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                well.append(work(item))
            except Exception as error:  # noqa: BLE001 - raised by the caller, when the others are done
                errors.append(error)

    def end() -> None:
        with suppress(queue.Empty):
            while True:
                waiting.get_nowait()
        stop()

    if min(at_once, len(items)) <= 1:
        drain()
    else:
        _in_threads(drain, min(at_once, len(items)), end)
    return all(well) and not errors, errors[0] if errors else None


def _in_threads(drain: Callable[[], None], count: int, stop: Callable[[], None]) -> None:
    interrupts: list[BaseException] = []

    def work() -> None:
        try:
            drain()
        except BaseException as interrupt:  # noqa: BLE001 - raised where the others are waited for
            interrupts.append(interrupt)
            stop()

    threads = [threading.Thread(target=work, name=f"organisations {n}", daemon=True) for n in range(count)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            # In short waits, for a signal is heeded between them.
            while thread.is_alive():
                thread.join(0.2)
    except BaseException:
        stop()
        for thread in [thread for thread in threads if thread.ident is not None]:  # those that were started
            thread.join(GRACE_SECONDS / count)
        raise
    if interrupts:
        raise interrupts[0]
