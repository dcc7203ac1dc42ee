"""One DuckDB file and many who want it: they take turns, and who waits in vain learns for whom."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from sqlalchemy.exc import DBAPIError

from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.queries.execution import looking
from xero_pipeline.warehouse.database import duckdb_file, file_lock
from xero_pipeline.warehouse.database.file_lock import FileHold
from xero_pipeline.warehouse.database.foreign_program import program_in
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.thoroughness import proof
from xero_pipeline_tests.warehouse.answers import invoice, invoices

pytestmark = pytest.mark.slow

HOLDER = """
import sys
from xero_pipeline.warehouse.store import Warehouse
with Warehouse({url!r}).writing() as connection:
    {body}
    print("held", flush=True)
    sys.stdin.readline()
"""


KEEPER = """
import sys
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.warehouse.answers import invoice, invoices
with Warehouse({url!r}).kept_open() as warehouse:
    warehouse.merge(invoices(invoice("kept")))
    print("held", flush=True)
    sys.stdin.readline()
"""


def holding(url, body="pass", *, kept=False):
    """Another process in the middle of writing, or between two transactions, until it gets a line or is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent((KEEPER if kept else HOLDER).format(url=url, body=body))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    return process


def ended(process):
    process.communicate("\n")
    return process.returncode


def count(warehouse):
    return warehouse.query("SELECT COUNT(*) AS n FROM xero.invoices").to_pylist()[0]["n"]


def test_who_waits_in_vain_is_told_who_holds_the_warehouse(duckdb_url):
    process = holding(duckdb_url)
    try:
        for attempt in (lambda w: w.merge(invoices(invoice("a"))), lambda w: w.query("SELECT 1")):
            waiting = Warehouse(duckdb_url, lock_timeout_seconds=0.1)
            waiting._ready = True
            with pytest.raises(WarehouseBusy, match=rf"process {process.pid} .*, writing it since 20.* UTC; waited"):
                attempt(waiting)
    finally:
        assert ended(process) == 0
    assert Warehouse(duckdb_url).merge(invoices(invoice("a")))["invoices"].inserted == 1


def test_who_waits_for_some_time_is_told_for_whom_while_it_waits(duckdb_url, monkeypatch, caplog):
    monkeypatch.setattr(file_lock, "QUIET_SECONDS", 0.05)
    process = holding(duckdb_url)
    try:
        with pytest.raises(WarehouseBusy):
            Warehouse(duckdb_url, lock_timeout_seconds=0.2).prepare()
    finally:
        assert ended(process) == 0
    (said,) = caplog.messages
    assert said.startswith(f"Waiting for the warehouse: in use by process {process.pid} (")


def test_who_waits_long_enough_gets_its_turn(duckdb_url):
    process = holding(duckdb_url)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(Warehouse(duckdb_url, lock_timeout_seconds=60).merge, invoices(invoice("a")))
        assert ended(process) == 0
        assert waiting.result()["invoices"].inserted == 1


def test_many_processes_write_one_after_the_other(duckdb_url):
    code = (
        "import sys; from xero_pipeline.warehouse.store import Warehouse; "
        "from xero_pipeline_tests.warehouse.answers import invoice, invoices\n"
        f"for n in range(3): Warehouse({duckdb_url!r}).merge(invoices(invoice(sys.argv[1] + str(n))))"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(n)]) for n in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert count(Warehouse(duckdb_url)) == 9


def test_threads_of_one_process_share_one_writer(duckdb_url):
    warehouse = Warehouse(duckdb_url)
    with ThreadPoolExecutor(4) as threads:
        results = list(
            threads.map(lambda n: warehouse.merge(invoices(invoice(str(n % 4), Reference=str(n)))), range(12))
        )
    assert count(warehouse) == 4
    assert sum(result["invoices"].inserted for result in results) == 4


def test_a_writer_killed_in_the_middle_leaves_what_was_committed(duckdb_url):
    warehouse = Warehouse(duckdb_url, lock_timeout_seconds=30)
    warehouse.merge(invoices(invoice("before")))
    process = holding(duckdb_url, "connection.exec_driver_sql(\"UPDATE xero.invoices SET reference = 'half'\")")
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()
    assert warehouse.query("SELECT reference FROM xero.invoices").to_pylist() == [{"reference": None}]
    assert warehouse.merge(invoices(invoice("after")))["invoices"].inserted == 1


def test_a_writer_killed_after_its_commit_has_its_rows_in(duckdb_url):
    code = (
        "import os, signal; from xero_pipeline.warehouse.store import Warehouse; "
        "from xero_pipeline_tests.warehouse.answers import invoice, invoices\n"
        f"w = Warehouse({duckdb_url!r})\n"
        "w.prepare()\n"
        "from sqlalchemy import event\n"
        "engine = w.dialect.engine(read_only=False)\n"
        "event.listen(engine.pool, 'reset', lambda *_: os.kill(os.getpid(), signal.SIGKILL))\n"
        "w.merge(invoices(invoice('a')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    assert Path(f"{duckdb_url.removeprefix('duckdb:///')}.wal").exists()
    assert count(Warehouse(duckdb_url)) == 1


def test_a_stale_or_broken_card_does_no_harm(duckdb_url, tmp_path):
    card = Path(f"{duckdb_url.removeprefix('duckdb:///')}.holder")
    card.write_text("{", encoding="utf-8")
    Warehouse(duckdb_url).merge(invoices(invoice("a")))
    assert not card.exists()
    hold = FileHold(tmp_path / "other")
    with hold.held("written", 0.05):
        hold.card.write_text("no json", encoding="utf-8")
        second = FileHold(tmp_path / "other")
        with pytest.raises(WarehouseBusy, match="by another process"), second.held("written", 0.05):
            pass


def test_the_card_tells_no_arguments(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/bin/xero-pipeline", "sync", "--secret=abc"])
    hold = FileHold(tmp_path / "file")
    with hold.held("written", 1):
        told = hold.card.read_text(encoding="utf-8")
    assert f'"pid": {os.getpid()}, "command": "xero-pipeline sync"' in told
    assert "abc" not in told


def test_a_thread_waits_for_another_thread_of_its_process(tmp_path):
    hold = FileHold(tmp_path / "file")
    done, inside = threading.Event(), threading.Event()

    def keep():
        with hold.held("written", 1):
            inside.set()
            done.wait(10)

    keeper = threading.Thread(target=keep)
    keeper.start()
    inside.wait(10)
    try:
        with pytest.raises(WarehouseBusy, match="another thread"), hold.held("read", 0.05):
            pass
    finally:
        done.set()
        keeper.join()


def test_writing_while_reading_is_a_bug_that_is_told_at_once(duckdb_url):
    warehouse = Warehouse(duckdb_url)
    with warehouse.reading(), pytest.raises(RuntimeError, match="cannot be written while"):
        warehouse.merge(invoices(invoice("a")))


@contextmanager
def opened_by_another_program(url, *, read_only=False):
    """A program such as a BI tool: it opens the file that syncs write to, and keeps it."""
    path = url.removeprefix("duckdb:///")
    code = f"import duckdb; c = duckdb.connect({path!r}, read_only={read_only}); print('held', flush=True); input()"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    try:
        yield process
    finally:
        assert ended(process) == 0


@pytest.mark.parametrize("read_only", [False, True])
def test_a_program_that_opened_the_file_is_named_within_seconds_with_what_to_do(
    duckdb_url, monkeypatch, caplog, read_only
):
    monkeypatch.setattr(file_lock, "QUIET_SECONDS", 0.05)
    monkeypatch.setattr(duckdb_file, "FOREIGN_SECONDS", 0.3)
    Warehouse(duckdb_url).prepare()
    with opened_by_another_program(duckdb_url, read_only=read_only) as process:
        # It has no turn that would end: nobody waits the two minutes that our own processes are given.
        with pytest.raises(WarehouseBusy, match=rf"in use by process {process.pid} \(python[^)]*\)") as told:
            Warehouse(duckdb_url).merge(invoices(invoice("a")))
        copy = duckdb_url.removeprefix("duckdb:///").replace(".duckdb", "-read.duckdb")
        assert f"Let that program open {copy} from now on" in told.value.message
        (said,) = caplog.messages
        assert said.startswith(f"Waiting for the warehouse: in use by process {process.pid} (python")
        assert said.endswith(f"which should open {Path(copy).name} instead.")
    assert Warehouse(duckdb_url).merge(invoices(invoice("a")))["invoices"].inserted == 1


def test_a_program_that_was_waited_for_in_vain_is_not_waited_for_that_long_again(duckdb_url, monkeypatch):
    monkeypatch.setattr(duckdb_file, "FOREIGN_SECONDS", 0.2)
    Warehouse(duckdb_url).prepare()
    with opened_by_another_program(duckdb_url):
        with pytest.raises(WarehouseBusy):
            count(Warehouse(duckdb_url))
        monkeypatch.setattr(duckdb_file, "FOREIGN_SECONDS", 600.0)
        monkeypatch.setattr(duckdb_file, "KNOWN_SECONDS", 0.0)
        with pytest.raises(WarehouseBusy):
            count(Warehouse(duckdb_url))
    assert count(Warehouse(duckdb_url)) == 0


def test_a_program_that_has_the_file_for_a_moment_only_is_waited_for(duckdb_url):
    with ThreadPoolExecutor(1) as threads:
        with opened_by_another_program(duckdb_url):
            waiting = threads.submit(Warehouse(duckdb_url).merge, invoices(invoice("a")))
            card = Warehouse(duckdb_url).dialect.file.hold.card
            while not card.exists() or '"behind": null' in card.read_text(encoding="utf-8"):
                assert not waiting.done()
        assert waiting.result()["invoices"].inserted == 1


SET_LOCK = 'IO Error: Could not set lock on file "/home/me/books.duckdb": '


@pytest.mark.parametrize(
    ("told", "who"),
    [
        (
            "Conflicting lock is held in /Applications/BI 7.app/BI Tool (PID 999999999) by user jo. See also",
            "process 999999999 (BI Tool)",
        ),
        ("Conflicting lock is held in PID 999999999. See also https", "process 999999999 (unknown program)"),
        ("Conflicting lock is held in PID 0. See also https", "another program, perhaps on another machine"),
        ("Resource temporarily unavailable", "another program, perhaps on another machine"),
    ],
)
def test_what_the_system_tells_of_a_program_is_told(told, who):
    assert str(program_in(OSError(SET_LOCK + told))) == who


def test_a_program_is_named_with_its_script_and_without_its_arguments(tmp_path):
    script = tmp_path / "report.py"
    script.write_text("print('runs', flush=True); input()")
    command = [sys.executable, str(script), "--password=abc"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "runs\n"
    who = program_in(OSError(f"{SET_LOCK}Conflicting lock is held in /usr/bin/x (PID {process.pid})"))
    assert ended(process) == 0
    assert str(who) == f"process {process.pid} ({Path(sys.executable).name} report.py)"


def test_another_error_is_nobodys():
    assert program_in(OSError("IO Error: not a valid DuckDB database file")) is None


def test_who_only_waits_for_another_program_is_not_taken_for_the_one_that_has_the_file(duckdb_url):
    first = Warehouse(duckdb_url, lock_timeout_seconds=60)
    with ThreadPoolExecutor(1) as threads:
        with opened_by_another_program(duckdb_url) as process:
            waiting = threads.submit(first.prepare)
            card = first.dialect.file.hold.card
            while not card.exists() or '"behind": null' in card.read_text(encoding="utf-8"):
                assert not waiting.done()
            found = rf"in use by process {process.pid} \(python[^)]*\); process {os.getpid()} .* waits for it, too;"
            with pytest.raises(WarehouseBusy, match=found), FileHold(first.dialect.path).held("read", 0.1):
                pass
        waiting.result()
    assert not first.dialect.file.hold.card.exists()


def test_the_file_is_free_as_soon_as_a_method_returns(duckdb_url):
    warehouse = Warehouse(duckdb_url)
    warehouse.merge(invoices(invoice("a")))
    with duckdb.connect(duckdb_url.removeprefix("duckdb:///")) as connection:
        assert connection.execute("SELECT COUNT(*) FROM xero.invoices").fetchone() == (1,)


def test_who_keeps_the_file_gives_way_to_whoever_waits(duckdb_url):
    process = holding(duckdb_url, kept=True)
    other = Warehouse(duckdb_url, lock_timeout_seconds=60)
    for name in "ab":
        assert other.merge(invoices(invoice(name)))["invoices"].inserted == 1
    assert ended(process) == 0
    assert count(other) == 3


@proof
def test_two_who_keep_the_file_take_turns(duckdb_url):
    code = (
        "import sys; from xero_pipeline.warehouse.store import Warehouse; "
        "from xero_pipeline_tests.warehouse.answers import invoice, invoices\n"
        f"with Warehouse({duckdb_url!r}).kept_open() as warehouse:\n"
        "    for n in range(20): warehouse.merge(invoices(invoice(sys.argv[1] + str(n))))"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(n)]) for n in range(2)]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert count(Warehouse(duckdb_url)) == 40


def test_a_file_kept_in_vain_is_free_for_programs_that_cannot_ask(duckdb_url, monkeypatch):
    path = duckdb_url.removeprefix("duckdb:///")
    code = f"import duckdb\nwhile True:\n  try: duckdb.connect({path!r}); break\n  except duckdb.IOException: pass"
    monkeypatch.setattr(file_lock, "KEPT_SECONDS", 0.1)
    with Warehouse(duckdb_url).kept_open() as warehouse:
        warehouse.merge(invoices(invoice("a")))
        assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
        warehouse.merge(invoices(invoice("b")))
    assert count(warehouse) == 2


def test_a_kept_file_is_opened_once_however_it_is_used(duckdb_url, monkeypatch):
    warehouse, opened = Warehouse(duckdb_url), list[bool]()
    monkeypatch.setattr(file_lock, "KEPT_SECONDS", 60.0)
    tried = warehouse.dialect.file._tried

    def noted(dialect, arguments, options):
        opened.append(options["read_only"])
        return tried(dialect, arguments, options)

    monkeypatch.setattr(warehouse.dialect.file, "_tried", noted)
    other = Warehouse(duckdb_url)
    with warehouse.kept_open(), other.kept_open():
        for name in "abc":
            warehouse.merge(invoices(invoice(name)))
            assert count(other) == count(warehouse)
        assert set(opened) == {False}, "once it is open to be written, it is not opened anew to be read"
    with duckdb.connect(duckdb_url.removeprefix("duckdb:///"), read_only=True) as connection:
        assert connection.execute("SELECT COUNT(*) FROM xero.invoices").fetchone() == (3,)


def test_a_question_of_somebody_else_in_a_kept_file_neither_writes_nor_leaves_a_trace(duckdb_url, monkeypatch):
    monkeypatch.setattr("xero_pipeline.warehouse.database.duckdb_engine.large_memory_limit", lambda rows: "1GB")
    with Warehouse(duckdb_url).kept_open() as warehouse:
        warehouse.merge(invoices(invoice("a")))
        with looking(warehouse, sandboxed=True) as connection, pytest.raises(DBAPIError, match="read-only mode"):
            connection.exec_driver_sql("UPDATE xero.invoices SET reference = 'x'")
        with (
            looking(warehouse, sandboxed=True) as connection,
            pytest.raises(DBAPIError, match="disabled by configuration"),
        ):
            connection.exec_driver_sql("SELECT * FROM read_csv('/etc/passwd')")
        with warehouse.writing() as connection:
            warehouse.dialect.reads_much(connection)  # a question had locked what may be set
            assert setting(connection) == "953.6 MiB"
        with warehouse.reading() as connection:
            assert setting(connection) == "286.1 MiB"


def setting(connection):
    return connection.exec_driver_sql("SELECT current_setting('memory_limit')").scalar()


def test_what_a_killed_process_had_committed_in_a_file_it_kept_is_there(duckdb_url):
    process = holding(duckdb_url, kept=True)
    process.kill()
    process.communicate()
    assert count(Warehouse(duckdb_url)) == 1
