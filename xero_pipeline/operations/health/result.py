"""What a check found: one line, and what to do where something is to be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from xero_pipeline.errors import XeroPipelineError

State = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class HealthResult:
    """What a check found.

    Args:
        check: What was looked at.
        state: ok; a warning, with which all works for now; a problem, with which something does not.
        told: What was found, in a sentence.
        remedy: What to do; empty where nothing is.
    """

    check: str
    state: State
    told: str
    remedy: str = ""


Check = Callable[[], Iterable[HealthResult]]
"""Looks at one thing."""


def carried(name: str, check: Check) -> Iterator[HealthResult]:
    """What a check finds; an error that stops it is a result, too.

    Args:
        name: What is looked at.

    Yields:
        At least one.
    """
    try:
        yield from check()
    except XeroPipelineError as error:
        # Our own errors say what to do themselves.
        yield HealthResult(name, "problem", str(error))
    except Exception as error:  # noqa: BLE001 - told; a doctor who faints helps nobody
        yield HealthResult(name, "problem", f"Unexpected {type(error).__name__}: {error}", "Please report it.")
