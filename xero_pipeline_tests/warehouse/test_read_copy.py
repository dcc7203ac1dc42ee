"""The read copy of a DuckDB warehouse: whole, replaced in one step, made when rows changed and only then."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.queries.execution import asking
from xero_pipeline.warehouse.database import duckdb as duckdb_dialect
from xero_pipeline.warehouse.database import read_copy
from xero_pipeline.warehouse.store import Cursor, Warehouse
from xero_pipeline_tests.warehouse.answers import FIRST, TENANT, invoice, invoices
from xero_pipeline_tests.warehouse.test_lock import count, ended, holding, opened_by_another_program

pytestmark = pytest.mark.slow

OPEN = "import duckdb, sys; held = duckdb.connect(*sys.argv[1:]); print('held', flush=True); sys.stdin.readline()"


@pytest.fixture
def warehouse(duckdb_url):
    warehouse = Warehouse(duckdb_url, lock_timeout_seconds=60)
    synced(warehouse, "a")
    return warehouse


@pytest.fixture
def books(duckdb_url, warehouse):
    return Warehouse(duckdb_url, lock_timeout_seconds=60, reads_copy=True)


def synced(warehouse, *names):
    """As a sync does it."""
    with warehouse.kept_open():
        warehouse.merge(invoices(*map(invoice, names)))


def copy_of(warehouse):
    return warehouse.dialect.read_copy.path


def counted(path):
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute("SELECT COUNT(*) FROM xero.invoices").fetchone()[0]


def inode(path):
    return path.stat().st_ino


def test_who_has_changed_rows_leaves_a_copy_that_any_program_can_open(warehouse):
    assert copy_of(warehouse).name == f"{warehouse.dialect.path.stem}-read.duckdb"
    assert counted(copy_of(warehouse)) == 1
    synced(warehouse, "b")
    assert counted(copy_of(warehouse)) == 2
    assert warehouse.dialect.read_copy.is_current()


def test_several_who_work_side_by_side_leave_one_copy(warehouse, monkeypatch):
    made = []
    monkeypatch.setattr(read_copy.ReadCopy, "make", lambda self: made.append(self.path))
    with warehouse.kept_open():
        for name in "bc":
            synced(warehouse, name)
    assert len(made) == 1


def test_where_no_row_changes_nothing_is_copied(warehouse):
    before = inode(copy_of(warehouse))
    with warehouse.kept_open():
        warehouse.merge(invoices(invoice("a")), cursor=Cursor(TENANT, "invoices", FIRST, FIRST, 1))
    assert inode(copy_of(warehouse)) == before
    assert warehouse.dialect.read_copy.as_of() is None


def test_a_long_sync_brings_the_copy_up_meanwhile(warehouse, monkeypatch):
    monkeypatch.setattr(duckdb_dialect, "INTERVAL_SECONDS", 0.0)
    with warehouse.kept_open():
        warehouse.merge(invoices(invoice("b")))
        assert counted(copy_of(warehouse)) == 2


def test_the_copy_has_the_permissions_of_the_file(warehouse):
    for mode in (0o600, 0o640):
        warehouse.dialect.path.chmod(mode)
        synced(warehouse, f"with {mode}")
        assert copy_of(warehouse).stat().st_mode & 0o777 == mode


def test_who_has_the_old_copy_open_goes_on_reading_it(warehouse):
    with duckdb.connect(str(copy_of(warehouse)), read_only=True) as connection:
        synced(warehouse, "b")
        assert connection.execute("SELECT COUNT(*) FROM xero.invoices").fetchone() == (1,)
    assert counted(copy_of(warehouse)) == 2


def test_a_reader_does_not_wait_for_a_writer_and_is_told_of_when_the_rows_are(warehouse, books):
    process = holding(str(warehouse.dialect.engine(read_only=False).url))
    try:
        warehouse.dialect.read_copy.note_change()  # as the writer does before it commits
        assert count(books) == 1
        assert books.dialect.as_of() == datetime.fromtimestamp(copy_of(warehouse).stat().st_mtime, UTC)
    finally:
        assert ended(process) == 0


def test_a_writer_does_not_wait_for_a_reader(warehouse, books):
    with books.reading(), asking(books, "select 1") as answer:
        synced(warehouse, "b")
        assert [table.num_rows for table in answer.batches] == [1]
    assert count(books) == 2


def test_a_copy_that_is_behind_is_made_anew_by_a_reader_when_nobody_writes(warehouse, books):
    warehouse.merge(invoices(invoice("b")))
    assert counted(copy_of(warehouse)) == 1
    assert count(books) == 2
    assert books.dialect.as_of() is None


def test_where_there_is_no_copy_yet_a_reader_waits_for_its_turn_and_makes_one(warehouse, books):
    copy_of(warehouse).unlink()
    process = holding(str(warehouse.dialect.engine(read_only=False).url))
    impatient = Warehouse(str(books.dialect.url), lock_timeout_seconds=0.1, reads_copy=True)
    with pytest.raises(WarehouseBusy, match=f"process {process.pid}"):
        count(impatient)
    assert ended(process) == 0
    assert count(books) == 1
    assert copy_of(warehouse).exists()


def test_after_an_upgrade_readers_have_the_new_layout(warehouse):
    with duckdb.connect(str(warehouse.dialect.path)) as connection:
        connection.execute("DROP TABLE xero_history.layout")
    Warehouse(str(warehouse.dialect.url)).prepare()
    with duckdb.connect(str(copy_of(warehouse)), read_only=True) as connection:
        assert connection.execute("SELECT COUNT(*) FROM xero_history.layout").fetchone() == (1,)


def test_what_a_killed_process_had_committed_comes_with_the_next_copy(warehouse):
    process = holding(str(warehouse.dialect.engine(read_only=False).url), kept=True)
    process.kill()
    process.communicate()
    assert counted(copy_of(warehouse)) == 1
    with warehouse.kept_open():
        pass
    assert counted(copy_of(warehouse)) == 2


def test_a_process_killed_while_it_copies_leaves_the_old_copy_and_the_next_one_completes_it(warehouse):
    code = (
        "import os, sys; from xero_pipeline.warehouse.database import read_copy\n"
        "from xero_pipeline.warehouse.store import Warehouse\n"
        "from xero_pipeline_tests.warehouse.answers import invoice, invoices\n"
        "read_copy.os.fsync = lambda fd: os.kill(os.getpid(), 9)\n"
        "with Warehouse(sys.argv[1]).kept_open() as warehouse: warehouse.merge(invoices(invoice('b')))\n"
    )
    url = str(warehouse.dialect.engine(read_only=False).url)
    assert subprocess.run([sys.executable, "-c", code, url], check=False).returncode == -9
    assert counted(copy_of(warehouse)) == 1
    with warehouse.kept_open():
        pass
    assert counted(copy_of(warehouse)) == 2
    assert not list(copy_of(warehouse).parent.glob("*.new"))


def test_a_full_disk_stops_no_sync_and_readers_read_the_file(warehouse, books, monkeypatch, caplog):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(read_copy, "_copy", full)
    synced(warehouse, "b")
    assert "could not be made and stays as it was" in caplog.text
    assert counted(copy_of(warehouse)) == 1
    assert count(books) == 2
    monkeypatch.undo()
    synced(warehouse)
    assert counted(copy_of(warehouse)) == 2


def test_room_that_others_need_is_left_alone(warehouse, monkeypatch, caplog):
    monkeypatch.setattr(read_copy, "ROOM_BYTES", 10**18)
    synced(warehouse, "b")
    assert "MB more room" in caplog.text
    assert counted(copy_of(warehouse)) == 1
    assert count(warehouse) == 2


def test_a_program_that_opened_the_copy_to_write_keeps_nobody_from_reading(warehouse, books):
    with opened_by_another_program(f"duckdb:///{copy_of(warehouse)}"):
        assert count(books) == 1
        synced(warehouse, "b")
        assert count(books) == 2


def test_a_copy_that_somebody_spoiled_is_made_anew(warehouse, books):
    copy_of(warehouse).write_bytes(b"no database")
    os.utime(copy_of(warehouse), ns=(warehouse.dialect.path.stat().st_mtime_ns,) * 2)
    assert count(books) == 1
    assert counted(copy_of(warehouse)) == 1


def test_nobody_else_writes_while_the_file_is_copied(warehouse, monkeypatch):
    tried = []

    def copied(source, target, size):
        command = [sys.executable, "-c", OPEN, str(warehouse.dialect.path)]
        tried.append(subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False))
        real(source, target, size)

    real = read_copy._copy
    monkeypatch.setattr(read_copy, "_copy", copied)
    synced(warehouse, "b")
    assert "Conflicting lock" in tried[0].stderr


def test_threads_that_read_and_one_that_writes_all_get_on(warehouse, books):
    done, seen = threading.Event(), []

    def read():
        while not done.is_set():
            seen.append(count(books))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(5):
        synced(warehouse, f"more {number}")
    done.set()
    for reader in readers:
        reader.join()
    assert seen == sorted(seen)
    assert count(books) == 6


def test_what_a_reader_writes_goes_into_the_file_and_is_read_at_once(books, warehouse):
    books.merge(invoices(invoice("b")))
    assert (count(books), count(warehouse)) == (2, 2)


def test_a_sandbox_of_a_question_ends_with_it(books):
    for _ in range(2):
        with asking(books, "select 1") as answer:
            assert [table.num_rows for table in answer.batches] == [1]
    with books.reading() as connection:
        assert connection.exec_driver_sql("SELECT current_setting('enable_external_access')").scalar() is True


def test_a_warehouse_without_a_file_has_no_copy(tmp_path):
    books = Warehouse(f"duckdb:///{tmp_path / 'none.duckdb'}", reads_copy=True)
    assert not books.dialect.is_there()
    assert not Path(copy_of(books)).exists()
