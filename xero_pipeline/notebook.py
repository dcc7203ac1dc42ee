"""The books in a notebook: pandas frames of what the warehouse says, with every amount exact.

```python
from xero_pipeline.notebook import open_warehouse

books = open_warehouse()                       # as XERO_PIPELINE_HOME or XERO_WAREHOUSE_URL says
books.frame("select date, total from xero.invoices where total > :least", least=1000)
books.table("contacts")
books.ready("aged_receivables", day="2026-10-31")
```

Amounts are `Decimal`, days `datetime.date`, instants pandas timestamps in UTC. Everything only reads. On DuckDB that is
the read copy, so that no question waits for a sync, and no sync for a question; `books.as_of()` tells of when it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from xero_pipeline.warehouse.query_stream import QueryStream
    from xero_pipeline.warehouse.store import Warehouse

__all__ = ["Books", "open_warehouse"]


def open_warehouse(*, home: str | Path | None = None, url: str | None = None) -> Books:
    """The warehouse that the settings name, or another.

    Args:
        home: The pipeline's home, as XERO_PIPELINE_HOME; a notebook seldom runs in the project's folder.
        url: The warehouse's address, as XERO_WAREHOUSE_URL; wins over the home.

    Raises:
        ConfigurationError: A setting is wrong, or the address is of no DuckDB file and no PostgreSQL database.
    """
    from xero_pipeline.warehouse.store import Warehouse

    told = {"pipeline_home": home, "warehouse_url": url if url or home is None else f"duckdb:///{_file(home)}"}
    settings = Settings.load(**{name: value for name, value in told.items() if value is not None})
    return Books(Warehouse(settings.warehouse, lock_timeout_seconds=30, reads_copy=True))


def _file(home: str | Path) -> Path:
    """A home named here counts, whatever XERO_WAREHOUSE_URL says."""
    return Path(home).expanduser().absolute() / "books.duckdb"


class Books:
    """A warehouse to ask. Every question opens it and closes it again."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def frame(self, sql: str, /, **params: object) -> pd.DataFrame:
        """The answer to a query as a pandas frame.

        Args:
            sql: One SELECT; parameters are written `:name`.

        Raises:
            QueryRefused: The query is wrong, or does not only read.
            ConfigurationError: There is no warehouse yet.
            WarehouseBusy: Another process held the file all the time.
        """
        return _frame(self.arrow(sql, **params))

    def arrow(self, sql: str, /, **params: object) -> pa.Table:
        """The same as an Arrow table, for Polars and others.

        Args:
            sql: One SELECT; parameters are written `:name`.

        Raises:
            QueryRefused: As `frame`.
            ConfigurationError: As `frame`.
            WarehouseBusy: As `frame`.
        """
        from xero_pipeline.queries.execution import asking

        with asking(self._warehouse, sql, params) as answer:
            return _together(answer)

    def table(self, name: str) -> pd.DataFrame:
        """A whole table, such as `invoices`, `xero.invoices_history` or `ledger.journal_lines`.

        Args:
            name: With its schema or without.

        Raises:
            QueryRefused: There is none.
            ConfigurationError: As `frame`.
            WarehouseBusy: As `frame`.
        """
        from xero_pipeline.warehouse.sql import q

        return self.frame(f"select * from {'.'.join(q(part) for part in name.split('.'))}")

    def ready(self, name: str, /, **params: object) -> pd.DataFrame:
        """The answer to one of the built-in queries (docs/queries.md).

        Args:
            name: Such as `receivables`.
            **params: What it is told, such as `day="2026-10-31"`; the rest has its default.

        Raises:
            QueryRefused: There is none of that name, or a parameter is wrong.
            ConfigurationError: As `frame`.
            WarehouseBusy: As `frame`.
        """
        from xero_pipeline.queries.catalogue import asking_ready, ready_query

        with asking_ready(self._warehouse, ready_query(name), params) as answer:
            return _frame(_together(answer))

    def as_of(self) -> datetime | None:
        """Of when the books are, in UTC, where a sync has changed rows since; None where they are those of now."""
        return self._warehouse.dialect.as_of()

    def questions(self) -> Mapping[str, str]:
        """The built-in queries: their names, and what each answers."""
        from xero_pipeline.queries.catalogue import names, ready_query

        return {name: ready_query(name).answers for name in names()}


def _frame(table: Any) -> pd.DataFrame:
    return table.to_pandas(date_as_object=True)


def _together(answer: QueryStream) -> pa.Table:
    """All pieces as one table. Where the database bounds no decimals, the longest number says how many there are."""
    import pyarrow as pa

    pieces = list(answer.batches)
    if not pieces:
        kinds = [pa.null() if kind is None else kind for kind in answer.types]
        return pa.schema(list(zip(answer.names, kinds, strict=True))).empty_table()
    return pa.concat_tables(pieces, promote_options="permissive")
