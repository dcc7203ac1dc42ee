"""What a project puts around the work of every op of ours: the `execute` of a component."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

from xero_pipeline.defs.assets.subset import Result

if TYPE_CHECKING:
    import dagster as dg

Execute = Callable[["dg.AssetExecutionContext", Iterator[Result]], Iterator[Result]]
"""Is given the work of a run before it has begun, and yields what it yields: the work is done as it is iterated."""

Op = ParamSpec("Op")


def work_only(context: dg.AssetExecutionContext, work: Iterator[Result]) -> Iterator[Result]:
    """The work and nothing around it.

    Args:
        work: As in `Execute`.
    """
    del context
    yield from work


def executed(execute: Execute) -> Callable[[Callable[Op, Iterator[Result]]], Callable[Op, Iterator[Result]]]:
    """Puts `execute` around the function of an op; Dagster still sees the function's own parameters.

    Args:
        execute: The project's own, or `work_only`.
    """

    def around(op: Callable[Op, Iterator[Result]]) -> Callable[Op, Iterator[Result]]:
        @wraps(op)
        def carry(*args: Op.args, **kwargs: Op.kwargs) -> Iterator[Result]:
            context: dg.AssetExecutionContext = args[0] if args else kwargs["context"]  # pyright: ignore[reportAssignmentType] - the first parameter of every op
            yield from execute(context, op(*args, **kwargs))

        return carry

    return around
