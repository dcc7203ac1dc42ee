"""A state database of an older version opens, with tokens, organisations and used-up calls; a newer one is refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
import sqlalchemy as sa

from xero_pipeline.errors import ConfigurationError, NewerDatabase
from xero_pipeline.state import migrations, upgrade
from xero_pipeline.state.engine import open_state
from xero_pipeline.xero.auth.encryption import EncryptionKeys
from xero_pipeline.xero.auth.organisations import Organisations
from xero_pipeline.xero.auth.token_store import TokenStore
from xero_pipeline.xero.quota.limiter import Quota
from xero_pipeline_tests.layouts.older import contents, older_state, run, without
from xero_pipeline_tests.postgresql import a_database_like
from xero_pipeline_tests.xero.desk import KEY

NOON = 1_795_176_000.0  # when the older program made its last calls


@pytest.fixture(scope="module")
def server(empty_database):
    return a_database_like(empty_database)


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request, tmp_path):
    """A state database as the program of commit 21ca3ef left it."""
    if request.param == "sqlite":
        return older_state(f"sqlite:///{tmp_path / 'state.sqlite'}")
    url = request.getfixturevalue("server")
    run(url, ["DROP SCHEMA IF EXISTS xero_state CASCADE"])
    return older_state(url)


@pytest.fixture
def newer_program(tmp_path, monkeypatch):
    """A program with a further revision, which does what the test says; returns what other processes must run first."""
    ours, scripts = migrations.HEAD, upgrade.revisions().folder

    def release(*lines):
        folder = tmp_path / "newer"
        folder.mkdir(exist_ok=True)
        for script in scripts.glob("0*.py"):
            (folder / script.name).write_text(script.read_text())
        head = f'revision = "0099"\ndown_revision = "{ours}"\nprogram = "9.0.0"\nimport sqlalchemy as sa\n'
        body = "\n    ".join(["schema = op.get_context().version_table_schema", *lines])
        (folder / "0099_scratch.py").write_text(f"{head}\ndef upgrade(op):\n    {body}\n")
        monkeypatch.setattr(migrations, "__file__", str(folder / "__init__.py"))
        monkeypatch.setattr(migrations, "HEAD", "0099")
        return (
            "from xero_pipeline.state import migrations; "
            f"migrations.__file__, migrations.HEAD = {str(folder / '__init__.py')!r}, '0099'; "
        )

    return release


def everything(url):
    return contents(url, ["xero_state" if url.startswith("postgresql") else None])


def opened(url):
    open_state(url).dispose()


def test_tokens_open_and_organisations_and_used_up_calls_are_known(old):
    before = everything(old)
    engine = open_state(old)
    try:
        token_store, organisations = TokenStore(engine, EncryptionKeys(KEY)), Organisations(engine)
        tokens = {token_store.load(one.consent_id).refresh_token for one in token_store.consents()}
        assert tokens == {"refresh-of-robin", "refresh-of-kim"}
        known = {one.tenant_id: (one.name, one.status) for one in organisations.list()}
        assert known == {
            "t-1": ("Maple Florist", "connected"),
            "t-2": ("Birch & Sons", "connected"),
            "t-3": ("Oak", "connected"),
            "t-4": ("Gone", "disconnected"),
        }
        quota = Quota(engine, clock=lambda: NOON)
        assert quota.snapshot("t-1").calls_today == 2
        assert quota.snapshot("t-2").resume_at is not None
        with quota.slot("t-1", lambda _: None):
            pass
    finally:
        engine.dispose()
    after = everything(old)
    calls = "xero_state.quota_calls" if "xero_state.quota_calls" in before else "quota_calls"
    assert len(after.pop(calls)) == len(before.pop(calls)) + 1
    assert without(before, after) == before


def test_what_connected_an_organisation_becomes_the_first_of_its_connections(old):
    opened(old)
    after = everything(old)
    (connections,) = [rows for table, rows in after.items() if table.endswith("connections")]
    assert {(row["tenant_id"], row["connection_id"]) for row in connections} == {
        ("t-1", "c-1"),
        ("t-2", "c-2"),
        ("t-3", "c-3"),
    }
    opened(old)
    assert everything(old) == after


def test_a_revision_makes_a_table_anew_without_emptying_what_refers_to_it(old, newer_program):
    before = everything(old)
    newer_program(
        "with op.batch_alter_table('consents', schema=schema, recreate='auto') as consents:",
        "    consents.alter_column('client_id', new_column_name='app_id')",
        "    consents.alter_column('scopes', type_=sa.String(4000), nullable=True)",
        # The program of this test still knows the column by its name.
        "with op.batch_alter_table('consents', schema=schema, recreate='auto') as consents:",
        "    consents.alter_column('app_id', new_column_name='client_id')",
    )
    opened(old)
    assert without({name: rows for name, rows in before.items() if "organisations" in name}, everything(old)) == {
        name: rows for name, rows in before.items() if "organisations" in name
    }
    engine = open_state(old)
    TokenStore(engine, EncryptionKeys(KEY)).drop(Organisations(engine).get("t-3").consent_id)
    assert Organisations(engine).get("t-3").consent_id is None  # the reference is a reference still
    engine.dispose()


def test_a_revision_that_breaks_a_reference_or_fails_changes_nothing(old, newer_program):
    before = everything(old)
    newer_program("op.execute('DELETE FROM ' + (schema + '.' if schema else '') + 'organisations')", "raise OSError(5)")
    with pytest.raises(OSError):
        opened(old)
    assert everything(old) == before


@pytest.mark.parametrize("old", ["sqlite"], indirect=True)
def test_sqlite_that_does_not_look_after_references_meanwhile_looks_before_the_commit(old, newer_program):
    before = everything(old)
    newer_program("op.execute('DELETE FROM consents')")
    with pytest.raises(ConfigurationError, match="organisations"):
        opened(old)
    assert everything(old) == before


def test_a_process_killed_in_a_migration_leaves_the_old_state_and_the_next_one_completes_it(old, newer_program):
    before = everything(old)
    as_newer = newer_program("import sys", "print('half way', flush=True)", "sys.stdin.readline()")
    code = f"{as_newer}from xero_pipeline.state.engine import open_state; open_state({old!r})"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "half way\n"
        os.kill(process.pid, signal.SIGKILL)
        process.wait(30)
    assert everything(old) == before
    newer_program()
    opened(old)
    assert [rows for table, rows in everything(old).items() if "alembic" in table] == [[{"version_num": "0099"}]]


def test_two_processes_that_open_it_at_once_migrate_it_once(old):
    code = f"from xero_pipeline.state.engine import open_state; open_state({old!r}).dispose()"
    both = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(2)]
    errors = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], errors
    (connections,) = [rows for table, rows in everything(old).items() if table.endswith("connections")]
    assert len(connections) == 3


def test_a_newer_state_is_refused_and_left_alone(old):
    opened(old)
    place = "xero_state." if old.startswith("postgresql") else ""
    run(old, [f"UPDATE {place}alembic_version SET version_num = '0100'", f"UPDATE {place}layout SET program = '7.8.9'"])
    before = everything(old)
    with pytest.raises(NewerDatabase, match=r"XERO_STATE_URL.*0100.*7\.8\.9.*Update xero-pipeline"):
        opened(old)
    assert everything(old) == before


def test_alembic_is_loaded_for_a_migration_only_and_reads_what_we_wrote_without_it(tmp_path):
    url = f"sqlite:///{tmp_path / 'state.sqlite'}"
    code = f"from xero_pipeline.state.engine import open_state; open_state({url!r}); import sys; "
    done = subprocess.run(
        [sys.executable, "-c", f"{code}print('alembic' in sys.modules)"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
    from alembic.migration import MigrationContext

    engine = sa.create_engine(url)
    with engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == migrations.HEAD
    engine.dispose()
