"""Making the views: schema `fivetran_xero` with all organisations, and one more schema for each of them.

Fivetran has one schema per connection, and dbt_xero takes each for one organisation: of several in one schema it
would count every balance several times. So whoever has several gives dbt_xero their own schemas (`xero_sources`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xero_pipeline.ledger.fivetran.declarations import views
from xero_pipeline.ledger.fivetran.numbers import number_journals
from xero_pipeline.ledger.views import Views

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from xero_pipeline.warehouse.load.merge import Dialect

SCHEMA = "fivetran_xero"
"""Where the views of all organisations are; those of one are in a schema whose name goes on with its short code."""

_ORGANISATIONS = "SELECT tenant_id, short_code FROM xero.organisations ORDER BY tenant_id"


def make_views(connection: Connection, dialect: Dialect, tenant_id: str | None = None) -> int:
    """Make what is missing or declared in another way; number the journals that have no number.

    Args:
        connection: In a transaction that writes, to a warehouse of our layout in which the ledger's tables are there
            (`upgrade_schema`); nobody else numbers these journals.
        tenant_id: Make the schema of this organisation and the one of all; None for every organisation's.

    Returns:
        How many views were made or replaced.

    Raises:
        ConfigurationError: A view that somebody made of ours stands in the way of a new declaration.
    """
    number_journals(connection, tenant_id)
    wanted = {schema: of for schema, of in schemas(connection).items() if of is None or tenant_id in {None, of}}
    declared = [
        (schema, view.name, view.query(of), f"{view.comment}, as Fivetran's connector has it")
        for schema, of in wanted.items()
        for view in views()
    ]
    there = Views(connection, wanted)
    if all(there.has(*one) for one in declared):
        return 0
    # Only now: until the transaction ends, every other ledger that has views to make waits for it.
    dialect.lock(connection, SCHEMA)
    there = Views(connection, wanted)
    return sum(there.put(*one) for one in declared)


def schemas(connection: Connection) -> Mapping[str, str | None]:
    """The schemas, each with the tenant id of its organisation; None for the one of all."""
    found: dict[str, str | None] = {SCHEMA: None}
    for tenant_id, short_code in connection.exec_driver_sql(_ORGANISATIONS):
        name = _schema(short_code or tenant_id)
        # Short codes differ in capitals alone, now and then.
        found[name if name not in found else _schema(f"{short_code}_{tenant_id}")] = tenant_id
    return found


def _schema(text: str) -> str:
    return f"{SCHEMA}_{re.sub(r'[^a-z0-9]+', '_', text.lower()).strip('_')}"
