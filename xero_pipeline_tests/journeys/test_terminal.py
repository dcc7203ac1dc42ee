"""At the terminal: ask the books at once, take them along as files, and be told what is wrong and what to do."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from xero_pipeline_tests.journeys.home import Home


def test_the_books_are_asked_in_sql_and_by_the_name_of_a_ready_query(synced: Home) -> None:
    done = synced.run("query", "select sum(total) as total from invoices where type = :type", "-p", "type=ACCREC")
    assert done.code == 0, done.said
    ((total,),) = synced.query("select sum(total) from xero.invoices where type = 'ACCREC'")
    assert list(csv.DictReader(io.StringIO(done.out))) == [{"total": f"{total:.2f}"}]
    done = synced.run("query", "receivables", "--format", "json")
    assert done.code == 0, done.said
    open_ones = "type = 'ACCREC' and status = 'AUTHORISED' and amount_due > 0"
    owing = {name for (name,) in synced.query(f"select contact_name from xero.invoices where {open_ones}")}
    assert owing and owing <= {row["customer"] for row in json.loads(done.out)}


def test_an_answer_without_a_row_says_so(synced: Home) -> None:
    done = synced.run("query", "profit_and_loss", "-p", "month=2001-01")
    assert (done.code, done.out.count("\n"), done.err.strip()) == (0, 1, "No rows.")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("delete from xero.invoices",), "only reads"),
        (("select * from invoces",), 'Did you mean "invoices"'),
        (("overdu",), "Did you mean overdue"),
        (("overdue", "-p", "day=tomorrow"), "Write it as 2026-10-31"),
        (("overdue", "-p", "day"), "NAME=VALUE"),
        (("overdue", "--organisation", "Nobody Ltd"), "Known: "),
    ],
)
def test_a_question_that_cannot_be_asked_is_wrong_use_and_says_why(
    synced: Home, words: tuple[str, ...], hint: str
) -> None:
    done = synced.run("query", *words)
    assert done.code == 2, done.said
    assert hint in done.err
    assert (done.out, done.err.count("\n")) == ("", 1)


def test_the_books_are_taken_along_as_files(synced: Home, tmp_path: Path) -> None:
    done = synced.run("export", str(tmp_path / "books"))
    assert done.code == 0, done.said
    read = pq.read_table(tmp_path / "books" / "xero" / "invoices.parquet")
    assert synced.query("select count(*), sum(total) from xero.invoices") == [
        (read.num_rows, sum(read.column("total").to_pylist()))
    ]


@pytest.mark.parametrize("words", [("status",), ("sync", "--select", "accounts")], ids=str)
def test_who_waits_for_the_warehouse_sees_for_whom(home: Home, words: tuple[str, ...]) -> None:
    impatient = "from xero_pipeline.warehouse.database import file_lock\nfile_lock.QUIET_SECONDS = 0.01"
    with duckdb.connect(str(home.path / "books.duckdb")):
        process = home.start(*words, prelude=impatient)
        assert process.stderr is not None
        line = process.stderr.readline()
    assert line.startswith(f"Waiting for the warehouse: in use by process {os.getpid()} (python")
    assert home.ended(process).code == 0


def test_a_sync_beside_a_program_that_has_the_file_ends_within_seconds_and_says_what_to_do(home: Home) -> None:
    hurry = "from xero_pipeline.warehouse.database import duckdb_file\nduckdb_file.FOREIGN_SECONDS = 0.2"
    with duckdb.connect(str(home.path / "books.duckdb")):
        done = home.run("sync", "--select", "accounts", prelude=hurry)
    assert done.code == 1
    assert f"is in use by process {os.getpid()} (python" in done.err
    assert f"Let that program open {home.path / 'books-read.duckdb'} from now on" in done.err
    assert home.sync("--select", "accounts").code == 0


@pytest.mark.parametrize(
    "words", [("query", "receivables"), ("explain",), ("statement", "trial-balance"), ("export", "out")], ids=str
)
def test_who_only_reads_waits_for_nobody(home: Home, words: tuple[str, ...]) -> None:
    with duckdb.connect(str(home.path / "books.duckdb")):
        done = home.run(*words)
    assert done.code == 0, done.said
    assert "Waiting" not in done.said
    assert "As of" not in done.said


def test_an_answer_of_before_a_sync_under_way_says_of_when_it_is(home: Home) -> None:
    os.utime(home.path / "books-read.duckdb", (1_700_000_000, 1_700_000_000))
    with duckdb.connect(str(home.path / "books.duckdb")):
        (home.path / "books.duckdb.changed").touch()  # as a sync does, before it commits
        done = home.run("query", "select count(*) from invoices", "--format", "csv")
    assert done.code == 0, done.said
    assert done.err == (
        "As of 2023-11-14 22:13 UTC. A sync has changed rows since: they are shown when it has ended.\n"
    )


def test_a_home_that_works_is_well_and_only_lacks_a_daemon(home: Home) -> None:
    done = home.run("doctor", "--json")
    assert done.code == 0, done.said
    told = json.loads(done.out)
    assert told["ok"] is True
    assert {one["check"] for one in told["findings"]} == {
        "settings", "home", "disk", "reachability", "clock", "state database", "encryption key", "consent", "scopes",
        "warehouse", "read copy", "Dagster home", "schedule", "put aside",
    }  # fmt: skip
    assert [one["check"] for one in told["findings"] if one["state"] != "ok"] == ["schedule"]


def test_what_is_wrong_is_found_all_at_once_and_each_says_what_to_do(connected_home: Callable[[], Home]) -> None:
    home = connected_home()
    key = home.variables["XERO_ENCRYPTION_KEY"]
    done = home.run(
        "doctor", XERO_API_URL="http://127.0.0.1:9", XERO_ENCRYPTION_KEY="c3" * 32, XERO_CLIENTID="x", DAGSTER_HOME=None
    )
    assert done.code == 1
    lines = [line for line in done.out.splitlines() if line.startswith(("problem", "warning"))]
    assert [line.split(": ")[:2] for line in lines] == [
        ["warning", "settings"],
        ["problem", "reachability"],
        ["problem", "encryption key"],
        ["warning", "schedule"],
    ]
    assert "XERO_CLIENT_ID" in lines[0] and "XERO_API_URL" in lines[1] and "XERO_ENCRYPTION_KEY" in lines[2]
    assert "Traceback" not in done.said
    assert not [said for said in home.said if key in said or "c3" * 32 in said]


def test_settings_that_cannot_be_read_are_the_only_thing_that_is_told(new_home: Home) -> None:
    done = new_home.run("doctor", XERO_CALLS_PER_DAY="many")
    assert (done.code, done.out.count("problem: ")) == (1, 1)
    assert "XERO_CALLS_PER_DAY" in done.out
    assert not new_home.path.exists()


def test_the_shell_completes_names_of_organisations_and_queries(synced: Home) -> None:
    synced = replace(synced, fresh=True)
    asked = {"_XERO_PIPELINE_COMPLETE": "complete_bash"}
    ((name,),) = synced.query("select name from xero.organisations")
    done = synced.run(COMP_WORDS=f"xero-pipeline sync --organisation {name[:3]}", COMP_CWORD="3", **asked)
    assert done.out.replace("\\", "").splitlines() == [name]
    done = synced.run(COMP_WORDS="xero-pipeline query over", COMP_CWORD="2", **asked)
    assert done.out.splitlines() == ["overdue"]
    done = synced.run(COMP_WORDS="xero-pipeline sync --select invoice_line_items", COMP_CWORD="3", **asked)
    assert done.out.splitlines() == ["invoice_line_items"]


def test_a_figure_that_nothing_explains_is_a_warning_of_a_sync_and_fails_explain(home: Home) -> None:
    assert home.run("explain").code == 0
    spoil(home, "PAYROLL")
    assert home.run("explain").code == 0
    spoil(home, "UNKNOWN", waits=True)
    assert home.run("explain").code == 0
    spoil(home, "UNKNOWN")
    done = home.sync("--select", "accounts")
    assert done.code == 0, done.said
    assert "Warning: The ledger does not tie out: 1 figure differs" in done.err
    assert "Error:" not in done.err
    assert [home.run("explain").code, home.run("explain", "--json").code] == [1, 1]
    ((code, month),) = home.query(
        "select a.code, strftime(t.period_start, '%Y-%m') from ledger.tie_out as t join xero.accounts as a using "
        "(tenant_id, account_id) where t.difference <> 0"
    )
    assert home.run("explain", code, month).code == 1
    done = home.run("status", "--json")
    assert [one["difference"] for one in json.loads(done.out)["unexplained_differences"]] == ["12.0000"]
    assert "1 figure of the ledger differs from Xero's reports" in " ".join(home.run("status").said.split())


def spoil(home: Home, cause: str, *, waits: bool = False) -> None:
    """One figure of the ledger differs from Xero's report."""
    with duckdb.connect(str(home.path / "books.duckdb")) as warehouse:
        warehouse.execute(
            "update ledger.tie_out set difference = 12, cause = ?, is_stale = ? where rowid = "
            "(select min(rowid) from ledger.tie_out where statement = 'trial_balance')",
            (cause, waits),
        )
