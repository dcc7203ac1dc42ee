"""Organisations of the same name are told apart wherever the warehouse names them, as the register tells them apart."""

from __future__ import annotations

import pytest

from xero_pipeline.ledger.consolidation.update import write_consolidation
from xero_pipeline.ledger.reconcile.cause_file import GivenCause, accounts_of
from xero_pipeline.ledger.reconcile.differences import differences
from xero_pipeline.queries.catalogue import asking_ready, names, ready_query
from xero_pipeline.queries.export import export
from xero_pipeline.state.engine import open_state
from xero_pipeline.state.peek import organisation_names
from xero_pipeline.warehouse.organisation_names import NAMED
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.xero.auth.connections import Connection
from xero_pipeline.xero.auth.encryption import EncryptionKeys
from xero_pipeline.xero.auth.organisations import Organisations
from xero_pipeline.xero.auth.token_set import TokenSet
from xero_pipeline.xero.auth.token_store import TokenStore
from xero_pipeline_tests.ledger.conftest import copied
from xero_pipeline_tests.ledger.several import SYNCED, change, rows
from xero_pipeline_tests.thoroughness import proof
from xero_pipeline_tests.xero.desk import KEY

GROUP = ("rates", "trial_balance", "profit_and_loss", "balance_sheet", "journal_lines", "receivables", "payables")
ALWAYS = {"since": "2000-01", "until": "2099-12"}
OF_DOCUMENTS = {"receivables": {}, "payables": {}, "overdue": {}, "sales_by_month": ALWAYS, "tax_by_month": ALWAYS}


@pytest.fixture(params=["duckdb", "postgresql"])
def filled(request, tmp_path):
    """Not kept open: queries and exports open it by themselves."""
    with copied(request, tmp_path) as url:
        yield Warehouse(url)


@pytest.fixture
def namesakes(filled, several):
    """Two of the three organisations are called Kowhai; what each should be called, by tenant id."""
    first, second, third = (one.tenant_id for one in several.organisations)
    own = {first: "Kowhai", second: " KOWHAI", third: "Rimu"}
    change(
        filled,
        *(f"UPDATE xero.organisations SET name = '{name}' WHERE tenant_id = '{one}'" for one, name in own.items()),
    )
    return {first: f"Kowhai ({first[-8:]})", second: f" KOWHAI ({second[-8:]})", third: "Rimu"}


def test_the_warehouse_and_the_shell_call_them_what_the_register_calls_them(filled, namesakes, tmp_path):
    state = f"sqlite:///{tmp_path / 'state.db'}"
    engine = open_state(state)
    consent = TokenStore(engine, EncryptionKeys(KEY)).add(TokenSet("access", "refresh", SYNCED, ()), "client")
    named = rows(filled, f"SELECT tenant_id, own_name, name FROM {NAMED} AS n")
    listed = [Connection(f"c-{one}", one, own, None, SYNCED) for one, own, _ in named]
    register = Organisations(engine)
    register.upsert(consent, listed)
    assert {one.tenant_id: one.name for one in register.list()} == {one: name for one, _, name in named} == namesakes
    assert organisation_names(state) == sorted(namesakes.values())


@proof
def test_the_group_tells_them_apart_in_every_table(filled, namesakes, several):
    kowhai, other, _ = (one.tenant_id for one in several.organisations)
    change(filled, f"UPDATE xero.contacts SET name = 'Kowhai' WHERE tenant_id = '{kowhai}'")
    with filled.writing() as connection:
        write_consolidation(connection, filled.dialect, "NZD", at=SYNCED)
    for table in GROUP:
        found = rows(filled, f"SELECT DISTINCT tenant_id, organisation FROM ledger.group_{table}")
        assert set(found) == set(namesakes.items()), table
    met = "SELECT DISTINCT counterpart_tenant_id, counterpart, organisation FROM ledger.intercompany_contacts"
    assert rows(filled, met) == [(other, namesakes[other], namesakes[kowhai])]


def test_ready_queries_tell_them_apart(filled, namesakes):
    for name, told in OF_DOCUMENTS.items():
        assert shown(filled, name, told) == set(namesakes.values()), name


@pytest.mark.parametrize("name", names())
def test_every_ready_query_names_them_in_this_way(name):
    text = ready_query(name).text
    assert "from organisations_called(:organisation)" in text
    assert "xero.organisations" not in text


def test_a_ready_query_takes_the_name_that_tells_one_apart(filled, namesakes):
    one, other, _ = namesakes.values()
    assert shown(filled, "receivables", {"organisation": one}) == {one}
    assert shown(filled, "receivables", {"organisation": "kowhai"}) == {one, other}


def test_explain_and_the_file_of_causes_tell_them_apart(filled, namesakes):
    change(
        filled,
        "INSERT INTO ledger.tie_out (tenant_id, statement, period_start, period_end, account_id, measure, our_amount, "
        "xero_amount, difference) SELECT tenant_id, 'trial_balance', DATE '2026-05-01', DATE '2026-05-31', 'a', "
        "'balance', 1, 2, -1 FROM xero.organisations",
    )
    tenant, name = next(iter(namesakes.items()))
    with filled.reading() as connection:
        assert {one.tenant_id: one.organisation for one in differences(connection)} == namesakes
        named = GivenCause(2, name, "Sales", "PAYROLL")
        assert [one for one in namesakes if accounts_of(connection, one, named)] == [tenant]


def test_an_export_of_the_group_tells_them_apart(filled, namesakes, tmp_path):
    from pyarrow.parquet import read_table

    with filled.writing() as connection:
        write_consolidation(connection, filled.dialect, "NZD", at=SYNCED)
    (done,) = export(filled, tmp_path, tables=["group_balance_sheet"])
    assert set(read_table(done.path)["organisation"].to_pylist()) == set(namesakes.values())


def shown(warehouse, name, told):
    with asking_ready(warehouse, ready_query(name), told) as answer:
        return {row["organisation"] for table in answer.batches for row in table.to_pylist()}
