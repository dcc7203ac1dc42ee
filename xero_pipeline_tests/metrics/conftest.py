"""Books on both databases: as Xero calls things, and the same books with other names of everything."""

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
from xero_pipeline_tests.databases import opened
from xero_pipeline_tests.metrics.faces import Faces
from xero_pipeline_tests.metrics.shelf import Shelf
from xero_pipeline_tests.queries.conftest import on_duckdb, on_postgresql  # noqa: F401 - fixtures

# What things are called is no matter of figures: *Turnover* for *Income*, headings that say the opposite, other
# codes of currencies.
RENAMED = (
    "update xero.profit_and_loss set section = case section when 'Income' then 'Turnover' "
    "when 'Less Cost of Sales' then 'Income from suppliers' else 'Revenue of others' end where section <> ''",
    "update xero.profit_and_loss set account_name = 'Line ' || account_name where line_type = 'account'",
    "update xero.bank_summary set account_name = 'Box ' || account_name",
    "update xero.accounts set name = 'Income or cost ' || coalesce(code, account_id)",
)
CURRENCIES = """
select c.table_name, c.column_name from information_schema.columns as c
join information_schema.tables as t on t.table_schema = c.table_schema and t.table_name = c.table_name
where c.table_schema = 'xero' and t.table_type = 'BASE TABLE' and c.column_name in ('currency_code', 'base_currency')
"""


@pytest.fixture(scope="session")
def renamed_on_duckdb(kept_on_duckdb, accountant_of_session, tmp_path_factory):
    path = shutil.copy(kept_on_duckdb, tmp_path_factory.mktemp("renamed") / "books.duckdb")
    warehouse = Warehouse(f"duckdb:///{path}")
    with warehouse.writing() as connection:
        renamed = [
            f"update xero.{table} set {column} = 'Q' || left({column}, 2)"
            for table, column in connection.exec_driver_sql(CURRENCIES).fetchall()
        ]
        for statement in (*RENAMED, *renamed):
            connection.exec_driver_sql(statement)
    update_ledger(warehouse, accountant_of_session.tenant_id, {}, at=BEGINS + dt.timedelta(hours=1))
    return warehouse


@pytest.fixture(scope="session")
def planned_on_duckdb(kept_on_duckdb, accountant_of_session, tmp_path_factory):
    """The books with budgets, and with the profit and loss on the cash basis."""
    path = shutil.copy(kept_on_duckdb, tmp_path_factory.mktemp("planned") / "books.duckdb")
    accountant_of_session.open()
    accountant_of_session.later(hours=1)
    with Warehouse(f"duckdb:///{path}").kept_open() as accountant_of_session.warehouse:
        accountant_of_session.read("budgets")
        accountant_of_session.pull("budget_summary", "profit_and_loss_cash")
        accountant_of_session.keep()
    return Warehouse(f"duckdb:///{path}")


@pytest.fixture(params=["on_duckdb", "on_postgresql", "renamed_on_duckdb"])
def books(request):
    """Nothing that is asked changes them."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def faces(books, accountant_of_session, terminal):
    return Faces(books, accountant_of_session.tenant_id, terminal)


@pytest.fixture
def terminal(books, terminal_of):
    return terminal_of(books)


@pytest.fixture
def terminal_of(accountant_of_session, tmp_path, monkeypatch, capsys):
    """Makes a home with the organisation, in whose terminal a statement is asked for."""
    return lambda books: _terminal(books, accountant_of_session, tmp_path, monkeypatch, capsys)


def _terminal(books, accountant_of_session, tmp_path, monkeypatch, capsys):
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


@pytest.fixture(params=["duckdb", "postgresql"])
def shelf(request):
    with opened(request.getfixturevalue(f"{request.param}_url")) as warehouse:
        yield Shelf(warehouse)
