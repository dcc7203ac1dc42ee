"""A fatal error of DuckDB, such as that of a full disk, costs what was under way, not what the process does next."""

from __future__ import annotations

import resource
import signal
from contextlib import contextmanager

import pytest
from sqlalchemy.exc import DBAPIError

from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.warehouse.answers import invoice, invoices


@contextmanager
def full_disk():
    """No file of this process can grow beyond a few pages; what is written already stays."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_after_a_disk_was_full_a_file_that_is_kept_open_is_read_and_written_again(duckdb_url):
    with Warehouse(duckdb_url).kept_open() as warehouse:
        warehouse.merge(invoices(invoice("before")))
        with full_disk(), pytest.raises(DBAPIError, match="restarted"), warehouse.writing() as connection:
            connection.exec_driver_sql("CHECKPOINT")
        warehouse.merge(invoices(invoice("after")))
        assert warehouse.query("SELECT COUNT(*) AS n FROM xero.invoices")["n"].to_pylist() == [2]
