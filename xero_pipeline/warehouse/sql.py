"""The little SQL that all writers of it share: names, values, and comparisons of keys."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from xero_pipeline.warehouse.schema.ddl import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from xero_pipeline.warehouse.schema.model import Table


def carry_out(connection: Connection, statement: str) -> None:
    """Run a statement without parameters that returns nothing, such as one that makes a table or a view."""
    if connection.dialect.name == "duckdb":
        # SQLAlchemy's dialect reads it letter by letter, to know whether it counts rows: 5 ms for a view.
        driver: Any = connection.connection.driver_connection
        driver.execute(statement)
    else:
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def make_temporary(connection: Connection, name: str, query: str) -> None:
    """Make a temporary table; one of this session gives way. A table of somebody's that is called the same stays.

    Args:
        query: What is in it.
    """
    schema = "pg_temp" if connection.dialect.name == "postgresql" else "temp.main"
    carry_out(connection, f"DROP TABLE IF EXISTS {schema}.{name}")
    carry_out(connection, f"CREATE TEMP TABLE {name} AS {query}")
    if connection.dialect.name == "postgresql":
        carry_out(connection, f"ANALYZE {name}")


def target(table: Table, schema: str = SCHEMA) -> str:
    """The table's full name in SQL."""
    return f"{schema}.{q(table.name)}"


def q(name: str) -> str:
    """A quoted identifier: `option` and `position` are words of SQL."""
    return f'"{name}"'


def same(left: str, right: str, names: Sequence[str]) -> str:
    """A condition that two rows have the same values in these columns."""
    return " AND ".join(f"{left}.{q(name)} = {right}.{q(name)}" for name in names)


def literal(value: object) -> str:
    """A value as SQL.

    Args:
        value: A text, a number, a day or a moment; None is NULL.
    """
    match value:
        case None:
            return "NULL"
        case int():
            return str(value)
        case dt.datetime():
            return f"CAST('{value.isoformat()}' AS TIMESTAMP WITH TIME ZONE)"
        case dt.date():
            return f"DATE '{value.isoformat()}'"
        case _:
            return "'" + str(value).replace("'", "''") + "'"


def among(values: Iterable[object]) -> str:
    """Values as the right side of IN; nothing is in none.

    Args:
        values: As for `literal`.
    """
    return f"({', '.join(map(literal, values)) or 'NULL'})"
