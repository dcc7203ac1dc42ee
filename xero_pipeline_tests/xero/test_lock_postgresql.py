"""A lock outlives the patience of a server, whose sessions say nothing while one works and the others wait."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest

from xero_pipeline.state.engine import open_state
from xero_pipeline.state.locks import exclusive
from xero_pipeline_tests.postgresql import a_database_like

MANY = 20
"""More than the connections that a pool has by itself."""


@pytest.fixture
def database(empty_database):
    """Opens the database, once some settings are set for all its sessions."""
    url = a_database_like(empty_database)
    with ExitStack() as stack:

        def opened(**settings):
            engine = open_state(url)
            with engine.begin() as connection:
                for name, value in settings.items():
                    connection.exec_driver_sql(f'alter database "{engine.url.database}" set {name} = {value!r}')
            engine.dispose()
            stack.callback(engine.dispose)
            return engine

        yield opened


@pytest.mark.parametrize("setting", ["idle_in_transaction_session_timeout", "transaction_timeout"])
def test_a_lock_is_kept_where_the_server_ends_transactions_that_take_long(database, setting):
    first, second = database(), database(**{setting: "200ms"})
    with exclusive(first, "sync of a", timeout_seconds=1):
        time.sleep(0.6)
        with pytest.raises(TimeoutError), exclusive(second, "sync of a", timeout_seconds=0.1):
            pass


def test_who_waits_for_a_lock_waits_as_long_as_it_is_told_to(database):
    first, second = database(), database(statement_timeout="100ms")
    with (
        exclusive(first, "sync of a", timeout_seconds=1),
        pytest.raises(TimeoutError),
        exclusive(second, "sync of a", timeout_seconds=0.5),
    ):
        pass


def test_the_locks_of_many_organisations_leave_a_connection_for_the_work(database):
    state = database()
    with ExitStack() as held:
        for number in range(MANY):
            held.enter_context(exclusive(state, f"sync of {number}", timeout_seconds=1))
        with state.connect() as connection:
            assert connection.exec_driver_sql("SELECT 1").scalar() == 1
