"""The state database: for its owner alone, one writer at a time, and clear about addresses it cannot use."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import sqlalchemy as sa

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.state.engine import open_state
from xero_pipeline.state.locks import exclusive
from xero_pipeline.state.tables import state_metadata, state_table
from xero_pipeline.state.transaction import write_transaction
from xero_pipeline_tests.postgresql import a_database_like
from xero_pipeline_tests.xero.desk import NOON, a_desk


@pytest.fixture(scope="module")
def postgresql_url(empty_database):
    return a_database_like(empty_database)


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request, tmp_path):
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else None
    with a_desk(tmp_path, url=url) as made:
        with write_transaction(made.engine) as connection:
            for table in reversed(state_metadata().sorted_tables):
                connection.execute(table.delete())
        yield made


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_the_file_its_journal_and_a_new_home_are_for_the_owner_alone(tmp_path):
    home = tmp_path / "home"
    before = os.umask(0)
    try:
        with a_desk(home) as desk:
            desk.consent("t-1")
            assert mode(home) == 0o700
            assert {path.name: mode(path) for path in home.iterdir() if path.is_file()} == {
                "state.db": 0o600,
                "state.db-shm": 0o600,
                "state.db-wal": 0o600,
            }
            assert {mode(path) for path in (home / "state.db-locks").iterdir()} == {0o600}
    finally:
        os.umask(before)


def test_a_file_that_was_open_to_others_is_closed_to_them_and_their_directory_left_alone(tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "state.db").touch(0o644)
    with a_desk(tmp_path):
        assert mode(tmp_path / "state.db") == 0o600
        assert mode(tmp_path) == 0o755


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "sqlite:///:memory:", "mysql://host/name"])
def test_an_address_that_cannot_hold_the_state_names_the_setting(url):
    with pytest.raises(ConfigurationError, match="XERO_STATE_URL"):
        open_state(url)


def test_a_file_that_is_no_database_names_the_setting(tmp_path):
    (tmp_path / "state.db").write_bytes(b"This is a letter to my aunt. " * 100)
    with pytest.raises(ConfigurationError, match="XERO_STATE_URL"):
        open_state(f"sqlite:///{tmp_path}/state.db")


def test_a_database_of_another_program_is_refused_by_its_columns(tmp_path):
    with a_desk(tmp_path) as desk, write_transaction(desk.engine) as connection:
        connection.execute(sa.DDL("ALTER TABLE organisations DROP COLUMN name"))
    with pytest.raises(ConfigurationError, match="organisations there has no column name"):
        open_state(f"sqlite:///{tmp_path}/state.db")


def test_a_password_in_the_address_is_not_repeated():
    with pytest.raises(ConfigurationError) as caught:
        open_state("postgresql://xero:geheim@localhost:1/name")
    assert "XERO_STATE_URL" in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_what_a_transaction_reads_is_still_true_when_it_writes(desk):
    consent_id = desk.consent("t-1")
    table = state_table("consents")

    def count_up():
        for _ in range(10):
            with write_transaction(desk.engine) as connection:
                value = int(connection.execute(sa.select(table.c.scopes)).scalar_one())
                connection.execute(table.update().values(scopes=str(value + 1)))

    with write_transaction(desk.engine) as connection:
        connection.execute(table.update().where(table.c.consent_id == consent_id).values(scopes="0"))
    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with desk.engine.connect() as connection:
        assert connection.execute(sa.select(table.c.scopes)).scalar_one() == "40"


def test_a_transaction_that_fails_leaves_nothing(desk):
    with pytest.raises(RuntimeError), write_transaction(desk.engine) as connection:
        values = {"tenant_id": "t", "name": "n", "status": "connected", "connected_at": NOON}
        connection.execute(state_table("organisations").insert().values(**values))
        raise RuntimeError
    assert desk.organisations.list() == []


def test_a_lock_has_one_holder_and_the_wait_for_it_is_bounded(desk):
    with (
        exclusive(desk.engine, "a", timeout_seconds=1),
        exclusive(desk.engine, "b", timeout_seconds=1),
        pytest.raises(TimeoutError),
        exclusive(desk.engine, "a", timeout_seconds=0.1),
    ):
        pytest.fail("two holders")
    with exclusive(desk.engine, "a", timeout_seconds=0.1):
        pass


def test_tokens_and_organisations_live_in_either_database(desk):
    consent_id = desk.consent("t-1")
    (found,) = desk.organisations.list()
    assert (found.name, found.status, found.consent_id) == ("Maple Florist", "connected", consent_id)
    assert found.connected_at.isoformat() == "2019-07-09T23:40:30.183313+00:00"
    desk.clock.minutes(26)
    newer = desk.tokens.access_token("t-1")
    assert desk.token_store.load(consent_id).access_token == newer
    assert desk.token_store.rotate() == 1
    assert desk.token_store.consents()[0].created_at == NOON


def test_more_threads_than_the_database_takes_connections_still_share_one_refresh(desk):
    desk.consent("t-1")
    desk.clock.minutes(40)
    desk.identity.slow_seconds = 0.1
    with ThreadPoolExecutor(24) as pool:
        assert len(set(pool.map(desk.tokens.access_token, ["t-1"] * 24))) == 1
    assert desk.identity.refreshes == 1


def test_an_instant_without_a_time_zone_is_refused(desk):
    consents = state_table("consents")
    with pytest.raises(sa.exc.StatementError, match="time zone"), desk.engine.connect() as connection:
        connection.execute(sa.select(consents).where(consents.c.created_at == datetime(2026, 1, 1)))


def test_opening_the_state_twice_takes_nothing_from_the_other_processes(tmp_path):
    """A process that opens the file once more must not lose SQLite's locks: others would delete the journal."""
    url = f"sqlite:///{tmp_path / 'state.db'}"
    first, second = open_state(url), None
    try:
        held = first.connect()
        held.execute(sa.text("SELECT 1")).all()
        second = open_state(url)
        another = f"from xero_pipeline.state.engine import open_state; e = open_state({url!r}); e.connect().close(); "
        subprocess.run([sys.executable, "-c", another + "e.dispose()"], check=True)
        assert (tmp_path / "state.db-wal").exists()
        held.close()
        with write_transaction(first) as connection:
            connection.execute(sa.text("CREATE TABLE kept (x INTEGER)"))
        reader = (
            "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT COUNT(*) FROM kept').fetchone())"
        )
        done = subprocess.run(
            [sys.executable, "-c", reader, str(tmp_path / "state.db")], check=False, capture_output=True, text=True
        )
        assert done.stdout.strip() == "(0,)", done.stderr
    finally:
        first.dispose()
        if second is not None:
            second.dispose()
