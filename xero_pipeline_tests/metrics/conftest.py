"""Books on both databases: as Xero calls things, and the same books with other headings and other names of accounts."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from decimal import Decimal

import pytest

from xero_pipeline.cli import main
from xero_pipeline.container import Services
from xero_pipeline.ledger.update import update_ledger
from xero_pipeline.settings import Settings
from xero_pipeline.state.tables import state_table
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.clock import BEGINS
from xero_pipeline_tests.metrics.faces import Faces
from xero_pipeline_tests.queries.conftest import on_duckdb, on_postgresql  # noqa: F401 - fixtures

# What people call things is no matter of figures: *Turnover* for *Income*, and headings that say the opposite.
RENAMED = (
    "update xero.profit_and_loss set section = case section when 'Income' then 'Turnover' "
    "when 'Less Cost of Sales' then 'Income from suppliers' else 'Revenue of others' end where section <> ''",
    "update xero.profit_and_loss set account_name = 'Line ' || account_name where line_type = 'account'",
    "update xero.bank_summary set account_name = 'Box ' || account_name",
    "update xero.accounts set name = 'Income or cost ' || coalesce(code, account_id)",
)


@pytest.fixture(scope="session")
def renamed_on_duckdb(kept_on_duckdb, accountant_of_session, tmp_path_factory):
    path = shutil.copy(kept_on_duckdb, tmp_path_factory.mktemp("renamed") / "books.duckdb")
    warehouse = Warehouse(f"duckdb:///{path}")
    with warehouse.writing() as connection:
        for statement in RENAMED:
            connection.exec_driver_sql(statement)
    update_ledger(warehouse, accountant_of_session.tenant_id, {}, at=BEGINS + dt.timedelta(hours=1))
    return warehouse


@pytest.fixture(params=["on_duckdb", "on_postgresql", "renamed_on_duckdb"])
def books(request):
    """Nothing that is asked changes them."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def faces(books, accountant_of_session, terminal):
    return Faces(books, accountant_of_session.tenant_id, terminal)


@pytest.fixture
def terminal(books, accountant_of_session, tmp_path, monkeypatch, capsys):
    """A home with the organisation, in whose terminal a statement is asked for."""
    for name, value in {
        "XERO_PIPELINE_HOME": str(tmp_path / "home"),
        "XERO_WAREHOUSE_URL": books.dialect.url if isinstance(books.dialect.url, str) else
        books.dialect.url.render_as_string(hide_password=False),
        "XERO_MOCK_MODE": "true",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    services = Services(Settings.load())
    one = {"tenant_id": accountant_of_session.tenant_id, "name": "One", "status": "connected", "connected_at": BEGINS}
    with services.state.begin() as connection:
        connection.execute(state_table("organisations").insert(), [one])
    services.close()

    def rows(*words):
        monkeypatch.setattr(sys, "argv", ["xero-pipeline", "statement", *words, "--json"])
        try:
            main()
        except SystemExit as end:
            assert not end.code, capsys.readouterr().err
        return json.loads(capsys.readouterr().out, parse_float=Decimal)["rows"]

    return rows
