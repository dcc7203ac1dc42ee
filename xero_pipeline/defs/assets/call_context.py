"""What a run calls Xero for, and how often it may: from its tags and the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.defs.naming import ASSET
from xero_pipeline.defs.specs import SCHEMA
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.xero.quota.call_context import CallContext

if TYPE_CHECKING:
    from collections.abc import Mapping

    import dagster as dg

MAX_CALLS = "xero/max_calls"
"""Tag of a run: how many calls it may make to each organisation. Wins over the setting XERO_CALLS_PER_RUN."""

BUDGET = ".dagster/xero_budget"
"""Tag of a run: shares its calls with all runs that carry the same; a command of several runs sets it. Dagster's UI
shows no tags that begin so: this one tells people nothing."""

_BACKFILL = "dagster/backfill"


def errand_of(context: dg.AssetExecutionContext, calls_per_run: int | None) -> CallContext:
    """What the asset that is at work calls for.

    Raises:
        ConfigurationError: The run's tag is no number of calls.
    """
    tags = context.run.tags
    bound = max_calls(tags)
    # The runs of a backfill are one thing to the person who asked for it.
    budget = tags.get(BUDGET) or tags.get(_BACKFILL)
    return CallContext(asset_of(context), context.run.run_id, calls_per_run if bound is None else bound, budget)


def max_calls(tags: Mapping[str, str]) -> int | None:
    """The bound that a run carries, None if it carries none.

    Raises:
        ConfigurationError: The tag is no number of calls.
    """
    told = tags.get(MAX_CALLS)
    if told is None:
        return None
    if not (told.isascii() and told.isdecimal() and int(told)):
        raise ConfigurationError(
            f"The run's tag {MAX_CALLS} is {told!r}: write how many calls it may make, such as 200."
        )
    return int(told)


def asset_of(context: dg.AssetExecutionContext) -> str:
    """The name of the asset at work, whatever its key is; of an op's tables the first, whatever was selected."""
    return _asset_of(context).rpartition(".")[2]


def asks_xero(context: dg.AssetExecutionContext) -> bool:
    """Whether the asset at work brings something from Xero, and is not made of what is in the warehouse."""
    return _asset_of(context).startswith(f"{SCHEMA}.")


def _asset_of(context: dg.AssetExecutionContext) -> str:
    first = next(iter(context.assets_def.node_keys_by_output_name.values()))
    return context.assets_def.tags_by_key[first][ASSET]
