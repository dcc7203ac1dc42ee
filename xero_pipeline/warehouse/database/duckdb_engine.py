"""Engines for DuckDB files: what memory and threads DuckDB gets, and when it writes its log into the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

# Measured with 100,000 invoices and 300,000 lines, 4 pages of 1,000 a merge, 2 cores (benchmarks/ has the command):
# DuckDB may take this much before it spills; less is slower, more does not help, and Arrow needs its share.
MEMORY_LIMIT = "300MB"
_LEAST_MEGABYTES, _MOST_MEGABYTES = 300, 1_000
_BYTES_PER_ROW = 430
"""A ledger spills what does not fit: of 690,000 rows 240 MB were at times too little, 270 MB enough, and more than
300 MB no faster."""
THREADS = 2
# A first load of 100,000 invoices makes rows of the next pages meanwhile: with two threads for the merge it takes 7 %
# more time and 50 MB more.
MERGING_THREADS = 1
# Each checkpoint writes what is new. Tidying up row groups as well read and wrote most of the table again: twice the
# time of a first load.
VACUUM_TASKS = 0
# Small transactions go to the write-ahead log. One that would make it longer than this goes straight into the file, and
# is not written twice; a merge of a first load is one.
CHECKPOINT_THRESHOLD = "4MB"

LEFT_OUT = "statistics_propagation"
"""What of DuckDB's optimizer is not used: 2.0.1 takes a join whose right side has no rows for one without rows, and
then drops a LIMIT. Measured on the ledger of 100,000 invoices: the same CPU, 30 MB more."""


FOR_MERGES = f"SET memory_limit = '{MEMORY_LIMIT}'; SET threads = {MERGING_THREADS}"
"""Puts an open file back to what `for_whole_tables` has set."""


def for_whole_tables(rows: int) -> str:
    """Statements that give an open file what reading whole tables takes.

    Args:
        rows: About how many they have.
    """
    return f"SET memory_limit = '{large_memory_limit(rows)}'; SET threads = {THREADS}"


def large_memory_limit(rows: int) -> str:
    """What DuckDB may take to read whole tables.

    Args:
        rows: About how many they have.
    """
    return f"{min(max(_LEAST_MEGABYTES, rows * _BYTES_PER_ROW // 1_000_000), _MOST_MEGABYTES)}MB"


def engine_for(url: URL, *, read_only: bool) -> Engine:
    """An engine whose connections are closed after use: only then may another process open the file.

    Args:
        url: Of the file.
    """
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    config = {
        "memory_limit": MEMORY_LIMIT,
        "threads": THREADS if read_only else MERGING_THREADS,
        "preserve_insertion_order": False,
        "max_vacuum_tasks": VACUUM_TASKS,
        "checkpoint_threshold": CHECKPOINT_THRESHOLD,
        "disabled_optimizers": LEFT_OUT,
    }
    return create_engine(url, poolclass=NullPool, connect_args={"config": config, "read_only": read_only})


def words_of(error: Exception) -> str | None:
    """What DuckDB says in an error; in the middle of an answer Arrow says it. None for any other error."""
    import duckdb

    by_arrow = isinstance(error, OSError) and error.errno is None and " Error: " in str(error)
    return str(error) if by_arrow or isinstance(error, duckdb.Error) else None
