"""Every field case, through the real client, sync and ledger, on both databases."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from xero_pipeline.ledger.fivetran.views import make_views
from xero_pipeline.ledger.reconcile.differences import differences
from xero_pipeline.ledger.schema import upgrade_schema
from xero_pipeline.state.engine import open_state
from xero_pipeline.warehouse.schema.catalogue import table_group
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.databases import a_file_like, at
from xero_pipeline_tests.field_cases.bookkeeper import Bookkeeper
from xero_pipeline_tests.field_cases.case import cases
from xero_pipeline_tests.field_cases.xero import FieldXero
from xero_pipeline_tests.postgresql import a_database_like
from xero_pipeline_tests.thoroughness import so_many
from xero_pipeline_tests.xero.fakes import Clock
from xero_simulator.server import serving

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def served():
    """Xero over HTTP, and the clock by which all live."""
    clock = Clock()
    xero = FieldXero(clock)
    with serving(xero) as url:
        yield xero, url, clock


@pytest.fixture(scope="module")
def empty_state(tmp_path_factory):
    path = tmp_path_factory.mktemp("state") / "state.sqlite"
    open_state(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture(scope="module")
def duckdb_of_module(duckdb_template, tmp_path_factory):
    with Warehouse(a_file_like(duckdb_template, tmp_path_factory.mktemp("field"))).kept_open() as made:
        yield with_a_ledger(made)


@pytest.fixture(scope="module")
def postgresql_of_module(postgresql_server, postgresql_template):
    return with_a_ledger(Warehouse(a_database_like(at(postgresql_server, postgresql_template))))


def with_a_ledger(warehouse):
    with warehouse.writing() as connection:
        upgrade_schema(warehouse.dialect, connection)
        make_views(connection, warehouse.dialect)
    return warehouse


OF_THE_CLIENT = {"limits", "not_the_api", "paging"}
"""Kinds that end before anything is in the warehouse: `make prove` keeps the ledger of each, too."""
LEDGERS = {"journals", "problems", "differences", "queries"}


def tried():
    """Each case with its databases: both in `make prove`, else PostgreSQL alone, unless the case is about queries.

    Planning the statements of a ledger takes DuckDB longer than anything else in a case.
    """
    for case in cases():
        on_both = so_many(1, 0) or "queries" in case.expect
        for database in ("postgresql", "duckdb")[: 2 if on_both else 1]:
            yield pytest.param(database, case, id=f"{database}-{case.name}")


@pytest.fixture
def bookkeeper(request, served, empty_state, tmp_path):
    """One home a case; the warehouse holds the organisations of all cases, as that of a group does."""
    xero, url, clock = served
    clock.now = NOW.timestamp()
    shutil.copy(empty_state, tmp_path / "state.sqlite")
    state = open_state(f"sqlite:///{tmp_path / 'state.sqlite'}")
    yield Bookkeeper(url, xero, request.getfixturevalue(f"{request.param}_of_module"), state, clock)
    state.dispose()


@pytest.mark.parametrize(("bookkeeper", "case"), [*tried()], indirect=["bookkeeper"])
def test_a_field_case_has_its_right_outcome(case, bookkeeper, request):
    if "pending" in case.told:
        request.node.add_marker(pytest.mark.xfail(reason=f"pending: {case.told['pending']}", strict=True))
    bookkeeper.connect(case)
    bookkeeper.read(case)
    expect = case.expect
    if so_many(1, 0) or case.name.split("/")[0] not in OF_THE_CLIENT or LEDGERS & expect.keys():
        bookkeeper.keep()
    assert _told(bookkeeper.errors) == _expected_errors(expect.get("errors", {}), bookkeeper.errors)
    for table, rows in expect.get("rows", {}).items():
        _check_rows(bookkeeper, table, rows)
    _check_notes(case, bookkeeper)
    for path, number in expect.get("calls", {}).items():
        assert (path, bookkeeper.xero.calls[path]) == (path, number)
    _check_organisations(bookkeeper, expect)
    _check_ledger(bookkeeper, expect)
    for query in expect.get("queries", []):
        sql = query.get("sql") or query[bookkeeper.warehouse.dialect.engine(read_only=True).dialect.name]
        assert [list(row.values()) for row in bookkeeper.rows(sql)] == query["rows"]
    _check_readable(case, bookkeeper)


def _told(errors):
    return {name: (type(error).__name__, str(error)) for name, error in errors.items()}


def _expected_errors(expected, errors):
    """What is expected, with the whole message where it says what it should."""
    found = {}
    for name, one in expected.items():
        said = str(errors.get(name, ""))
        found[name] = (one["type"], said if one.get("says", "") in said else one["says"])
    return found


def _check_rows(bookkeeper, table, expected):
    rows = bookkeeper.rows(f"select * from xero.{table} where tenant_id = :tenant")
    told = [{name: _plain(row.get(name)) for name in (expected[0] if expected else row)} for row in rows]
    wanted = [{name: _plain(value) for name, value in one.items()} for one in expected]
    assert sorted(told, key=repr) == sorted(wanted, key=repr), table


def _plain(value):
    """Amounts without their last zeros, days and instants as texts."""
    if isinstance(value, str):
        try:
            value = Decimal(value) if value.count(".") == 1 else value
        except ArithmeticError:
            return value
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return value.isoformat() if isinstance(value, date) else value


def _check_notes(case, bookkeeper):
    drift = bookkeeper.rows(
        'select collection as "table", kind, path, value from xero.schema_drift where tenant_id = :tenant'
    )
    wanted = case.expect.get("drift", [])
    kinds = {one["kind"] for one in wanted} | {"field", "value", "section", "character", "twice"}
    names = {name for one in wanted for name in one}
    told = [{name: one[name] for name in names or one} for one in drift if one["kind"] in kinds]
    assert sorted(told, key=repr) == sorted(({n: one.get(n, "") for n in names} for one in wanted), key=repr)
    aside = bookkeeper.rows(
        "select collection, record_id from xero.quarantine where tenant_id = :tenant and resolved_at is null"
    )
    rejected = [(table, name) for table, names in case.expect.get("rejected", {}).items() for name in names]
    assert sorted((one["collection"], one["record_id"]) for one in aside) == sorted(rejected)


def _check_organisations(bookkeeper, expect):
    known = {one.tenant_id: one for one in bookkeeper.organisations.list()}
    if "status" in expect:
        assert {one.status for one in known.values()} == {expect["status"]}
    if "organisations" in expect:
        assert {name: one.name for name, one in known.items()} == expect["organisations"]


def _check_ledger(bookkeeper, expect):
    if "journals" in expect:
        rows = bookkeeper.rows(
            "select a.code, sum(l.net_amount) as amount from ledger.journal_lines as l "
            "join xero.accounts as a on a.tenant_id = l.tenant_id and a.account_id = l.account_id "
            "where l.tenant_id = :tenant and l.source_type <> 'UNEXPLAINED' group by a.code"
        )
        told = {row["code"]: f"{row['amount']:.2f}" for row in rows if row["amount"]}
        assert told == expect["journals"]
    if "journals" in expect or "problems" in expect:
        rows = bookkeeper.rows(
            "select document_id, problem from ledger.documents where tenant_id = :tenant and problem is not null"
        )
        wanted = expect.get("problems", {})
        assert {one["document_id"] for one in rows} == set(wanted)
        assert all(wanted[one["document_id"]] in one["problem"] for one in rows), rows
    if "differences" in expect:
        with bookkeeper.warehouse.reading() as connection:
            found = [one for one in differences(connection) if one.tenant_id == bookkeeper.tenants[0]]
        told = [
            {
                "statement": one.statement,
                "account": one.account.split(" ")[0],
                "month": f"{one.period_end:%Y-%m}",
                "difference": f"{one.difference:.2f}",
                "cause": one.cause,
            }
            for one in found
        ]
        assert sorted(told, key=repr) == sorted(expect["differences"], key=repr)


def _check_readable(case, bookkeeper):
    """Whoever reads the tables, their histories and the JSON in them may do so."""
    postgresql = bookkeeper.warehouse.dialect.engine(read_only=True).dialect.name == "postgresql"
    looked_into = "raw -> 'LineItems' -> 0 ->> 'Discount'" if postgresql else "raw ->> '$.LineItems[0].Discount'"
    for collection in case.collections:
        record, *lists = table_group(collection)
        bookkeeper.rows(f"select {looked_into} from xero.{record.name} where tenant_id = :tenant")
        for table in (record, *lists):
            bookkeeper.rows(f"select * from xero.{table.name}_history where tenant_id = :tenant")
