"""A warehouse of an older version opens and loses nothing; one of a newer version is left alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from xero_pipeline.errors import ConfigurationError, NewerDatabase
from xero_pipeline.warehouse.load.history import has_history, view_name
from xero_pipeline.warehouse.schema import migrations, upgrade
from xero_pipeline.warehouse.schema.catalogue import all_tables
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.databases import a_database, at
from xero_pipeline_tests.layouts.older import contents, older_warehouse, run, without
from xero_pipeline_tests.thoroughness import proof
from xero_pipeline_tests.warehouse.answers import invoice, invoices

pytestmark = pytest.mark.slow

OURS = ("xero", "xero_history")
VERSION = "SELECT version_num FROM xero_history.alembic_version"

SCRATCH = '''
"""{revision}"""
revision = "{revision}"
down_revision = "{before}"
program = "9.0.0"

import sqlalchemy as sa
from xero_pipeline.warehouse.schema.alterations import change_type, rename_column, rename_table

def upgrade(op):
    {body}
'''


@pytest.fixture(scope="module")
def duckdb_before(tmp_path_factory):
    path = tmp_path_factory.mktemp("older") / "warehouse.duckdb"
    older_warehouse(f"duckdb:///{path}")
    return path


@pytest.fixture(scope="module")
def postgresql_before(postgresql_server):
    name = a_database(postgresql_server, "template1")
    older_warehouse(at(postgresql_server, name))
    return name


@pytest.fixture(params=["duckdb", "postgresql"])
def old(request, tmp_path):
    """A warehouse as the program of commit 21ca3ef left it."""
    if request.param == "duckdb":
        shutil.copy(request.getfixturevalue("duckdb_before"), tmp_path / "warehouse.duckdb")
        return f"duckdb:///{tmp_path / 'warehouse.duckdb'}"
    server = request.getfixturevalue("postgresql_server")
    return at(server, a_database(server, request.getfixturevalue("postgresql_before")))


@pytest.fixture
def newer_program(tmp_path, monkeypatch):
    """A program with a further revision, which does what the test says; returns what other processes must run first."""

    ours, scripts = migrations.HEAD, upgrade.revisions().folder

    def release(*lines):
        folder = tmp_path / "newer"
        folder.mkdir(exist_ok=True)
        for script in scripts.glob("0*.py"):
            (folder / script.name).write_text(script.read_text())
        body = "\n    ".join(lines) or "pass"
        script = SCRATCH.format(revision="0099", before=ours, body=body)
        (folder / "0099_scratch.py").write_text(script)
        (folder / "__init__.py").touch()
        monkeypatch.setattr(migrations, "__file__", str(folder / "__init__.py"))
        monkeypatch.setattr(migrations, "HEAD", "0099")
        upgrade._declared.cache_clear()
        return (
            "from xero_pipeline.warehouse.schema import migrations; "
            f"migrations.__file__, migrations.HEAD = {str(folder / '__init__.py')!r}, '0099'; "
        )

    yield release
    upgrade._declared.cache_clear()


def test_nothing_is_lost_on_the_way_to_todays_layout(old):
    before = contents(old, OURS)
    warehouse = Warehouse(old)
    warehouse.prepare()
    after = contents(old, OURS)
    del before["xero_history.layout"]
    assert sum(map(len, before.values())) > 100
    assert without(before, after) == before
    assert warehouse.query(VERSION).to_pylist() == [{"version_num": migrations.HEAD}]
    # What was read is read on, and what the books said before is still told.
    (tenant_id,) = {row["tenant_id"] for row in warehouse.query("SELECT tenant_id FROM xero.cursors").to_pylist()}
    cursors = warehouse.query("SELECT endpoint FROM xero.cursors").to_pylist()
    assert len(cursors) > 1
    for row in cursors[:3]:
        assert warehouse.cursor(tenant_id, row["endpoint"]).complete_at.year == 2026
    superseded = warehouse.query("SELECT count(*) AS n FROM xero.invoices_history WHERE valid_to IS NOT NULL")
    assert superseded.to_pylist()[0]["n"] > 0
    assert warehouse.merge(invoices(invoice("new", Reference="after")))["invoices"].inserted == 1


def test_it_has_what_a_new_warehouse_has(old, request):
    """Types and keys too: what declarations cannot change in an old table needs a revision, or this test fails."""
    if old.startswith("duckdb"):
        new = request.getfixturevalue("duckdb_url")
    else:
        new = at(request.getfixturevalue("postgresql_server"), request.getfixturevalue("postgresql_template"))
    Warehouse(old).prepare()
    migrated, made = described(old), described(new)
    views = {("xero", view_name(table)) for table in all_tables() if has_history(table)}
    assert views <= {row[:2] for row in migrated}
    assert migrated == made


def described(url):
    """Every column with its type, and every key."""
    engine = sa.create_engine(url, poolclass=NullPool)
    columns = "SELECT table_schema, table_name, column_name, data_type, numeric_precision, numeric_scale, is_nullable "
    found = f"{columns} FROM information_schema.columns WHERE table_schema IN {OURS}"
    with engine.connect() as connection:
        facts = set(map(tuple, connection.exec_driver_sql(found)))
        known = sa.inspect(connection)
        for schema in OURS:
            for (_, table), key in known.get_multi_pk_constraint(schema=schema).items():
                facts.add((schema, table, *(key or {}).get("constrained_columns", ())))
    return facts


def test_a_revision_renames_converts_and_moves_and_the_declarations_follow(old, newer_program, monkeypatch):
    before = contents(old, OURS)
    newer_program(
        "change_type(op, 'invoices', 'total', sa.Numeric(24, 6))",
        "change_type(op, 'contacts', 'name', sa.Text(), using='upper(\"name\")')",
        "rename_column(op, 'invoices', 'reference', 'their_reference')",
        "rename_table(op, 'branding_themes', 'themes')",
        "rename_column(op, 'never_made', 'a', 'b')",
        "rename_column(op, 'invoices', 'never_there', 'b')",
    )
    warehouse = Warehouse(old)
    warehouse.prepare()
    after = contents(old, OURS)
    for schema in OURS:
        moved = {row["invoice_id"]: row["reference"] for row in before[f"{schema}.invoices"]}
        assert {row["invoice_id"]: row["their_reference"] for row in after[f"{schema}.invoices"]} == moved
        totals = [row["total"] for row in before[f"{schema}.invoices"]]
        assert sorted(row["total"] for row in after[f"{schema}.invoices"]) == sorted(totals)
        assert all(row["total"].as_tuple().exponent == -6 for row in after[f"{schema}.invoices"])
        assert len(after[f"{schema}.themes"]) == len(before[f"{schema}.branding_themes"])
    assert {row["name"] for row in after["xero.contacts"]} == {row["name"].upper() for row in before["xero.contacts"]}
    assert all(row["reference"] is None for row in after["xero.invoices"])  # still declared here, so it is made anew
    assert warehouse.query(VERSION).to_pylist() == [{"version_num": "0099"}]
    assert warehouse.query("SELECT total FROM xero.invoices_history").num_rows == sum(
        len(before[f"{schema}.invoices"]) for schema in OURS
    )


def test_a_revision_that_fails_leaves_the_warehouse_as_it_was(old, newer_program):
    before = contents(old, OURS)
    newer_program("rename_column(op, 'invoices', 'reference', 'lost')", "raise RuntimeError('no way')")
    with pytest.raises(RuntimeError, match="no way"):
        Warehouse(old).prepare()
    assert contents(old, OURS) == before


@proof
def test_a_process_killed_in_a_migration_leaves_the_old_layout_and_the_next_one_completes_it(old, newer_program):
    before = contents(old, OURS)
    as_newer = newer_program(
        "rename_column(op, 'invoices', 'reference', 'their_reference')",
        "import sys, time",
        "print('half way', flush=True)",
        "sys.stdin.readline()",
    )
    code = f"{as_newer}from xero_pipeline.warehouse.store import Warehouse; Warehouse({old!r}).prepare()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "half way\n"
        os.kill(process.pid, signal.SIGKILL)
        process.wait(30)
    assert contents(old, OURS) == before
    newer_program("rename_column(op, 'invoices', 'reference', 'their_reference')")
    Warehouse(old).prepare()
    assert "their_reference" in contents(old, OURS)["xero.invoices"][0]


def test_two_processes_that_open_it_at_once_migrate_it_once(old, newer_program):
    as_newer = newer_program("op.execute(\"UPDATE xero.invoices SET reference = reference || '!'\")")
    code = f"{as_newer}from xero_pipeline.warehouse.store import Warehouse; Warehouse({old!r}).prepare()"
    before = {row["invoice_id"]: row["reference"] for row in contents(old, OURS)["xero.invoices"]}
    both = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(2)]
    errors = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], errors
    after = {row["invoice_id"]: row["reference"] for row in contents(old, OURS)["xero.invoices"]}
    assert after == {name: text and f"{text}!" for name, text in before.items()}


def test_a_newer_warehouse_is_refused_and_left_alone(shared_warehouse, warehouse_url):
    shared_warehouse.merge(invoices(invoice("a")))
    run(
        warehouse_url,
        [
            "UPDATE xero_history.alembic_version SET version_num = '0100'",
            "UPDATE xero_history.layout SET declared = 'of another program', program = '7.8.9'",
        ],
    )
    before = contents(warehouse_url, OURS)
    for use in (Warehouse.prepare, lambda one: one.query("SELECT 1"), lambda one: one.merge(invoices(invoice("b")))):
        with pytest.raises(NewerDatabase, match=r"XERO_WAREHOUSE_URL.*0100.*7\.8\.9.*Update xero-pipeline") as caught:
            use(Warehouse(warehouse_url))
        assert isinstance(caught.value, ConfigurationError)
    assert contents(warehouse_url, OURS) == before


def test_a_program_that_runs_on_while_a_newer_one_upgrades_stops_with_the_same_sentence(
    shared_warehouse, warehouse_url
):
    shared_warehouse.merge(invoices(invoice("a")))
    run(warehouse_url, ["UPDATE xero_history.alembic_version SET version_num = '0100'"])
    before = contents(warehouse_url, OURS)
    for use in (lambda: shared_warehouse.query("SELECT 1"), lambda: shared_warehouse.merge(invoices(invoice("b")))):
        with pytest.raises(NewerDatabase, match="0100"):
            use()
    assert contents(warehouse_url, OURS) == before


# DuckDB does not tie views to each other: nothing stands in the way there.
@pytest.mark.parametrize("old", ["postgresql"], indirect=True)
def test_what_people_made_of_our_views_is_not_dropped_but_named(old, newer_program):
    run(old, ["CREATE VIEW public.mine AS SELECT reference FROM xero.invoices_history"])
    before = contents(old, OURS)
    newer_program("rename_column(op, 'invoices', 'reference', 'their_reference')")
    with pytest.raises(ConfigurationError, match="mine"):
        Warehouse(old).prepare()
    assert contents(old, OURS) == before


def test_alembic_is_loaded_for_a_migration_only_and_reads_what_we_wrote_without_it(tmp_path):
    url = f"duckdb:///{tmp_path / 'new.duckdb'}"
    code = (
        f"from xero_pipeline.warehouse.store import Warehouse; Warehouse({url!r}).prepare(); import sys; "
        "print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
    from alembic.migration import MigrationContext

    engine = sa.create_engine(url)
    with engine.connect() as connection:
        known = MigrationContext.configure(connection, opts={"version_table_schema": "xero_history"})
        assert known.get_current_revision() == migrations.HEAD
    engine.dispose()
