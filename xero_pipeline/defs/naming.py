"""What our assets, jobs, schedules and sensors are called in the project they are part of. The one place for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg

from xero_pipeline.defs.partitions import ORGANISATIONS
from xero_pipeline.defs.specs import SCHEMA, column_schema, group_of
from xero_pipeline.defs.translator import XeroTableProps, XeroTranslator
from xero_pipeline.defs.xero_app import XeroApp
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.shard import Shard
from xero_pipeline.sync.read_plan import GRACE

if TYPE_CHECKING:
    from xero_pipeline.warehouse.schema.model import Table

ASSET = "xero/asset"
"""Tag of every asset of ours: its schema and name, whatever its key became. `tag:"xero/asset"` selects them all."""

APP = "xero/app"
"""Tag of the assets of another Xero app than that of the environment: its name."""

DAY, WEEK = timedelta(days=1), timedelta(days=7)


class Naming:
    """Knows the key of every asset once its spec was made; assets, checks, sensors and schedules ask it.

    Args:
        translator: Turns tables into specs; None for ours.
        key_prefix: Comes before every key.
        prefix: Comes before the name of everything that must be alone with its name: jobs, ops, schedules, sensors,
            and before our groups.
        groups: The project's name for all our groups, or for some of them.
        owners: People or teams, as Dagster writes them.
        storage_kind: Which database holds the tables.
        daily: Whether a daily sync keeps them fresh.
        app: Whose resources and partitions they are; None for that of the environment.
        shard: Which share of the organisations it is; None for all of them.
    """

    def __init__(
        self,
        translator: XeroTranslator | None = None,
        *,
        key_prefix: Sequence[str] = (),
        prefix: str = "",
        groups: str | Mapping[str, str] | None = None,
        owners: Sequence[str] = (),
        storage_kind: str = "duckdb",
        daily: bool = True,
        app: XeroApp | None = None,
        shard: Shard | None = None,
    ) -> None:
        self.app = app or XeroApp()
        self._translator = translator or XeroTranslator()
        self._shard = shard
        self._key_prefix = [*key_prefix, *([shard.name] if shard else [])]
        self._prefix = shard.named(prefix) if shard else prefix
        self._groups = groups
        self._owners = tuple(owners)
        self._storage_kind = storage_kind
        self._daily = daily
        self._keys: dict[str, dg.AssetKey] = {}

    def named(self, name: str) -> str:
        """What a job, schedule, sensor, group or op of ours is called.

        Args:
            name: In our own project.
        """
        return f"{self._prefix}{name}"

    def resource(self, name: str) -> str:
        """The key of a resource of ours.

        Args:
            name: In our own project.
        """
        return self.app.named(name)

    @property
    def organisations(self) -> str:
        """The name of the dynamic partitions."""
        name = self.app.named(ORGANISATIONS)
        return self._shard.partitions(name) if self._shard else name

    def key(self, name: str, schema: str = SCHEMA) -> dg.AssetKey:
        """The key of an asset whose spec was made.

        Raises:
            KeyError: It is no part of this project.
        """
        return self._keys[f"{schema}.{name}"]

    def knows(self, name: str, schema: str = SCHEMA) -> bool:
        """Whether an asset is part of this project."""
        return f"{schema}.{name}" in self._keys

    def spec(
        self,
        table: Table,
        *,
        name: str | None = None,
        description: str | None = None,
        schema: str = SCHEMA,
        group: str | None = None,
        made_of: Iterable[str] = (),
        lineage: Mapping[str, Sequence[str]] | None = None,
        kind: str = "table",
        every: timedelta | None = DAY,
        fixed_key: dg.AssetKey | None = None,
    ) -> dg.AssetSpec:
        """A table as an asset of this project.

        Args:
            name: Of the asset, where several write one table: a report on another basis.
            description: What a row is, when the table's own comment does not say it best.
            schema: Where the table is.
            group: The subject; None for that of its collection.
            made_of: Tables whose rows change its figures, `schema.name` if they are in another schema than `xero`. The
                lineage shows those that are part of this project.
            lineage: For columns that carry over values of others, those: `schema.table.column`.
            kind: The icon beside Xero's and the database's.
            every: How often the schedules and sensors bring it; None if they do not.
            fixed_key: What somebody else looks for it by: neither translator nor prefix changes it.

        Raises:
            ConfigurationError: The translator gave it a key that another table has.
        """
        name = name or table.name
        subject = group or group_of(table.name if table.role == "report" else table.collection)
        spec = self._translator.get_asset_spec(
            XeroTableProps(
                name=name,
                schema=schema,
                group=self._group(subject),
                description=description or table.comment,
                kinds=frozenset({"xero", self._storage_kind, kind}),
                owners=self._owners,
                metadata=self._metadata(table, schema, {**_inherited(table, schema), **(lineage or {})}),
                freshness_policy=self._fresh(every),
                table=table,
            )
        )
        if fixed_key or self._key_prefix:
            key = fixed_key or spec.key.with_prefix(self._key_prefix)
            spec = spec.replace_attributes(key=key)  # pyright: ignore[reportUnknownMemberType] - Dagster's own signature
        self._note(f"{schema}.{name}", spec.key)
        parents = [f"{schema}.{table.parent}"] if table.parent else [_full(one) for one in made_of]
        ours = [self._keys[parent] for parent in parents if parent in self._keys]
        return spec.merge_attributes(deps=ours, tags={ASSET: f"{schema}.{name}", **self._app_tag})

    def beyond(self, name: str, *, description: str, made_of: Iterable[dg.AssetKey]) -> dg.AssetSpec:
        """An asset of this project that is no table of the warehouse.

        Args:
            made_of: After which assets it comes.
        """
        return dg.AssetSpec(
            dg.AssetKey([*self._key_prefix, SCHEMA, name]),
            description=description,
            group_name=self._group(name),
            deps=list(made_of),
            owners=self._owners,
            kinds={"xero", "dlt"},
            tags=self._app_tag,
        )

    def _fresh(self, every: timedelta | None) -> dg.FreshnessPolicy | None:
        """Somebody should look when a day was missed."""
        if not self._daily or every is None:
            return None
        warn = every + GRACE
        return dg.FreshnessPolicy.time_window(fail_window=warn + DAY, warn_window=warn)

    @property
    def _app_tag(self) -> dict[str, str]:
        return {APP: self.app.name} if self.app.name else {}

    def _group(self, subject: str) -> str:
        if isinstance(self._groups, str):
            return self._groups
        return (self._groups or {}).get(subject) or self.named(subject)

    def _note(self, asset: str, key: dg.AssetKey) -> None:
        for other, taken in self._keys.items():
            if taken == key and other != asset:
                raise ConfigurationError(
                    f"The translator gave {asset} and {other} the same asset key {key.to_user_string()}. Every table "
                    "needs a key of its own: put `props.schema` and `props.name` into it."
                )
        self._keys[asset] = key

    def _metadata(self, table: Table, schema: str, lineage: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "dagster/column_schema": column_schema(table),
            "dagster/table_name": f"{schema}.{table.name}",
        }
        columns = {
            column: [
                dg.TableColumnDep(self._keys[source], name)
                for source, _, name in (one.rpartition(".") for one in sources)
                if source in self._keys
            ]
            for column, sources in lineage.items()
        }
        if known := {column: deps for column, deps in columns.items() if deps}:
            facts["dagster/column_lineage"] = dg.TableColumnLineage(known)
        return facts


def _full(name: str) -> str:
    return name if "." in name else f"{SCHEMA}.{name}"


def _inherited(table: Table, schema: str) -> dict[str, list[str]]:
    """The columns that a child has from its parent; all others come from Xero's answer, as the parent's do."""
    if not table.parent:
        return {}
    return {
        name: [f"{schema}.{table.parent}.{name}"]
        for name in ("tenant_id", *(column.name for column in table.inherited))
    }
