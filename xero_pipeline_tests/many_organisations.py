"""A home with very many organisations, filled in bulk: what is asked of all of them at once is measured on it.

Their tables hold what the screens of all organisations read (cursors, issues, ledger, calls), and no books.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from xero_pipeline.ledger.schema import upgrade_schema
from xero_pipeline.state.tables import state_table
from xero_pipeline.state.transaction import write_transaction
from xero_pipeline.xero.endpoints import chosen

if TYPE_CHECKING:
    from xero_pipeline.container import Services

PER_CONSENT = 25
"""Organisations that a consent opens."""
CALLS = 37
"""Of an organisation on a quiet day."""
FIGURES = 1_000
"""Of an organisation, compared with Xero's reports."""
NEEDS_CONSENT, DISCONNECTED, NEVER_SYNCED, STALE, WAITING, REJECTED, ASIDE, UNEXPLAINED = range(8)
"""What is wrong with the organisation of that number of every fifty; nothing with the others."""
EVERY = 50


def tenant(number: int) -> str:
    """The tenant id of an organisation."""
    return str(uuid.UUID(int=number + 1))


def name(number: int) -> str:
    """What it is called."""
    return f"{('Kōwhai', 'Rimu', 'Tōtara', 'Harbour', 'Fernhill')[number % 5]} Trading {number:04} Limited"


def fill(services: Services, count: int, now: dt.datetime) -> None:
    """Make organisations and what is known of them.

    Args:
        services: Of an empty home.
        now: The time; what is up to date was synced an hour before.
    """
    with write_transaction(services.state) as connection:
        for table, rows in _state(count, now):
            if rows:
                connection.execute(sa.insert(state_table(table)), rows)
    warehouse = services.warehouse
    warehouse.prepare()
    with warehouse.writing() as connection:
        upgrade_schema(warehouse.dialect, connection)
        for table, columns, select in _warehouse(count, now, postgresql=connection.dialect.name == "postgresql"):
            connection.exec_driver_sql(f"INSERT INTO {table} ({columns}) {select}")
    if connection.dialect.name == "postgresql":
        with warehouse.dialect.connected("written") as connection:
            connection.exec_driver_sql("ANALYZE")


def _state(count: int, now: dt.datetime) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    numbers, long_ago = range(count), now - dt.timedelta(days=100)
    consents = [f"consent-{one}" for one in range(0, count, PER_CONSENT)]
    moments = {"created_at": long_ago, "updated_at": now, "expires_at": now}
    sealed = {"client_id": "app", "access_token": "", "refresh_token": "", "scopes": ""}
    yield "consents", [{"consent_id": one, **sealed, **moments} for one in consents]
    ways = [
        {"tenant_id": tenant(one), "consent_id": consents[one // PER_CONSENT], "connection_id": f"connection-{one}"}
        | {"connected_at": long_ago}
        for one in numbers
    ]
    states = {NEEDS_CONSENT: "needs re-consent", DISCONNECTED: "disconnected"}
    gone = {"consent_id": None, "connection_id": None}
    yield (
        "organisations",
        [
            {**ways[one], "name": name(one), "status": states.get(one % EVERY, "connected")}
            | (gone if one % EVERY == DISCONNECTED else {})
            for one in numbers
        ],
    )
    yield "connections", [way for one, way in enumerate(ways) if one % EVERY != DISCONNECTED]
    at = now.timestamp()
    calls = [at - 3_600 - call for call in range(CALLS)]
    yield "quota_calls", [{"tenant_id": tenant(one), "at": call} for one in numbers for call in calls]
    heard = {"heard_at": at - 3_600, "minute_remaining": 20, "day_remaining": 4_900}
    yield "quota_limits", [{"tenant_id": tenant(one), **heard} for one in numbers]
    yield "postponed", list(_deferred(numbers, now))


def _deferred(numbers: Sequence[int], now: dt.datetime) -> Iterator[dict[str, Any]]:
    common = {"resume_at": now + dt.timedelta(hours=1), "months": "", "config": "{}", "in_vain": 0}
    for one in numbers:
        if one % EVERY == WAITING:
            waits = {"why": "day", "error": None, "since": None}
            yield {"tenant_id": tenant(one), "asset": "invoices", **common, **waits}
        if one % EVERY == ASIDE:
            put_aside = {"why": "unavailable", "error": "Xero answers 404.", "since": now}
            yield {"tenant_id": tenant(one), "asset": "budgets", **common, **put_aside}


def _warehouse(count: int, now: dt.datetime, *, postgresql: bool) -> Iterator[tuple[str, str, str]]:
    """By table what to insert, as SQL: rows made here would take longer than all that is measured."""
    series = "generate_series(0, {}) AS {}(n)" if postgresql else "(SELECT UNNEST(range(0, {} + 1)) AS n) AS {}"
    ids = ", ".join(f"({one}, '{tenant(one)}', '{name(one)}')" for one in range(count))
    who = f"(VALUES {ids}) AS o(number, tenant_id, name)"
    at, old = f"TIMESTAMPTZ '{now - dt.timedelta(hours=1)}'", f"TIMESTAMPTZ '{now - dt.timedelta(days=3)}'"
    here = f"MOD(number, {EVERY})"
    yield (
        "xero.organisations",
        "tenant_id, organisation_id, name, base_currency, synced_at, is_deleted",
        f"SELECT tenant_id, tenant_id, name, 'NZD', {at}, FALSE FROM {who}",
    )
    endpoints = ", ".join(f"('{one.table}')" for one in chosen())
    yield (
        "xero.cursors",
        "tenant_id, endpoint, modified_since, complete_at, records",
        f"SELECT tenant_id, e.name, NULL, CASE WHEN {here} = {STALE} THEN {old} ELSE {at} END, 100 "
        f"FROM {who}, (VALUES {endpoints}) AS e(name) WHERE {here} <> {NEVER_SYNCED}",
    )
    yield (
        "xero.quarantine",
        "tenant_id, collection, record_id, error, raw, seen_at, checked_at",
        f"SELECT tenant_id, 'invoices', 'i', 'Total is no number', '', {at}, {at} FROM {who} WHERE {here} = {REJECTED}",
    )
    yield (
        "xero.schema_drift",
        "tenant_id, collection, kind, path, value, sample, first_seen_at, last_seen_at, records",
        f"SELECT tenant_id, 'invoices', 'field', 'New' || n, '', 'x', {at}, {at}, 1 "
        f"FROM {who}, {series.format(1, 'f')}",
    )
    yield (
        "ledger.kept",
        "tenant_id, kept_at, journals, faults",
        f"SELECT tenant_id, {at}, 0, 0 FROM {who} WHERE {here} <> {NEVER_SYNCED}",
    )
    yield (
        "ledger.documents",
        "tenant_id, document_id, source_table, posts, is_posted",
        f"SELECT tenant_id, 'd' || n, 'invoices', TRUE, TRUE FROM {who}, {series.format(FIGURES - 1, 'd')}",
    )
    yield (
        "ledger.tie_out",
        "tenant_id, statement, period_start, period_end, account_id, measure, our_amount, xero_amount, difference, "
        "cause, is_stale",
        f"SELECT tenant_id, 'trial_balance', DATE '2026-04-01', DATE '2026-04-30', 'a' || n, 'balance', 1, 1, "
        f"CASE WHEN {here} = {UNEXPLAINED} AND n = 0 THEN 1 ELSE 0 END, "
        f"CASE WHEN {here} = {UNEXPLAINED} AND n = 0 THEN 'UNKNOWN' END, FALSE "
        f"FROM {who}, {series.format(FIGURES - 1, 'f')}",
    )
