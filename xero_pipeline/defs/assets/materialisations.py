"""What a run tells of the tables it wrote: each partition with its own data version, and with what it was made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.definitions.data_version import (
    CODE_VERSION_TAG,
    DATA_VERSION_IS_USER_PROVIDED_TAG,
    DATA_VERSION_TAG,
    NULL_EVENT_POINTER,
    get_input_data_version_tag,
    get_input_event_pointer_tag,
)
from dagster._core.definitions.source_asset import SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION

from xero_pipeline.defs.assets.event_batch import report

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xero_pipeline.defs.assets.materialisation_history import MaterialisationHistory

MaterializeResult = dg.MaterializeResult[Any]
"""What Dagster is given of a table; ours carry no value."""

RecordMaterialisation = Callable[[dg.AssetKey, str, Mapping[str, Any]], None]
"""Told of each materialisation as it happens: asset, partition key, metadata."""

UNCHANGED = "organisations_unchanged"
"""Of how many other partitions of the run the rows are as they were: their last materialisation still holds."""

Written = tuple[dg.AssetKey, str]
"""A table and a partition of it."""


@dataclass(frozen=True, slots=True)
class Materialisation:
    """A table of a partition that was written.

    Args:
        version: The same as the last time where nothing changed: what is made of it stays in sync.
    """

    key: dg.AssetKey
    partition: str | None
    metadata: Mapping[str, Any]
    version: str


def results(
    context: dg.AssetExecutionContext, done: Iterable[Materialisation], *, in_part: bool
) -> Iterator[MaterializeResult]:
    """What came of a run.

    Args:
        in_part: Some organisations or months of the run were left out; a result would stand for all of them.

    Yields:
        A result for each table that the run selected. Of the others, and where it has several partitions, it tells by
        events, for a result gives all partitions of a run the same version.
    """
    alone = context.partition_key if context.has_partition_key else None
    by_key = _news(context, _by_key(context, done))
    for key, told in by_key.items():
        selected = key in context.selected_asset_keys and not in_part
        if selected and alone:
            (one,) = told
            yield dg.MaterializeResult(key, metadata=one.metadata, data_version=dg.DataVersion(one.version))
            continue
        _tell(context, key, told)
        if selected:
            # Lets what depends on it in the same run begin.
            yield dg.MaterializeResult(key, metadata={SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION: True})
    if not in_part:
        yield from (dg.MaterializeResult(key) for key in context.selected_asset_keys - by_key.keys())


def tell(context: dg.AssetExecutionContext, done: Iterable[Materialisation]) -> None:
    """The same as events of Dagster's history, where there can be no result: the run failed, or did not select it."""
    for key, told in _news(context, _by_key(context, done)).items():
        _tell(context, key, told)


def _tell(context: dg.AssetExecutionContext, key: dg.AssetKey, told: Sequence[Materialisation]) -> None:
    """In the history when this returns, as one batch: what is made of it can name it."""
    made_of = _made_of(context, key)
    version = {DATA_VERSION_IS_USER_PROVIDED_TAG: "true", **made_of}
    report(
        context,
        [
            dg.AssetMaterialization(
                key,
                metadata=dict(one.metadata),
                partition=one.partition,
                tags={**version, DATA_VERSION_TAG: one.version},
            )
            for one in told
        ],
    )
    context.get_step_execution_context().wipe_input_asset_version_info(key)


def _by_key(
    context: dg.AssetExecutionContext, done: Iterable[Materialisation]
) -> dict[dg.AssetKey, list[Materialisation]]:
    """In the order of their declaration: Dagster wants parents before children."""
    found: dict[dg.AssetKey, list[Materialisation]] = {}
    for one in done:
        found.setdefault(one.key, []).append(one)
    return {key: found[key] for key in context.assets_def.node_keys_by_output_name.values() if key in found}


def _news(
    context: dg.AssetExecutionContext, done: Mapping[dg.AssetKey, list[Materialisation]]
) -> Mapping[dg.AssetKey, list[Materialisation]]:
    """What is worth an event of its own, where a run has several partitions.

    It is not where the rows are as they were when they were told last, and so are those they are made of: a list, and
    what is made of it in the same op, such as the lines of invoices. One partition of a table that has to be fresh is
    told all the same, and says of how many others nothing changed.
    """
    # It loads Dagster's storage, which definitions do without.
    from xero_pipeline.defs.assets.materialisation_history import history_of

    before = None if context.has_partition_key else history_of(context)
    if before is None:
        return done
    versions = {key: {one.partition or "": one.version for one in told} for key, told in done.items()}
    return {key: _unlike(before, context.assets_def.specs_by_key[key], told, versions) for key, told in done.items()}


def _unlike(
    before: MaterialisationHistory,
    spec: dg.AssetSpec,
    told: list[Materialisation],
    versions: Mapping[dg.AssetKey, Mapping[str, str]],
) -> list[Materialisation]:
    parents = [dep.asset_key for dep in spec.deps]
    if spec.code_version or len(parents) > 1 or any(parent not in versions for parent in parents):
        return told
    parent = parents[0] if parents else None
    made_of: Mapping[str, str] = versions[parent] if parent else {}
    known = before.versions(spec.key, parent, versions[spec.key].keys())
    same = [key for key, version in versions[spec.key].items() if known.get(key) == (version, made_of.get(key))]
    pictured = {one.partition for one in told if _has_picture(one)}
    unsaid = [key for key in same if key not in pictured]
    if spec.freshness_policy:
        unsaid = unsaid[: len(told) - 1]
    before.plan_no_more(spec.key, unsaid)
    said = [one for one in told if one.partition not in unsaid]
    if said and unsaid:
        said[0] = replace(said[0], metadata={**said[0].metadata, UNCHANGED: len(unsaid)})
    return said


def _has_picture(one: Materialisation) -> bool:
    """It shows more than the table's rows: today, or where they differ from Xero's."""
    return any(isinstance(value, dg.MarkdownMetadataValue) for value in one.metadata.values())


def _made_of(context: dg.AssetExecutionContext, key: dg.AssetKey) -> dict[str, str]:
    """The tags that Dagster gives a result: without them it takes whatever is newer than a table for a change to it."""
    step, spec = context.get_step_execution_context(), context.assets_def.specs_by_key[key]
    tags = {CODE_VERSION_TAG: spec.code_version or context.run.run_id}
    for dep in spec.deps:
        parent = dep.asset_key
        found = step.maybe_fetch_and_get_input_asset_version_info(parent)
        version = found.data_version.value if found and found.data_version else "INITIAL"
        tags[get_input_data_version_tag(parent)] = version
        tags[get_input_event_pointer_tag(parent)] = str(found.storage_id) if found else NULL_EVENT_POINTER
    return tags
