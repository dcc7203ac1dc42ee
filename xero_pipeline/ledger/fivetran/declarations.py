"""The views as `tables/*.toml` declares them, and the SQL they are made of: what fivetran/dbt_xero 1.6 reads.

```toml
[tracking_category]                      # Fivetran's name of the table
comment = "One row per tracking category"
from = "xero.tracking_categories AS t"   # one row of `t` per row; `t.tenant_id` is its organisation
where = "NOT t.is_deleted"               # which of them; all, if there is none
columns = [["name", "string", "t.name"], …]   # name, kind, SQL
```

The kinds: string, boolean, date, int, float; instant, a timestamp with time zone, as Fivetran writes instants; moment,
a plain timestamp, for a day that its connector calls one and that never shifts; money, numeric with 4 decimals; rate,
numeric with 10.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, cast, get_args

from xero_pipeline.ledger.cash_basis.lines import cash_lines_sql
from xero_pipeline.warehouse.schema.model import TableMistake
from xero_pipeline.warehouse.sql import literal, q

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["string", "boolean", "date", "instant", "moment", "money", "rate", "int", "float"]
"""What a column holds."""

TYPES: Mapping[Kind, str] = {
    "string": "TEXT",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "instant": "TIMESTAMP WITH TIME ZONE",
    "moment": "TIMESTAMP",
    "money": "NUMERIC(19, 4)",
    "rate": "NUMERIC(20, 10)",
    "int": "INTEGER",
    "float": "DOUBLE PRECISION",
}

_PIECES = {
    "{line_id}": "COALESCE(x.journal_line_id, CONCAT(t.journal_id, ':', t.line_number))",
    "{xero_lines}": (
        "(SELECT tenant_id, journal_id, journal_line_id, position - 1 AS line_number FROM xero.journal_lines "
        "WHERE NOT is_deleted)"
    ),
    "{cash_lines}": f"({cash_lines_sql()})",
    # Xero leaves the ids of tracking out now and then, never the names.
    "{category_ids}": (
        "(SELECT tenant_id, name, MIN(tracking_category_id) AS tracking_category_id FROM xero.tracking_categories "
        "WHERE NOT is_deleted GROUP BY tenant_id, name)"
    ),
    "{option_ids}": (
        "(SELECT tenant_id, tracking_category_id, name, MIN(tracking_option_id) AS tracking_option_id "
        "FROM xero.tracking_options WHERE NOT is_deleted GROUP BY tenant_id, tracking_category_id, name)"
    ),
}
"""What several views have in common."""


@dataclass(frozen=True, slots=True)
class FivetranColumn:
    """One column of a view.

    Args:
        name: As Fivetran calls it.
        sql: Where it comes from.
    """

    name: str
    kind: Kind
    sql: str


@dataclass(frozen=True, slots=True)
class View:
    """One view.

    Args:
        name: As Fivetran calls the table.
        comment: What one row is.
        source: What it selects from; `t.tenant_id` is a row's organisation.
        where: Which rows, all if empty.
        columns: Its columns, in their order.
    """

    name: str
    comment: str
    source: str
    where: str
    columns: tuple[FivetranColumn, ...]

    def query(self, tenant_id: str | None) -> str:
        """The SELECT it is made of.

        Args:
            tenant_id: The organisation whose rows it has, None for all.
        """
        listed = ", ".join(f"CAST({one.sql} AS {TYPES[one.kind]}) AS {q(one.name)}" for one in self.columns)
        conditions = [self.where] if self.where else []
        if tenant_id is not None:
            conditions.append(f"t.tenant_id = {literal(tenant_id)}")
        chosen = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        text = f"SELECT {listed} FROM {self.source}{chosen}"
        for name, piece in _PIECES.items():
            text = text.replace(name, piece)
        return text


@cache
def views() -> tuple[View, ...]:
    """All views.

    Raises:
        TableMistake: A file contradicts itself.
    """
    folder = files(__package__ or "xero_pipeline.ledger.fivetran").joinpath("tables")
    sources = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)
    declared = [tomllib.loads(source.read_text(encoding="utf-8")) for source in sources]
    return tuple(_view(name, entry) for one in declared for name, entry in one.items())


def _view(name: str, entry: Mapping[str, object]) -> View:
    rows = cast("list[list[str]]", entry["columns"])
    wrong = [row for row in rows if len(row) != 3 or row[1] not in get_args(Kind)]
    if wrong:
        raise TableMistake(f"fivetran_xero.{name}: a column is [name, kind, SQL], not {wrong[0]}")
    return View(
        name=name,
        comment=str(entry["comment"]),
        source=str(entry["from"]).strip(),
        where=str(entry.get("where", "")),
        columns=tuple(FivetranColumn(row[0], cast("Kind", row[1]), row[2]) for row in rows),
    )
