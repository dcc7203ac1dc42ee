"""Every table of the warehouse, read from `columns/<collection>.toml`.

One file holds one collection: the table of its records first, then the tables of the lists inside a record.

```toml
[invoices]                        # a record: path "" is the record itself
comment = "One row per sales invoice or bill."
path = ""
key = ["invoice_id"]              # tenant_id comes first by itself
columns = [["invoice_id", "InvoiceID", "id", "Xero's id of the invoice"], …]   # name, path, kind, comment

[invoice_line_items]              # a child: one row per element of the list
path = "LineItems[]"
key = ["invoice_id", "line_item_id"]   # the parent's key, then the element's own id, or "position"

[invoice_line_item_tracking]      # a grandchild
path = "LineItems[].Tracking[]"
key = ["invoice_id", "line_item_id", "position"]
```

Not declared, because every table has them: `tenant_id`, the key columns of the parent, `position` (children),
`valid_from`, `synced_at`, `is_deleted`, and `raw` (records). An element's own id belongs in the key only if the
element is owned by its parent (a line, a payment); a mere reference that may occur twice (the credit note applied to
an invoice) is keyed by `position`. A field `IsDeleted` of Xero's is not declared: it goes into `is_deleted`, as does
`Status` DELETED. Use the kind json sparingly: it costs a second look at every record that has the field.

`accumulates = true` on a child: Xero sends a moving window of it, so what is not sent any more is not gone.

A table that we fill ourselves says so: `role = "report"` (adds `synced_at`), `role = "own"` (adds nothing), or
`role = "shared"` (of no organisation: without `tenant_id`).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from xero_pipeline.warehouse.schema.model import TableMistake
from xero_pipeline.warehouse.schema.toml_reader import read_group

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

    from xero_pipeline.warehouse.schema.model import Table


@cache
def table_group(collection: str) -> tuple[Table, ...]:
    """The tables of one collection, the record's table first, parents before children.

    Args:
        collection: Name of the TOML file, which is the name of the record's table.

    Raises:
        KeyError: There is no such collection.
        TableMistake: The file contradicts itself.
    """
    source = _folder().joinpath(f"{collection}.toml")
    if not source.is_file():
        raise KeyError(f"no collection {collection}; there are: {', '.join(collections())}")
    return read_group(collection, source)


@cache
def collections() -> tuple[str, ...]:
    """The names of all collections and of the groups of tables we fill ourselves, sorted."""
    names = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def all_tables() -> tuple[Table, ...]:
    """Every table of the warehouse.

    Raises:
        TableMistake: A file contradicts itself, or two files declare the same table.
    """
    tables = tuple(table for name in collections() for table in table_group(name))
    names = [table.name for table in tables]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise TableMistake(f"declared twice: {', '.join(sorted(twice))}")
    return tables


def table(name: str) -> Table:
    """The table of that name.

    Raises:
        KeyError: There is none.
    """
    if name not in _by_name():
        raise KeyError(f"no table {name}")
    return _by_name()[name]


@cache
def _by_name() -> Mapping[str, Table]:
    return {table.name: table for table in all_tables()}


def _folder() -> Traversable:
    return files(__package__ or "xero_pipeline.warehouse.schema").joinpath("columns")
