"""Addresses of databases and of the landing zone: one that is not supported is refused before anything is made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.extras import require_extra

if TYPE_CHECKING:
    from sqlalchemy import URL

PSYCOPG = "postgresql+psycopg"
"""PostgreSQL through psycopg 3, the only driver of the extra `postgresql`."""

_WAREHOUSES = (
    "Supported are a DuckDB file, such as duckdb:////home/me/books.duckdb, and PostgreSQL, such as "
    "postgresql://user:password@host/books."
)
_STATES = (
    "Supported are a SQLite file, such as sqlite:////home/me/state.sqlite, and PostgreSQL, such as "
    "postgresql://user:password@host/books."
)
_HISTORIES = (
    "It must be the address of a PostgreSQL database, such as postgresql://user:password@host/database; without it "
    "Dagster keeps its history in the home."
)
_POSTGRESQL = frozenset({"postgres", "postgresql", PSYCOPG})
_ATTACHED = re.compile(r"[A-Za-z][A-Za-z0-9_+.-]+(?=:)")
"""What DuckDB takes for a database elsewhere: md:, motherduck:, ducklake:, sqlite:, s3:. A drive has one letter."""
_SCHEMAS = re.compile(r"xero|xero_history|ledger|fivetran_xero(_.*)?")
"""What a DuckDB file may not be called: DuckDB names the database after it, and `xero.invoices` could mean either."""


def require_supported(setting: str, text: str) -> None:
    """Refuse an address that the program cannot use.

    Args:
        setting: XERO_WAREHOUSE_URL, XERO_STATE_URL or XERO_DAGSTER_URL.

    Raises:
        ConfigurationError: The address is not supported.
    """
    readers = {
        "XERO_WAREHOUSE_URL": warehouse_address,
        "XERO_STATE_URL": state_address,
        "XERO_DAGSTER_URL": dagster_address,
    }
    readers[setting](text)


def warehouse_address(text: str) -> URL:
    """The address of a warehouse.

    Args:
        text: As XERO_WAREHOUSE_URL has it.

    Raises:
        ConfigurationError: It is no DuckDB file and no PostgreSQL database; nothing of it is shown but its kind.
    """
    setting = "XERO_WAREHOUSE_URL"
    # Before SQLAlchemy reads it: for duckdb:md:books, `md` would be a driver.
    inside = _ATTACHED.match(text.partition(":")[2].lstrip("/")) if text.startswith("duckdb:") else None
    if inside:
        raise ConfigurationError(f"{setting}: DuckDB's {inside[0]}: is not supported. {_WAREHOUSES}")
    address = _read(setting, text, _WAREHOUSES)
    if address.drivername in _POSTGRESQL:
        return _through_psycopg(setting, address)
    if address.drivername != "duckdb":
        raise ConfigurationError(f"{setting}: {address.drivername}: is not supported. {_WAREHOUSES}")
    if address.query:
        raise ConfigurationError(
            f"{setting}: options after the name of a DuckDB file ({', '.join(address.query)}) are not supported. "
            f"{_WAREHOUSES}"
        )
    _require_duckdb_file(setting, address)
    return address


def state_address(text: str) -> URL:
    """The address of a state database.

    Args:
        text: As XERO_STATE_URL has it.

    Raises:
        ConfigurationError: It is no SQLite file and no PostgreSQL database.
    """
    setting = "XERO_STATE_URL"
    address = _read(setting, text, _STATES)
    if address.drivername in _POSTGRESQL:
        return _through_psycopg(setting, address)
    if address.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ConfigurationError(f"{setting}: {address.drivername}: is not supported. {_STATES}")
    if address.get_backend_name() == "sqlite" and address.database in {None, "", ":memory:"}:
        raise ConfigurationError(f"{setting}: tokens must outlive the process, so SQLite needs a file. {_STATES}")
    return address


def dagster_address(text: str) -> URL:
    """The address of Dagster's own history.

    Args:
        text: As XERO_DAGSTER_URL has it.

    Raises:
        ConfigurationError: It is no PostgreSQL database.
    """
    setting = "XERO_DAGSTER_URL"
    address = _read(setting, text, _HISTORIES)
    if address.get_backend_name() not in {"postgres", "postgresql"} or not address.database:
        raise ConfigurationError(f"{setting}: {address.drivername}: is not supported. {_HISTORIES}")
    require_extra("postgresql", f"{setting}: PostgreSQL")
    return address


def landing_address(text: str) -> str:
    """The folder or the object store of the landing zone.

    Raises:
        ConfigurationError: It is an address of something else; nothing of it is shown but its kind.
    """
    return _place_of_files("XERO_LANDING", text, "/srv/xero-landing")


def attachment_address(text: str) -> str:
    """The folder or the object store of what attachments hold.

    Raises:
        ConfigurationError: It is an address of something else; nothing of it is shown but its kind.
    """
    return _place_of_files("XERO_ATTACHMENT_FILES", text, "/srv/xero-attachments")


def _place_of_files(setting: str, text: str, example: str) -> str:
    supported = (
        f"Supported are a folder, such as {example}, and an object store: s3://bucket/prefix, gs://bucket/prefix or "
        "az://container/prefix."
    )
    scheme, separator, _ = text.partition("://")
    if not separator:
        return text
    parts = urlsplit(text)
    if scheme == "file" and not parts.netloc and parts.path != "/":
        return text
    if scheme not in {"s3", "gs", "az"}:
        raise ConfigurationError(f"{setting}: {scheme}:// is not supported here. {supported}")
    if "@" in parts.netloc or parts.query or parts.fragment or not parts.netloc:
        raise ConfigurationError(
            f"{setting} must name a bucket, perhaps with a prefix, and nothing else; credentials belong into the "
            f"variables of the store. {supported}"
        )
    require_extra("object-store", f"{setting}: An object store", "set it to a folder")
    return text


def _read(setting: str, text: str, supported: str) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(text)
    except ArgumentError:
        # Neither the text nor SQLAlchemy's words about it, for it may hold a password.
        kind = _ATTACHED.match(text)
        what = f"{kind[0]}: is not supported" if kind else "this is not the address of a database"
        raise ConfigurationError(f"{setting}: {what}. {supported}") from None


def _through_psycopg(setting: str, address: URL) -> URL:
    require_extra("postgresql", f"{setting}: PostgreSQL")
    return address.set(drivername=PSYCOPG)


def _require_duckdb_file(setting: str, address: URL) -> None:
    if address.host:
        raise ConfigurationError(
            f"{setting}: write three slashes before a DuckDB file in the folder where the command runs, four before a "
            f"whole path. {_WAREHOUSES}"
        )
    if not address.database or address.database == ":memory:":
        raise ConfigurationError(
            f"{setting}: a warehouse in memory would be gone with the process, so DuckDB needs a file. {_WAREHOUSES}"
        )
    name = re.split(r"[/\\]", address.database)[-1]
    stem = name.partition(".")[0]
    if _SCHEMAS.fullmatch(stem.lower()):
        raise ConfigurationError(
            f"{setting} names the file {name}: DuckDB calls the database after it, and {stem} is a schema inside, so "
            "that it could not tell the two apart. Give the file another name, for example books.duckdb; a file that "
            "is there already may be renamed."
        )
