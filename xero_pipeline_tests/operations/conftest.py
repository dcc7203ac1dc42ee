"""Histories of Dagster, in files and in PostgreSQL, opened with our storages or with Dagster's own."""

from functools import partial

import dagster as dg
import pytest
import yaml
from sqlalchemy import make_url

from xero_pipeline.operations.dagster_home import BATCH, NO_COMPUTE_LOGS, storage_at, storage_in
from xero_pipeline_tests.postgresql import a_database_like


@pytest.fixture
def history_url(request):
    """The address of an empty database, as Dagster wants it."""
    url = make_url(a_database_like(request.getfixturevalue("empty_database")))
    return url.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)


@pytest.fixture
def in_files(tmp_path):
    """The setting `storage` of a history in files."""
    folder = tmp_path / "storage"
    return lambda ours: storage_in(folder) if ours else {"sqlite": {"base_dir": str(folder)}}


@pytest.fixture
def in_postgresql(history_url):
    """The setting `storage` of a history in PostgreSQL."""
    return lambda ours: storage_at(history_url) if ours else {"postgres": {"postgres_url": history_url}}


@pytest.fixture
def opened_in(request, tmp_path, monkeypatch):
    """Opens a history at a place, with our storage and batches or with Dagster's own and one event after the other."""

    def of(place, *, ours=True):
        monkeypatch.setenv(BATCH, "1000" if ours else "0")
        storage = request.getfixturevalue(f"in_{place}")(ours)
        settings = {"storage": storage, "compute_logs": NO_COMPUTE_LOGS, "telemetry": {"enabled": False}}
        (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(settings))
        return dg.DagsterInstance.from_config(str(tmp_path))

    return of


@pytest.fixture(params=["files", "postgresql"])
def opened(request, opened_in):
    """The same for each place."""
    return partial(opened_in, request.param)


in_files_only = pytest.mark.parametrize("opened", ["files"], indirect=True)
