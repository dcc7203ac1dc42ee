"""How a table looks as an asset, unless a project says otherwise: what a `XeroTranslator` is told and what it makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import dagster as dg

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xero_pipeline.warehouse.schema.model import Table


@dataclass(frozen=True)
class XeroTableProps:
    """A table, as a translator is told of it.

    Args:
        name: The asset's name; several assets may write one table, such as a report on accrual and on cash basis.
        schema: Where the table is: `xero` has what Xero says.
        group: The subject it belongs to, as the project calls it.
        description: What a row is.
        kinds: What it is, and which database holds it; the UI shows an icon for each.
        owners: People or teams, as Dagster writes them: `jane@example.com`, `team:finance`.
        metadata: Table name, columns and column lineage, for Dagster's UI.
        freshness_policy: How old it may become.
        table: The warehouse's declaration of the table.
    """

    name: str
    schema: str
    group: str
    description: str
    kinds: frozenset[str]
    owners: tuple[str, ...]
    metadata: Mapping[str, Any]
    freshness_policy: dg.FreshnessPolicy | None
    table: Table = field(repr=False)


class XeroTranslator:
    """Turns a table into an asset spec. Subclass it to choose keys, groups, owners, tags or descriptions yourself.

    ```python
    class OurTranslator(XeroTranslator):
        def get_asset_spec(self, props: XeroTableProps) -> dg.AssetSpec:
            spec = super().get_asset_spec(props)
            return spec.replace_attributes(key=["raw", f"xero_{props.name}"], group_name="finance")
    ```

    Every table must get a key of its own. The dependencies between our tables are added afterwards, by these keys.
    """

    def get_asset_spec(self, props: XeroTableProps) -> dg.AssetSpec:
        """The asset of a table."""
        return dg.AssetSpec(
            key=dg.AssetKey([props.schema, props.name]),
            group_name=props.group,
            description=props.description,
            kinds=set(props.kinds),
            owners=list(props.owners),
            metadata=dict(props.metadata),
            freshness_policy=props.freshness_policy,
        )
