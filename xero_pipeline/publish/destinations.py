"""Where the warehouse may be published to: what each word of XERO_PUBLISH means to dlt."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.extras import require_extra

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


Way = Literal["rows", "files", "tables"]
"""How the rows of an organisation are replaced: by deleting and inserting them in one transaction, as files of their
own, or with the whole table."""


@dataclass(frozen=True, slots=True)
class PublishDestination:
    """A kind of warehouse.

    Args:
        factory: Its name in `dlt.destinations`, and of the extra of dlt that brings its driver.
        module: A module of that driver; empty where dlt alone is enough.
        way: How an organisation's rows are replaced.
        file_format: What dlt carries the rows in; None leaves it to dlt.
        table_format: Of a table made of files; None for plain Parquet.
    """

    factory: str
    module: str
    way: Way = "rows"
    file_format: Literal["csv", "parquet"] | None = None
    table_format: Literal["iceberg"] | None = None

    @property
    def dlt_extra(self) -> str:
        """The extra of dlt that brings what is missing."""
        return "pyiceberg" if self.table_format == "iceberg" else self.factory


DESTINATIONS: Mapping[str, PublishDestination] = {
    "bigquery": PublishDestination("bigquery", "google.cloud.bigquery"),
    "snowflake": PublishDestination("snowflake", "snowflake.connector"),
    "databricks": PublishDestination("databricks", "databricks.sql"),
    "redshift": PublishDestination("redshift", "psycopg2"),
    "clickhouse": PublishDestination("clickhouse", "clickhouse_driver"),
    "motherduck": PublishDestination("motherduck", "duckdb"),
    "ducklake": PublishDestination("ducklake", "duckdb"),
    "mssql": PublishDestination("mssql", "pyodbc"),
    "duckdb": PublishDestination("duckdb", "duckdb"),
    # Rows that are inserted as text take minutes where a file of CSV takes seconds.
    "postgres": PublishDestination("postgres", "psycopg2", file_format="csv"),
    "filesystem": PublishDestination("filesystem", "", way="files", file_format="parquet"),
    "iceberg": PublishDestination(
        "filesystem", "pyiceberg", way="tables", file_format="parquet", table_format="iceberg"
    ),
}

LAYOUT = "{table_name}/{slice}/{load_id}.{file_id}.{ext}"
"""Files of an organisation lie together, so that they can be replaced."""


def destination(word: str) -> PublishDestination:
    """The destination, when this installation has what it needs.

    Raises:
        ConfigurationError: A package is missing; the message says how to install it.
    """
    require_extra("publish", "XERO_PUBLISH")
    found = DESTINATIONS[word]
    if found.module and not _is_installed(found.module):
        raise ConfigurationError(
            f"XERO_PUBLISH={word} needs {found.module}, which is not installed. "
            f'Run `pip install "dlt[{found.dlt_extra}]"`.'
        )
    return found


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def dlt_destination(to: PublishDestination, folder_of_slice: Callable[[], str]) -> Any:
    """The destination as dlt knows it; where it is and who may write there is in dlt's own variables.

    Args:
        folder_of_slice: Says, for each file, whose rows are in it.
    """
    from dlt import destinations

    factory: Any = getattr(destinations, to.factory)
    if to.way == "files":

        def whose(*_told: str) -> str:
            return folder_of_slice()

        return factory(layout=LAYOUT, extra_placeholders={"slice": whose})
    return factory()
