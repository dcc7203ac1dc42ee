"""Addresses of databases that are not supported are refused before anything is written, with what is supported."""

import pytest

from xero_pipeline.addresses import dagster_address, state_address, warehouse_address
from xero_pipeline.cli import main
from xero_pipeline.errors import ConfigurationError

SECRET = "geheim"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (f"duckdb:///md:books?motherduck_token={SECRET}", "DuckDB's md: is not supported"),
        (f"duckdb:md:{SECRET}", "DuckDB's md: is not supported"),
        ("duckdb:///motherduck:books", "DuckDB's motherduck: is not supported"),
        ("duckdb:///ducklake:meta.ducklake", "DuckDB's ducklake: is not supported"),
        (f"duckdb:///ducklake:postgres:password={SECRET}", "DuckDB's ducklake: is not supported"),
        ("duckdb:////s3://bucket/books.duckdb", "DuckDB's s3: is not supported"),
        ("duckdb:///https://example.com/books.duckdb", "DuckDB's https: is not supported"),
        (f"md:{SECRET}", "md: is not supported"),
        ("ducklake:meta.ducklake", "ducklake: is not supported"),
        (f"ducklake:///{SECRET}", "ducklake: is not supported"),
        (f"snowflake://me:{SECRET}@account/books", "snowflake: is not supported"),
        (f"postgresql+psycopg2://me:{SECRET}@host/books", r"postgresql\+psycopg2: is not supported"),
        (f"duckdb:///books.duckdb?motherduck_token={SECRET}", r"options .* \(motherduck_token\) are not supported"),
        ("duckdb://books.duckdb", "three slashes"),
        ("duckdb:///:memory:", "gone with the process"),
        ("duckdb://", "gone with the process"),
        (SECRET, "not the address of a database"),
    ],
)
def test_a_warehouse_that_is_not_supported_is_named_by_its_kind_alone(address, told):
    with pytest.raises(
        ConfigurationError, match=f"^XERO_WAREHOUSE_URL: .*{told}.*Supported are a DuckDB file"
    ) as caught:
        warehouse_address(address)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    ["duckdb:///books.duckdb", "duckdb:////a b/c.duckdb", "duckdb:///C:/me/books.duckdb", "duckdb:////x:y/b.db"],
)
def test_any_file_of_this_machine_is_a_warehouse(address):
    assert warehouse_address(address).drivername == "duckdb"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_reached_by_any_of_its_names(scheme):
    for read in (warehouse_address, state_address):
        assert read(f"{scheme}://me:word@host/books").drivername == "postgresql+psycopg"
    assert dagster_address(f"{scheme}://me:word@host/books").database == "books"


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("XERO_WAREHOUSE_URL", "duckdb:///md:books"),
        ("XERO_WAREHOUSE_URL", "ducklake:books"),
        ("XERO_WAREHOUSE_URL", "duckdb:///xero.duckdb"),
        ("XERO_STATE_URL", "duckdb:///state.duckdb"),
        ("XERO_STATE_URL", "sqlite:///:memory:"),
        ("XERO_DAGSTER_URL", "mysql://host/books"),
    ],
)
@pytest.mark.parametrize("command", ["run", "sync", "connect --yes", "status", "web"])
def test_no_command_writes_anything_for_a_database_that_is_not_supported(
    name, address, command, monkeypatch, tmp_path, capsys
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, address)
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("sys.argv", ["xero-pipeline", *command.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert name in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
