"""The tracking categories by which a profit and loss is split, as the warehouse knows them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.reports.parse_statements import TrackingCategory


def tracking_categories(warehouse: Warehouse, tenant_id: str) -> Sequence[TrackingCategory]:
    """An organisation's active tracking categories, in a stable order; Xero allows two.

    Args:
        warehouse: Has the collection `tracking_categories`.
    """
    from xero_pipeline.xero.reports.parse_statements import TrackingCategory

    rows = warehouse.query(
        "select c.tracking_category_id as id, c.name, o.tracking_option_id as option_id, o.name as option "
        "from xero.tracking_categories as c left join xero.tracking_options as o "
        "on o.tenant_id = c.tenant_id and o.tracking_category_id = c.tracking_category_id and not o.is_deleted "
        "where c.tenant_id = :tenant_id and not c.is_deleted and c.status = 'ACTIVE' order by c.tracking_category_id",
        {"tenant_id": tenant_id},
    ).to_pylist()
    # A column of the report has a name only: where two options share it, neither is meant for certain.
    names = Counter((row["id"], row["option"]) for row in rows)
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        options = found.setdefault(row["id"], {})
        if row["option"] and names[row["id"], row["option"]] == 1:
            options[row["option"].strip()] = row["option_id"]
    return [TrackingCategory(key, name, found[key]) for key, name in {row["id"]: row["name"] for row in rows}.items()]
