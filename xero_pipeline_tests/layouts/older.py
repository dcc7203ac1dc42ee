"""Databases as older versions of the program left them: their own statements, and a few rows of every table.

`frozen/warehouse-0001.json.gz` and `state-0001.json.gz` were written by the code of commit 21ca3ef, before there were
revisions: a small simulated book synced twice, with edits between. The key of the token store is `ab` 32 times.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

FROZEN = Path(__file__).parent / "frozen"


def run(url: str, statements: Iterable[str]) -> None:
    """Execute statements in one transaction."""
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def older_warehouse(url: str, revision: str = "0001") -> str:
    """Make a warehouse as the older program left it."""
    kept = _read(f"warehouse-{revision}")
    place = sa.make_url(url)
    if place.get_backend_name() == "duckdb":
        Path(place.database or "").parent.mkdir(parents=True, exist_ok=True)
    run(url, (one.replace("%", "%%") for one in (*kept[place.get_backend_name()], *kept["rows"])))
    return url


def older_state(url: str, revision: str = "0001") -> str:
    """Make a state database as the older program left it."""
    address = sa.make_url(url)
    statements = _read(f"state-{revision}")[address.get_backend_name()]
    run(url, (one for one in statements if one not in {"BEGIN TRANSACTION;", "COMMIT;"}))
    return url


def contents(url: str, schemas: Iterable[str | None]) -> dict[str, list[dict[str, object]]]:
    """Every row of every table, as the database itself has it."""
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        names = [(schema, name) for schema in schemas for name in sa.inspect(connection).get_table_names(schema=schema)]
        return {
            f"{schema}.{name}" if schema else name: _rows(connection, f'{schema}."{name}"' if schema else f'"{name}"')
            for schema, name in names
        }


def without(before: dict[str, list], after: dict[str, list]) -> dict[str, list]:
    """The rows of `after`, cut to the tables and columns that `before` has."""
    return {
        table: sorted(({name: row[name] for name in rows[0]} for row in after[table]), key=repr) if rows else []
        for table, rows in before.items()
    }


def _rows(connection: sa.Connection, place: str) -> list[dict[str, object]]:
    return sorted((dict(row._mapping) for row in connection.exec_driver_sql(f"SELECT * FROM {place}")), key=repr)


def _read(name: str) -> dict[str, list[str]]:
    return json.loads(gzip.decompress((FROZEN / f"{name}.json.gz").read_bytes()))
