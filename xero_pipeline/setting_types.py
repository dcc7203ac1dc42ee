"""The types of settings: each reads what a person wrote, and refuses what it cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, PlainValidator, SecretStr
from pydantic_settings import NoDecode

from xero_pipeline.calendar import month_start
from xero_pipeline.shard import Shard

PUBLISH_WORDS = (
    "bigquery",
    "snowflake",
    "databricks",
    "redshift",
    "clickhouse",
    "motherduck",
    "ducklake",
    "iceberg",
    "mssql",
    "filesystem",
    "duckdb",
    "postgres",
)
"""Where the warehouse may be published to (XERO_PUBLISH)."""


def _publish_word(value: str) -> str:
    word = value.strip().lower()
    if word not in PUBLISH_WORDS:
        raise ValueError(f"must be one of {', '.join(PUBLISH_WORDS)}")
    return word


def _dataset_name(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,49}", value):
        raise ValueError("must be small letters, digits and _, such as xero")
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an absolute http(s) address, such as https://api.xero.com")
    return value.rstrip("/")


def _database(setting: str) -> Callable[[SecretStr], SecretStr]:
    def supported(value: SecretStr) -> SecretStr:
        from xero_pipeline.addresses import require_supported

        require_supported(setting, value.get_secret_value())
        return value

    return supported


def _broker(value: SecretStr) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in {"redis", "rediss"} or not parts.hostname:
        raise ValueError("must be the address of a Redis server, such as redis://:password@host:6379/0")
    return value


def _code_server(value: str) -> str:
    one = r"(\[[0-9A-Fa-f:]+\]|[\w.-]+):[0-9]{1,5}"
    servers = value.replace(",", " ").split()
    if not servers or not all(re.fullmatch(one, server) for server in servers):
        raise ValueError(
            "must be a host with a port, such as code:4000, or one for each shard: code-1:4000,code-2:4000"
        )
    return ",".join(servers)


def _currency_code(value: str) -> str:
    code = value.strip().upper()
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise ValueError("must be the three letters of a currency, such as NZD")
    return code


def _reports_there_are(value: str) -> str:
    from xero_pipeline.xero.reports.catalogue import chosen_reports

    chosen_reports(value, cash_basis=False)
    return value


def _words_of(*known: str) -> Callable[[object], tuple[str, ...]]:
    def chosen(value: object) -> tuple[str, ...]:
        names = re.findall(r"[^\W\d]+(?:-[^\W\d]+)*", str(value).lower())
        if not set(names) <= set(known):
            raise ValueError(f"must be of {', '.join(known)}, separated by commas")
        return tuple(name for name in known if name in names)

    return chosen


def _details(value: object) -> tuple[str, ...]:
    chosen = _words_of("attachments", "attachment-files", "history", "online-invoices")(value)
    # What a file holds is asked for where it is listed.
    return ("attachments", *chosen) if "attachment-files" in chosen and "attachments" not in chosen else chosen


def _people_or_teams(value: str) -> str:
    for owner in value.replace(",", " ").split():
        if not re.fullmatch(r"team:[\w.-]+|[^@\s:]+@[^@\s:]+\.[^@\s:]+", owner):
            raise ValueError("must be mail addresses or teams, such as jane@example.com or team:finance")
    return value


def _landing_place(value: str) -> str:
    from xero_pipeline.addresses import landing_address

    return landing_address(value)


def _attachment_place(value: str) -> str:
    from xero_pipeline.addresses import attachment_address

    return attachment_address(value)


PublishWord = Annotated[str, AfterValidator(_publish_word)]
PublishDataset = Annotated[str, AfterValidator(_dataset_name)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
WarehouseAddress = Annotated[SecretStr, AfterValidator(_database("XERO_WAREHOUSE_URL"))]
StateAddress = Annotated[SecretStr, AfterValidator(_database("XERO_STATE_URL"))]
DagsterAddress = Annotated[SecretStr, AfterValidator(_database("XERO_DAGSTER_URL"))]
BrokerAddress = Annotated[SecretStr, AfterValidator(_broker)]
AttachmentPlace = Annotated[str, AfterValidator(_attachment_place)]
LandingPlace = Annotated[str, AfterValidator(_landing_place)]
CodeServer = Annotated[str, AfterValidator(_code_server)]
CurrencyCode = Annotated[str, AfterValidator(_currency_code)]
ReportNames = Annotated[str, AfterValidator(_reports_there_are)]
Explained = Annotated[
    tuple[str, ...], NoDecode, PlainValidator(_words_of("payroll", "payslips", "assets", "account-data"))
]
DocumentDetails = Annotated[tuple[str, ...], NoDecode, PlainValidator(_details)]
Month = Annotated[date, AfterValidator(month_start)]
Owners = Annotated[str, AfterValidator(_people_or_teams)]
OneOfShards = Annotated[Shard, NoDecode, PlainValidator(Shard.read)]


def plain(secret: SecretStr | None) -> str | None:
    """What a secret is, for whoever uses it up at once."""
    return secret.get_secret_value() if secret else None
