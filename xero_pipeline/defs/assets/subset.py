"""Runs that selected some of the tables an op writes: it writes them all, and the history of the others says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import dagster as dg

from xero_pipeline.defs.assets.materialisations import Materialisation, MaterializeResult, tell

Result = MaterializeResult | dg.AssetCheckResult


def emit_selected(context: dg.AssetExecutionContext, results: Iterable[Result]) -> Iterator[Result]:
    """Lets through what Dagster asked for, and notes the rest: nothing that was written or checked goes untold.

    Args:
        results: Of every table and check of the op.

    Yields:
        Those of the tables and checks that the run selected.
    """
    for result in results:
        key = _key(result.asset_key)
        if isinstance(result, dg.AssetCheckResult):
            if dg.AssetCheckKey(key, result.check_name or "") in context.selected_asset_check_keys:
                yield result
            else:
                note_check(context, result)
        elif key in context.selected_asset_keys:
            yield result
        else:
            tell(context, [_unselected(key, result)])


def _unselected(key: dg.AssetKey, result: MaterializeResult) -> Materialisation:
    version = result.data_version
    if version is None:
        raise TypeError("A result of an op of several tables must say which version of the rows it is.")
    told: Mapping[str, Any] = result.metadata or {}  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return Materialisation(key, None, told, version.value)


def _key(named: dg.AssetKey | None) -> dg.AssetKey:
    if named is None:
        raise TypeError("A result of an op of several tables must name its asset.")
    return named


def note_check(context: dg.AssetExecutionContext, result: dg.AssetCheckResult) -> None:
    """A check was evaluated that yields no result, for the run did not select it, or its op fails.

    Args:
        result: What it says; names its asset and its check.
    """
    told: Mapping[str, Any] = result.metadata or {}
    evaluation = dg.AssetCheckEvaluation(
        asset_key=_key(result.asset_key),
        check_name=result.check_name or "",
        passed=result.passed,
        metadata=dict(told),
        severity=result.severity,
        description=result.description,
    )
    # Dagster logs it; its annotation names older kinds of events only.
    context.log_event(evaluation)  # pyright: ignore[reportArgumentType]
