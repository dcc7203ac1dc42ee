"""Homes of fifty organisations, a receiver of alerts, and an empty history of runs."""

from __future__ import annotations

import shutil

import dagster as dg
import pytest
from pydantic import SecretStr

from xero_pipeline.container import Services
from xero_pipeline.settings import Settings
from xero_pipeline_tests.alerts.homes import filled
from xero_pipeline_tests.alerts.receiving import webhook
from xero_pipeline_tests.databases import a_file_like


@pytest.fixture
def inbox():
    with webhook() as inbox:
        yield inbox


@pytest.fixture(scope="session")
def fifty(duckdb_template, tmp_path_factory):
    """The folder of a home of fifty organisations, in which every state is there once."""
    folder = tmp_path_factory.mktemp("fifty")
    return filled(a_file_like(duckdb_template, folder), folder, 50)


@pytest.fixture
def home(fifty, tmp_path):
    """Makes a home of fifty organisations, or opens another, all of them told to some addresses."""

    def of(addresses, like=fifty, **more):
        shutil.copytree(like, tmp_path / "copy")
        where = {"pipeline_home": tmp_path / "copy" / "home"}
        where["warehouse_url"] = f"duckdb:///{tmp_path / 'copy' / 'warehouse.duckdb'}"
        made.append(Services(Settings.load(_env_file=None, alerts=SecretStr(addresses), **where, **more)))
        return made[-1]

    made = []
    yield of
    for services in made:
        services.close()


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance
