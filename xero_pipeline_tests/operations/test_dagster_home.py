"""Where Dagster keeps its history is one setting, and its password is in no file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from dagster._cli.utils import get_possibly_temporary_instance_for_cli
from sqlalchemy import make_url

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.operations.dagster_home import POSTGRESQL, STORAGE, open_instance, prepare_home, storage_at
from xero_pipeline.settings import Settings

PASSWORD = "pg-7hXq2"


@pytest.fixture
def settings(monkeypatch, tmp_path):
    for name in ("DAGSTER_HOME", "XERO_DAGSTER_URL", POSTGRESQL):
        monkeypatch.setenv(name, "")  # so that what is set during the test is undone
    monkeypatch.chdir(tmp_path)

    def of(url=None):
        os.environ["DAGSTER_HOME"] = ""
        given = {"dagster_url": url} if url else {}
        return Settings.load(pipeline_home=tmp_path / "home", **given)

    return of


def storage(home):
    return [yaml.safe_load((home / name).read_text())["storage"] for name in ("dagster.yaml", "command-line.yaml")]


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_the_files_say_only_where_the_address_is(settings, scheme):
    home = prepare_home(settings(f"{scheme}://me:{PASSWORD}@db.example/books"))
    assert storage(home) == [storage_at({"env": POSTGRESQL})] * 2
    assert os.environ[POSTGRESQL] == f"postgresql+psycopg2://me:{PASSWORD}@db.example/books"
    assert not [path for path in home.rglob("*") if path.is_file() and PASSWORD in path.read_text()]


def test_dagsters_processes_have_their_driver_where_a_file_has_the_setting(settings, monkeypatch, postgresql_url):
    Path(".env").write_text(f"XERO_DAGSTER_URL={postgresql_url}\n")
    monkeypatch.delenv("XERO_DAGSTER_URL")
    prepare_home(settings())
    # As `dagster-webserver`, `dagster-daemon run` and `dagster api` begin.
    with get_possibly_temporary_instance_for_cli() as instance:
        assert make_url(instance.event_log_storage.postgres_url).drivername == "postgresql+psycopg2"


def test_without_the_setting_the_history_is_in_the_home_again(settings):
    prepare_home(settings("postgresql://me@db.example/books"))
    home = prepare_home(settings())
    assert storage(home) == [{"custom": {**STORAGE, "config": {"base_dir": str(home / "storage")}}}] * 2


@pytest.mark.parametrize("url", [f"sqlite:///{PASSWORD}.db", f"{PASSWORD}", f"postgresql://me:{PASSWORD}@db.example"])
def test_an_address_of_something_else_is_a_wrong_setting(settings, url):
    with pytest.raises(ConfigurationError, match="XERO_DAGSTER_URL") as caught:
        prepare_home(settings(url))
    assert PASSWORD not in str(caught.value)


def test_a_server_that_is_not_there_is_named_without_the_password(settings, monkeypatch):
    monkeypatch.setattr("dagster_postgres.utils.calculate_delay", lambda **_: 0)
    with (
        pytest.raises(ConfigurationError, match="XERO_DAGSTER_URL") as caught,
        open_instance(settings(f"postgresql://me:{PASSWORD}@127.0.0.1:1/books")),
    ):
        pass
    assert "127.0.0.1" in str(caught.value)
    assert PASSWORD not in str(caught.value)
