"""The tables in Fivetran's layout as assets: tables of a dbt source, so that models made of them follow ours."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import dagster as dg

from xero_pipeline.ledger.content_versions import organisation_contents
from xero_pipeline.ledger.fivetran.declarations import TYPES, View, views
from xero_pipeline.ledger.fivetran.views import SCHEMA
from xero_pipeline.ledger.tables import SCHEMA as LEDGER
from xero_pipeline.warehouse.progress.row_states import row_states
from xero_pipeline.warehouse.schema.model import Table

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from xero_pipeline.defs.naming import Naming
    from xero_pipeline.warehouse.store import Warehouse

GROUP = "fivetran"
_READ = re.compile(r"""\b(xero|ledger)\."?([a-z_0-9]+)""")


def fivetran_specs(naming: Naming, dbt_source: str) -> Sequence[dg.AssetSpec]:
    """An asset for each, under the key that dagster-dbt gives to a table of a source: `source/table`.

    Args:
        naming: Knows what they are made of already.
        dbt_source: What the source is called in the dbt project.
    """
    return [
        naming.spec(
            _table(view),
            schema=SCHEMA,
            group=GROUP,
            made_of=[f"{schema}.{name}" for schema, name in _made_of(view, naming)],
            kind="view",
            every=None,
            fixed_key=dg.AssetKey([dbt_source, view.name]),
        ).merge_attributes(metadata={"dagster/column_schema": _columns(view)})
        for view in views()
    ]


def fivetran_versions(
    warehouse: Warehouse, naming: Naming, tenants: Collection[str], names: Collection[str]
) -> dict[tuple[str, str], str]:
    """By organisation and table what is another after any change of what the table is made of.

    Args:
        names: Of tables in Fivetran's layout.

    Raises:
        WarehouseBusy: Another process held the file all the time.
    """
    if not tenants or not names:
        return {}
    made_of = {view.name: _made_of(view, naming) for view in views() if view.name in names}
    every = {source for sources in made_of.values() for source in sources}
    read = row_states(warehouse, tenants, sorted(name for schema, name in every if schema != LEDGER))
    kept = organisation_contents(warehouse, tenants, sorted(name for schema, name in every if schema == LEDGER))

    def version(tenant_id: str, schema: str, name: str) -> str:
        one = tenant_id, name
        return kept[one].version if schema == LEDGER else read[one].version

    return {
        (tenant_id, name): hashlib.sha256(
            "|".join(version(tenant_id, *source) for source in sources).encode()
        ).hexdigest()[:16]
        for tenant_id in tenants
        for name, sources in made_of.items()
    }


def _made_of(view: View, naming: Naming) -> list[tuple[str, str]]:
    found = sorted(set(_READ.findall(view.query(None))))
    return [(schema, name) for schema, name in found if naming.knows(name, schema)]


def _table(view: View) -> Table:
    return Table(
        name=view.name,
        collection=GROUP,
        role="shared",
        path="",
        key=(),
        comment=f"{view.comment}, in Fivetran's layout",
        columns=(),
        parent=None,
        inherited=(),
    )


def _columns(view: View) -> dg.TableSchema:
    return dg.TableSchema(columns=[dg.TableColumn(one.name, TYPES[one.kind].lower()) for one in view.columns])
