"""The state's tables made, completed, and brought from an older layout to ours."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.revisions import BASE, Revisions, program_version
from xero_pipeline.state import migrations
from xero_pipeline.state.tables import state_metadata, state_table
from xero_pipeline.state.transaction import write_transaction

_SQLITE_COLUMNS = """
SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'
"""
_COLUMNS = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = '{schema}'"

Columns = Mapping[str, frozenset[str]]
"""Table → its columns."""


def revisions() -> Revisions:
    """The revisions of the state's layout."""
    return Revisions(Path(migrations.__file__).parent, migrations.HEAD, "state database", "XERO_STATE_URL")


def is_current(connection: sa.Connection, schema: str | None) -> bool:
    """Whether the database has our revision and every table and column: two queries.

    Args:
        schema: Where its tables are.
    """
    found = _columns(connection, schema)
    declared = {table.name: {column.name for column in table.columns} for table in state_metadata().sorted_tables}
    complete = all(names <= found.get(table, frozenset()) for table, names in declared.items())
    return complete and revisions().of(connection, schema) == migrations.HEAD


def make(connection: sa.Connection, schema: str | None) -> None:
    """Make what is missing, and an older layout ours; all of it or, on any error, nothing.

    Args:
        connection: From `altering`.
        schema: Where its tables are.

    Raises:
        NewerDatabase: A newer program wrote it.
        ConfigurationError: It has tables of another program.
    """
    before, known = _columns(connection, schema), revisions()
    if known.of(connection, schema) is None:
        known.stamp(connection, schema, BASE if "consents" in before else known.head)
    known.upgrade(connection, schema, written_by=_program(connection) if "layout" in before else None)
    state_metadata().create_all(connection)
    for table in state_metadata().sorted_tables:
        _complete(connection, table, _columns(connection, schema)[table.name], schema)
    layout = state_table("layout")
    connection.execute(layout.delete())
    connection.execute(layout.insert().values(program=program_version()))


@contextmanager
def altering(engine: sa.Engine) -> Generator[sa.Connection]:
    """A transaction in which tables may be made anew.

    SQLite alters most things by making the table again, and dropping the old one would empty what refers to it. So it
    does not look after references meanwhile, and they are checked before the commit.

    Args:
        engine: From `open_state`.

    Yields:
        The connection to write with.

    Raises:
        ConfigurationError: A reference leads nowhere afterwards; nothing is changed.
    """
    if engine.dialect.name != "sqlite":
        with write_transaction(engine) as connection:
            yield connection
        return
    with engine.connect().execution_options(xero_writes=True) as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys = OFF")  # does nothing inside a transaction
        try:
            with connection.begin():
                yield connection
                if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                    tables = ", ".join(sorted({row[0] for row in broken}))
                    raise ConfigurationError(f"XERO_STATE_URL: rows of {tables} refer to rows that are not there.")
        finally:
            raw.execute("PRAGMA foreign_keys = ON")


def _columns(connection: sa.Connection, schema: str | None) -> Columns:
    found: dict[str, set[str]] = {}
    sql = _COLUMNS.format(schema=schema) if schema else _SQLITE_COLUMNS
    for table, column in connection.exec_driver_sql(sql):
        found.setdefault(table, set()).add(column)
    return {table: frozenset(columns) for table, columns in found.items()}


def _complete(connection: sa.Connection, table: sa.Table, found: frozenset[str], schema: str | None) -> None:
    missing = [column for column in table.columns if column.name not in found]
    needed = sorted(column.name for column in missing if not column.nullable)
    if needed:
        raise ConfigurationError(
            f"XERO_STATE_URL: the table {table.name} there has no column {', '.join(needed)}; "
            "it was made by another program. Name another database and connect again."
        )
    place = f"{schema}.{table.name}" if schema else table.name
    for column in missing:
        kind = column.type.compile(dialect=connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {place} ADD COLUMN {column.name} {kind}")


def _program(connection: sa.Connection) -> str | None:
    return connection.execute(sa.select(state_table("layout").c.program)).scalar_one_or_none()
