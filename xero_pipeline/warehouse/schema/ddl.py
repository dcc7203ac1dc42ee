"""The tables as SQLAlchemy knows them, and the statements that bring a warehouse up to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xero_pipeline.warehouse.schema.catalogue import all_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Column as SqlColumn
    from sqlalchemy import MetaData
    from sqlalchemy.engine import Dialect
    from sqlalchemy.schema import DDLElement
    from sqlalchemy.types import TypeEngine

    from xero_pipeline.warehouse.schema.model import Column, Kind, Table

SCHEMA = "xero"
_COMPRESSED = {"duckdb": " USING COMPRESSION zstd"}


def metadata(schema: str = SCHEMA, tables: Iterable[Table] | None = None, *, unindexed: bool = False) -> MetaData:
    """Every table with its types, primary key and comments.

    Args:
        schema: The database schema they live in.
        tables: Which; all that are declared for `xero` by default.
        unindexed: Without the primary keys of tables that are only ever merged, or written anew.

    Raises:
        TableMistake: A TOML file of ours contradicts itself.
    """
    from sqlalchemy import MetaData
    from sqlalchemy import Table as SqlTable

    collected = MetaData(schema=schema)
    for table in all_tables() if tables is None else tables:
        keyed = not (unindexed and _is_merged(table, schema))
        SqlTable(table.name, collected, *sql_columns(table, table.all_columns, keyed=keyed), comment=table.comment)
    return collected


def _is_merged(table: Table, schema: str) -> bool:
    """Whether its writers look for its rows themselves, so that each key is there once (decision 15)."""
    return schema != SCHEMA or table.role in ("record", "child")


def changes(
    existing: Mapping[str, Mapping[str, str | None]],
    dialect: Dialect,
    *,
    schema: str = SCHEMA,
    tables: Iterable[Table] | None = None,
) -> Iterator[str]:
    """The statements that add to a warehouse what it lacks: tables, columns, comments. Nothing is ever dropped.

    Args:
        existing: Table → column → comment, the table's own comment under the empty name.
        dialect: Whose SQL to write.
        schema: The database schema the tables live in.
        tables: Which; all that are declared for `xero` by default.
    """
    from sqlalchemy.schema import CreateTable, SetColumnComment, SetTableComment

    # DuckDB joins by reading columns, and would only check the keys: that took more time and memory than the rows.
    for table in metadata(schema, tables, unindexed=dialect.name == "duckdb").tables.values():
        known = existing.get(table.name)
        if known is None:
            # Answers are long and alike, and seldom read: the better compression takes less time, too.
            yield _sql(CreateTable(table), dialect).replace(" JSON", f" JSON{_COMPRESSED.get(dialect.name, '')}")
        for column in table.columns:
            if known is not None and column.name not in known:
                kind = column.type.compile(dialect=dialect)
                yield f'ALTER TABLE {schema}.{table.name} ADD COLUMN IF NOT EXISTS "{column.name}" {kind}'
            if known is None or known.get(column.name) != column.comment:
                yield _sql(SetColumnComment(column), dialect)
        if known is None or known.get("") != table.comment:
            yield _sql(SetTableComment(table), dialect)


def _sql(statement: DDLElement, dialect: Dialect) -> str:
    # Run without parameters, so that no driver makes one percent sign of the two that SQLAlchemy writes for psycopg.
    written = str(statement.compile(dialect=dialect))
    return written.replace("%%", "%") if dialect.name == "postgresql" else written


def sql_columns(table: Table, columns: Iterable[Column], *, keyed: bool = True) -> Iterator[SqlColumn[Any]]:
    """Columns as SQLAlchemy knows them.

    Args:
        table: Says which of them are its key.
        columns: Which, in their order.
        keyed: Whether those are a primary key; if not, they still have to be there.
    """
    from sqlalchemy import Column as SqlColumn

    for column in columns:
        in_key = column.name in table.primary_key
        yield SqlColumn(
            column.name,
            _type(column),
            primary_key=in_key and keyed,
            autoincrement=False,
            nullable=not in_key,
            comment=column.comment,
        )


def _type(column: Column) -> TypeEngine[Any]:
    import sqlalchemy as sa

    types: dict[Kind, TypeEngine[Any]] = {
        "id": sa.Text(),
        "text": sa.Text(),
        "json": sa.JSON(),
        "day": sa.Date(),
        "instant": sa.DateTime(timezone=True),
        "money": sa.Numeric(19, 4),
        "quantity": sa.Numeric(19, 4),
        "rate": sa.Numeric(20, 10),
        "integer": sa.BigInteger(),
        "boolean": sa.Boolean(),
    }
    return types[column.kind]
