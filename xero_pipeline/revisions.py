"""Revisions of a database's layout: which one a database has, and the way from there to ours.

Tables and columns are declared in one place, and what is new in the declarations is added to an older database by
itself. A revision is for what a declaration cannot say: a column that is renamed or gets another type, rows that move,
values that are filled in. It is a script that Alembic runs once, in the transaction that adds what is new. Its number
is written in the database, so that an older program does not take a newer layout for its own.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xero_pipeline.errors import NewerDatabase

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory
    from sqlalchemy import Connection

BASE = "0001"
"""The layout of databases from before there were revisions."""

TABLE = "alembic_version"


@dataclass(frozen=True, slots=True)
class Revisions:
    """The revisions of one kind of database.

    Args:
        folder: Their scripts: one file each, with `revision`, `down_revision`, `program` and `upgrade(op)`.
        head: The newest; what the declarations of this program are.
        called: What people call such a database.
        setting: The environment variable that names it.
    """

    folder: Path
    head: str
    called: str
    setting: str

    def of(self, connection: Connection, schema: str | None) -> str | None:
        """The revision a database has, None where none is written.

        Args:
            schema: Where its number is written.
        """
        from sqlalchemy import inspect

        if not inspect(connection).has_table(TABLE, schema=schema):
            return None
        return connection.exec_driver_sql(f"SELECT version_num FROM {_place(schema)}").scalar_one_or_none()

    def stamp(self, connection: Connection, schema: str | None, revision: str) -> None:
        """Write the revision of a database that has none written, without loading Alembic.

        Args:
            connection: In a transaction.
            schema: Where to write it.
        """
        connection.exec_driver_sql(
            f"CREATE TABLE IF NOT EXISTS {_place(schema)} "
            f"(version_num VARCHAR(32) NOT NULL, CONSTRAINT {TABLE}_pkc PRIMARY KEY (version_num))"
        )
        connection.exec_driver_sql(f"INSERT INTO {_place(schema)} VALUES ('{revision}')")

    def upgrade(self, connection: Connection, schema: str | None, *, written_by: str | None) -> None:
        """Bring a database that has a revision to the newest, in the transaction of the caller.

        Args:
            connection: In a transaction, which is committed or rolled back as a whole.
            schema: Where the number is written.
            written_by: The version of the program that wrote the database last, if known.

        Raises:
            NewerDatabase: Its revision is none of ours; nothing is changed.
        """
        found = self.of(connection, schema)
        if found == self.head:
            return
        script = self._script(connection)
        if found not in {one.revision for one in script.walk_revisions()}:
            raise self.newer(found, written_by)
        from alembic.migration import MigrationContext
        from alembic.operations import Operations

        logging.getLogger(__name__).info("The %s goes from layout %s to %s.", self.called, found, self.head)

        def steps(at: Any, _: MigrationContext) -> Any:
            return script._upgrade_revs(self.head, at)  # pyright: ignore[reportPrivateUsage]

        options: dict[str, Any] = {"fn": steps, "version_table_schema": schema}
        context = MigrationContext.configure(connection, opts=options)
        # The operations are handed over: Alembic's own `op` is one for all threads.
        context.run_migrations(op=Operations(context))

    def newer(self, found: str | None, written_by: str | None) -> NewerDatabase:
        """The error for a database that has a revision we do not know.

        Args:
            written_by: The version of the program that wrote the database last, if known.
        """
        writer = f"xero-pipeline {written_by}" if written_by else "a newer xero-pipeline"
        return NewerDatabase(
            f"The {self.called} ({self.setting}) has layout {found}, written by {writer}; this is {program_version()}, "
            f"which knows no layout after {self.head}. Nothing was changed. Update xero-pipeline, or go back to the "
            "copy you made before the update: docs/upgrades.md tells how."
        )

    def _script(self, connection: Connection) -> ScriptDirectory:
        from alembic.script import ScriptDirectory

        if connection.dialect.name == "duckdb":
            # It joins Alembic by itself only where Alembic was imported first.
            import duckdb_sqlalchemy.alembic_impl  # noqa: F401  # pyright: ignore[reportUnusedImport]

        return ScriptDirectory(str(self.folder), version_locations=[str(self.folder)])


@cache
def program_version() -> str:
    """The version of this program, as it was installed."""
    return version("xero-pipeline")


def _place(schema: str | None) -> str:
    return f"{schema}.{TABLE}" if schema else TABLE
