"""`make bench ARGS=peers` prints each tool's row, whatever becomes of that tool."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb
import pytest

from benchmarks.peers.comparison import compare
from benchmarks.peers.content import Content, content
from benchmarks.peers.peer import Peer
from xero_pipeline_tests.thoroughness import proof

TOOK = {"seconds": 1000, "cpu": 1000, "calls": 3, "wire_bytes": 5_000_000}
PARTIAL = f"""
import duckdb, os
with duckdb.connect(os.environ["PEER_DATABASE"]) as connection:
    connection.execute("CREATE TABLE invoices AS SELECT 'one' AS invoice_id")
print('{json.dumps(TOOK)}')
"""


def ready(name: str, folder: Path, driver: str) -> Peer:
    """A peer that is installed: its Python is ours."""
    python = folder / name / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    (folder / name / "installed.txt").write_text(name)
    script = folder / f"{name}.py"
    script.write_text(driver)
    return Peer(name, {name: (name,)}, str(script), aim=2, place=folder)


@proof
@pytest.mark.slow
def test_a_tool_that_is_absent_fails_or_leaves_too_little_is_named_and_stops_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    absent = Peer("absent", {"absent": (str(tmp_path / "nowhere"),)}, "", aim=2, place=tmp_path)
    failing = ready("failing", tmp_path, "raise SystemExit('no such stream')")
    compare(40, [absent, failing, ready("partial", tmp_path, PARTIAL)])
    rows = {line.split(" | ")[0].strip("| "): line.split(" | ")[1:] for line in capsys.readouterr().out.splitlines()}
    ours = int(rows["xero_pipeline"][0])
    assert rows["absent"][0].startswith("not installed: ")
    assert "nowhere" in rows["absent"][0]
    assert rows["failing"][0] == "failed: no such stream"
    assert rows["partial"][0] == f"**1 of {ours}**"
    assert "- reached: times as fast as partial" in next(line for line in rows if "times as fast" in line)


def test_what_a_load_left_counts_each_invoice_once_and_no_empty_table(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "left.duckdb")) as connection:
        connection.execute("CREATE SCHEMA xero")
        connection.execute("""CREATE TABLE xero.invoices AS SELECT UNNEST(['a', 'b', 'b']) AS "InvoiceID", 1 AS n""")
        connection.execute("CREATE TABLE lines AS SELECT 'a' AS invoice_id")
        connection.execute("CREATE TABLE nothing (id INTEGER)")
    assert content(tmp_path / "left.duckdb") == Content(tables=2, columns=3, rows=4, invoices=2)
