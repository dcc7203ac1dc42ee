"""The Dagster project that runs of the command line belong to: our own, or the one XERO_DEFINITIONS names."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from xero_pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    import dagster as dg

    from xero_pipeline.cli.selection import Selection
    from xero_pipeline.settings import Settings
    from xero_pipeline.sync.progress import Progress


class Project:
    """Knows under which names a project has our assets.

    Args:
        settings: Name the project, if it is not our own.

    Raises:
        ConfigurationError: The project cannot be loaded, or has no asset of ours.
    """

    def __init__(self, settings: Settings, progress: Progress) -> None:
        from xero_pipeline.definitions import build
        from xero_pipeline.defs.build import naming
        from xero_pipeline.defs.selection import select_assets

        self._named = settings.definitions
        self._naming = naming(settings, select_assets(settings))
        self._definitions = _watched(_load(self._named), progress) if self._named else build(settings, progress)
        if not self._keys:
            raise ConfigurationError(
                f"XERO_DEFINITIONS: the definitions in {self._named} have no asset of ours. Add a `XeroComponent` or "
                "`build_xero_defs()` to that project (docs/component.md), or unset XERO_DEFINITIONS."
            )

    @property
    def is_ours(self) -> bool:
        """Whether it is our own project."""
        return self._named is None

    @property
    def organisations(self) -> str:
        """The name of the partitions that are organisations."""
        return self._naming.organisations

    def job(self, name: str) -> dg.JobDefinition:
        """The job of that name; in another project the one over all assets, as materialising by hand uses it.

        Args:
            name: In our own project.
        """
        if self.is_ours:
            return self._definitions.resolve_job_def(self._naming.named(name))
        return self._definitions.resolve_implicit_global_asset_job_def()

    def keys(self, names: Sequence[str]) -> list[dg.AssetKey]:
        """The keys of some of our assets.

        Args:
            names: In our own project; with the schema, if that is not `xero`.

        Raises:
            ConfigurationError: The project leaves one out.
        """
        missing = [name for name in names if not self.has(name)]
        if missing:
            raise ConfigurationError(
                f"{self._named} leaves out {', '.join(missing)}. Name the others with --select, or add it to the "
                "collections or reports of the component there."
            )
        return [self._keys[_full(name)] for name in names]

    def has(self, name: str) -> bool:
        """Whether the project has an asset of ours.

        Args:
            name: As in `keys`.
        """
        return _full(name) in self._keys

    def assets(self, schema: str) -> list[str]:
        """The names of all assets of a schema, with it.

        Args:
            schema: `xero` or `ledger`.
        """
        return [name for name in self._keys if name.startswith(f"{schema}.")]

    def offered(self, choice: Selection) -> Selection:
        """What the project has of what is synced when nobody selects.

        Args:
            choice: What there is to sync.
        """
        return replace(
            choice,
            collections=tuple(name for name in choice.collections if self.has(name)),
            reports=tuple(name for name in choice.reports if self.has(name)),
        )

    def op(self, name: str) -> str:
        """The op that writes an asset, which is what a run is configured by.

        Args:
            name: In our own project, without the schema.
        """
        key = self.keys([name])[0]
        assets = self._definitions.resolve_asset_graph().assets_defs
        return next(asset.op.name for asset in assets if key in asset.keys)

    @cached_property
    def _keys(self) -> dict[str, dg.AssetKey]:
        from xero_pipeline.defs.naming import APP, ASSET

        specs = self._definitions.resolve_all_asset_specs()
        return {spec.tags[ASSET]: spec.key for spec in specs if ASSET in spec.tags and APP not in spec.tags}


def require_our_own(settings: Settings, instead: str) -> None:
    """Refuse what only our own project can do.

    Args:
        settings: Name another project, if there is one.
        instead: What to do there.

    Raises:
        ConfigurationError: Our assets are part of another project.
    """
    if settings.definitions:
        raise ConfigurationError(
            f"XERO_DEFINITIONS is set: the assets are part of {settings.definitions}, a Dagster project of yours. "
            f"{instead}"
        )


def require_one_location(settings: Settings, instead: str) -> None:
    """Refuse what has to do with all organisations in Dagster.

    Args:
        settings: Say whether there are shards.
        instead: What to do there.

    Raises:
        ConfigurationError: This is one of several code locations.
    """
    if settings.shard:
        raise ConfigurationError(f"XERO_SHARD is set: this is one of several code locations. {instead}")


def _full(name: str) -> str:
    return name if "." in name else f"xero.{name}"


def _watched(theirs: dg.Definitions, progress: Progress) -> dg.Definitions:
    """Their assets, with whoever watches runs here; assets that brought their resources along keep them."""
    import dagster as dg

    watch = {"xero_progress": progress} if "xero_progress" in (theirs.resources or {}) else {}
    return dg.Definitions(
        assets=theirs.assets, asset_checks=theirs.asset_checks, resources={**(theirs.resources or {}), **watch}
    )


def _load(where: str) -> dg.Definitions:
    """The definitions of another project: `module` or `module:name`, as the module would be imported there."""
    import dagster as dg

    module_name, _, name = where.partition(":")
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        found = getattr(importlib.import_module(module_name), name or "defs")
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(
            f"XERO_DEFINITIONS={where} cannot be loaded: {error}. Write the module in which your Dagster definitions "
            "are, such as my_project.definitions, or my_project.definitions:defs; run the command in the project."
        ) from error
    # `@dg.definitions` gives a function; an asset can be called, too, but that would run it.
    made = found() if callable(found) and not isinstance(found, dg.AssetsDefinition) else found
    if not isinstance(made, dg.Definitions):
        raise ConfigurationError(f"XERO_DEFINITIONS={where} is a {type(made).__name__}, no Dagster Definitions.")
    return made
