"""The tables that are published, and what dlt is told of their columns."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from xero_pipeline.ledger.tables import SCHEMA as LEDGER
from xero_pipeline.ledger.tables import ledger_tables
from xero_pipeline.warehouse.copy import places
from xero_pipeline.warehouse.schema.arrow_types import MONEY_SCALE, RATE_SCALE, column_type
from xero_pipeline.warehouse.schema.catalogue import all_tables
from xero_pipeline.warehouse.sql import q

if TYPE_CHECKING:
    import pyarrow as pa

    from xero_pipeline.warehouse.schema.model import Column, Kind

TENANT = "tenant_id"

_KINDS: dict[Kind, dict[str, Any]] = {
    "id": {"data_type": "text"},
    "text": {"data_type": "text"},
    # As text, so that it stays what Xero sent to the letter.
    "json": {"data_type": "text"},
    "day": {"data_type": "date"},
    "instant": {"data_type": "timestamp"},
    "money": {"data_type": "decimal", "precision": 19, "scale": MONEY_SCALE},
    "quantity": {"data_type": "decimal", "precision": 19, "scale": MONEY_SCALE},
    "rate": {"data_type": "decimal", "precision": 20, "scale": RATE_SCALE},
    "integer": {"data_type": "bigint"},
    "boolean": {"data_type": "bool"},
}
_LOOKS = frozenset({"checked_at", "complete_at", "kept_at", "posted_at", "written_at", "asked_at", "last_seen_at"})
"""When we last looked, or wrote the same once more: no change of what a row says."""


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """A table of the warehouse on its way.

    Args:
        schema: Where it is.
        key: Its primary key; empty where versions of a row lie side by side.
    """

    schema: str
    name: str
    comment: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def sql(self) -> str:
        """Its full name in SQL."""
        return f"{self.schema}.{q(self.name)}"

    @property
    def arrow(self) -> pa.Schema:
        """Its rows, to Arrow."""
        import pyarrow as pa

        return pa.schema(
            [pa.field(one.name, column_type(one.kind), nullable=one.name not in self.key) for one in self.columns]
        )

    @property
    def is_shared(self) -> bool:
        """Whether its rows belong to no organisation."""
        return all(one.name != TENANT for one in self.columns)

    @property
    def sums(self) -> tuple[str, ...]:
        """The columns that can be added up."""
        return tuple(one.name for one in self.columns if _KINDS[one.kind]["data_type"] == "decimal")

    @property
    def hints(self) -> dict[str, dict[str, Any]]:
        """What dlt is told of every column."""
        return {
            one.name: {
                "name": one.name,
                "description": one.comment,
                "nullable": one.name not in self.key,
                **_KINDS[one.kind],
                **({"primary_key": True} if one.name in self.key else {}),
            }
            for one in self.columns
        }

    @property
    def layout(self) -> str:
        """Another text whenever a column is new or has another type."""
        told = repr([(one.name, one.kind, one.comment) for one in self.columns])
        return sha256(told.encode()).hexdigest()[:8]

    @property
    def telling(self) -> list[str]:
        """SQL of the values that are others after any change of a row."""
        stamps = [one for one in self.columns if one.name in ("synced_at", "replaced_at")]
        if stamps and self.key:
            return [q(name) for name in (*self.key, *(one.name for one in stamps))]
        chosen = stamps or [one for one in self.columns if one.name not in _LOOKS]
        return [f"CAST({q(one.name)} AS TEXT)" if one.kind == "json" else q(one.name) for one in chosen]


def published_tables(*, ledger: bool) -> tuple[PublishedTable, ...]:
    """Every table that has rows of ours.

    Args:
        ledger: Whether there is a ledger.
    """
    declared = {table.name: table for table in all_tables()}
    books = [
        PublishedTable(
            one.schema,
            one.table,
            declared[one.table].comment,
            one.columns,
            declared[one.table].primary_key if one.schema == "xero" else (),
        )
        for one in places()
    ]
    kept = ledger_tables() if ledger else ()
    return (
        *books,
        *(PublishedTable(LEDGER, one.name, one.comment, one.all_columns, one.primary_key) for one in kept),
    )
