"""A server that ends a connection: the lock that lived by it is known to be lost, and the work is tried again."""

from __future__ import annotations

import psycopg
import pytest
import sqlalchemy as sa

from xero_pipeline.errors import ConfigurationError, LockLost
from xero_pipeline.state.engine import open_state
from xero_pipeline.state.locks import exclusive
from xero_pipeline.state.outage import is_outage, wait_until_back
from xero_pipeline_tests.postgresql import a_database_like


@pytest.fixture
def state(empty_database):
    engine = open_state(a_database_like(empty_database))
    yield engine
    engine.dispose()


def end_all_other_connections(state):
    with state.connect() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                " AND datname = current_database()"
            )
        )


def test_a_lock_whose_connection_was_ended_is_known_to_be_lost(state):
    with pytest.raises(sa.exc.DBAPIError) as ended, exclusive(state, "sync of a", timeout_seconds=1) as held:
        held.require()
        end_all_other_connections(state)
        # The server's word may take a moment.
        with pytest.raises(LockLost, match="another machine may be syncing it now"):
            for _ in range(1000):
                held.require()
                state.connect().close()
    assert is_outage(ended.value)


def test_an_outage_is_told_from_a_mistake(state):
    with state.connect() as connection, pytest.raises(sa.exc.DBAPIError) as mistake:
        connection.execute(sa.text("SELECT 1 FROM no_such_table"))
    assert not is_outage(mistake.value)
    assert not is_outage(ValueError("no"))

    with pytest.raises(psycopg.OperationalError) as away:
        psycopg.connect("postgresql://127.0.0.1:1/nowhere")
    told = ConfigurationError("XERO_WAREHOUSE_URL: cannot use it")
    told.__cause__ = away.value
    assert is_outage(told)


def test_a_wrong_password_is_no_outage():
    class Refused(psycopg.OperationalError):
        sqlstate = "28P01"

    assert not is_outage(Refused("password authentication failed"))


def test_a_database_that_is_there_is_not_waited_for(state):
    assert wait_until_back(state, seconds=0)
    assert not wait_until_back(sa.create_engine("postgresql+psycopg://127.0.0.1:1/nowhere"), seconds=0)
