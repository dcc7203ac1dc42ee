"""Every version of every record, and of every element of the lists inside it.

A table holds the version in force. When a merge or a sweep writes over a row, the row as it was first goes, in the
same transaction, into the table of the same name in the schema `xero_history`. The view `xero.<table>_history` is
both together. A first load thus writes every row once, and what never changed takes no room twice.

`valid_from` is when Xero changed the record to what it says: its `updated_date_utc`. Where the record has no such
stamp, where the stamp did not move with the change, or cannot be true (before 1980), it is when we saw the change.
The end of a version is the beginning of the next: no instant is without one, and none has two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.warehouse.schema.catalogue import all_tables
from xero_pipeline.warehouse.schema.ddl import SCHEMA, sql_columns
from xero_pipeline.warehouse.schema.model import SYNCED_AT, VALID_FROM, Column
from xero_pipeline.warehouse.sql import q, target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection
    from sqlalchemy.engine import Dialect as SqlDialect

    from xero_pipeline.warehouse.database.dialect import Dialect
    from xero_pipeline.warehouse.schema.model import Table

HISTORY_SCHEMA = "xero_history"
"""Where superseded versions lie; what people read are the views in `xero`."""

VALID_TO = Column("valid_to", "", "instant", "When Xero changed it to something else; null while it stands")
SEEN_AT = Column("seen_at", "", "instant", "When we learnt of this version")
REPLACED_AT = Column("replaced_at", "", "instant", "When we learnt of the next version; null while there is none")

# Voided documents have been seen with a time of 1970: no reason to take them for older than what we have.
NO_TIME_BEFORE = "TIMESTAMP WITH TIME ZONE '1980-01-01 00:00:00+00'"

_NO_TIME = "CAST(NULL AS TIMESTAMP WITH TIME ZONE)"
_COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = '{schema}'
ORDER BY table_name, ordinal_position
"""


def has_history(table: Table) -> bool:
    """Whether versions of its rows are kept; reports keep their answers instead (`report_pulls`)."""
    return table.role in ("record", "child")


def view_name(table: Table) -> str:
    """The name of the view of all versions, in the schema of the tables."""
    return f"{table.name}_history"


def view_columns(table: Table) -> tuple[Column, ...]:
    """The columns of the view: those of the table, and since when and until when they held."""
    times = (VALID_FROM, VALID_TO, SEEN_AT, REPLACED_AT)
    return (*(column for column in table.all_columns if column not in (VALID_FROM, SYNCED_AT)), *times)


def since(table: Table, row: str) -> str:
    """SQL: since when a stored row has been what it is; rows from before there was a history do not say.

    Args:
        row: How the row is called in the query.
    """
    stamp = f'{row}."updated_date_utc"'
    told = f"CASE WHEN {stamp} >= {NO_TIME_BEFORE} THEN {stamp} END, " if table.has("updated_date_utc") else ""
    return f'COALESCE({row}."valid_from", {told}{row}."synced_at")'


def next_since(table: Table) -> str:
    """SQL: since when an arrived row `s` replaces the stored row `t`; never before that one began itself."""
    ours = since(table, "t")
    return f'CASE WHEN s."valid_from" > {ours} THEN s."valid_from" ELSE GREATEST(s."synced_at", {ours}) END'


def keep_versions(
    dialect: Dialect, connection: Connection, table: Table, source: str, *, keys: Sequence[str], where: str = "TRUE"
) -> int:
    """Keep rows as they are, before the caller writes over them in the same transaction.

    Args:
        connection: In a transaction.
        source: Rows `s` that say by their keys which rows `t`, and with `valid_from` and `synced_at` what is next.
        keys: The columns by which they say it.
        where: A further condition on `s` and `t`.

    Returns:
        How many rows were kept.
    """
    names = [column.name for column in table.all_columns]
    told = [since(table, "t") if name == VALID_FROM.name else f"t.{q(name)}" for name in names]
    listed = ", ".join(q(name) for name in (*names, VALID_TO.name, REPLACED_AT.name))
    values = ", ".join((*told, 's."valid_from"', 's."synced_at"'))
    rows = dialect.pairs(source, table, values, keys=keys, where=where)
    kept = connection.exec_driver_sql(f"INSERT INTO {target(table, HISTORY_SCHEMA)} ({listed}) {rows} RETURNING 1")
    return len(kept.fetchall())


def history_changes(connection: Connection) -> Iterator[str]:
    """The statements that give every table its history, or add to it what a table has gained.

    Args:
        connection: To a warehouse whose tables are up to date.
    """
    versions, views = _columns_of(connection, HISTORY_SCHEMA), _columns_of(connection, SCHEMA)
    for table in filter(has_history, all_tables()):
        yield from _version_changes(table, versions.get(table.name), connection.dialect)
        yield from _view_changes(table, views.get(view_name(table), []))


def _columns_of(connection: Connection, schema: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, column in connection.exec_driver_sql(_COLUMNS.format(schema=schema)):
        found.setdefault(name, []).append(column)
    return found


def _version_changes(table: Table, known: Sequence[str] | None, dialect: SqlDialect) -> Iterator[str]:
    columns = (*table.all_columns, VALID_TO, REPLACED_AT)
    kinds = {column.name: column.type.compile(dialect=dialect) for column in sql_columns(table, columns)}
    if known is None:
        declared = ", ".join(f"{q(name)} {kind}" for name, kind in kinds.items())
        yield f"CREATE TABLE IF NOT EXISTS {target(table, HISTORY_SCHEMA)} ({declared})"
        return
    for name in kinds.keys() - set(known):
        yield f"ALTER TABLE {target(table, HISTORY_SCHEMA)} ADD COLUMN IF NOT EXISTS {q(name)} {kinds[name]}"


def _view_changes(table: Table, known: Sequence[str]) -> Iterator[str]:
    """A view is replaced with what it has, in its order, and what is new behind: PostgreSQL allows nothing else."""
    new = [column.name for column in view_columns(table) if column.name not in known]
    if not new:
        return
    names, view = [*known, *new], f"{SCHEMA}.{q(view_name(table))}"
    current = {"valid_from": since(table, "t"), "valid_to": _NO_TIME, "seen_at": "t.synced_at", "replaced_at": _NO_TIME}
    yield (
        f"CREATE OR REPLACE VIEW {view} AS SELECT {_listed(names, current)} FROM {target(table)} AS t "
        f"UNION ALL SELECT {_listed(names, {'seen_at': 't.synced_at'})} FROM {target(table, HISTORY_SCHEMA)} AS t"
    )
    yield f"COMMENT ON VIEW {view} IS 'Every version of {table.name}, since when and until when it stood'"


def _listed(names: Sequence[str], told: Mapping[str, str]) -> str:
    return ", ".join(f"{told.get(name, f't.{q(name)}')} AS {q(name)}" for name in names)
