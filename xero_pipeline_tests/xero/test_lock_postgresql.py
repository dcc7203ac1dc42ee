"""A lock outlives the patience of a server that ends idle transactions: its holder works and says nothing."""

from __future__ import annotations

import time

import pytest

from xero_pipeline.state.engine import open_state
from xero_pipeline.state.locks import exclusive
from xero_pipeline_tests.postgresql import a_database_like


def test_a_lock_is_kept_where_the_server_ends_idle_transactions(empty_database):
    url = a_database_like(empty_database)
    first = open_state(url)
    with first.begin() as connection:
        connection.exec_driver_sql(
            f"alter database \"{first.url.database}\" set idle_in_transaction_session_timeout = '200ms'"
        )
    first.dispose()
    second = open_state(url)
    with exclusive(first, "sync of a", timeout_seconds=1):
        time.sleep(0.6)
        with pytest.raises(TimeoutError), exclusive(second, "sync of a", timeout_seconds=0.1):
            pass
    first.dispose()
    second.dispose()
