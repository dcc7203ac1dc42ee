"""What a ledger was kept from, as one short text: where it is the same, the ledger would be the same."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from xero_pipeline.ledger.posting.rules import RULES_VERSION
from xero_pipeline.ledger.tables import ledger_tables
from xero_pipeline.revisions import program_version
from xero_pipeline.warehouse.schema.catalogue import all_tables
from xero_pipeline.warehouse.sql import literal, target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection


def input_state(connection: Connection, tenant_id: str, *told: object) -> str:
    """A digest of an organisation's rows in schema xero, of the program, and of what the ledger is told besides.

    Every row carries when it was last written, and a row that is gone is one less.

    Args:
        connection: To a warehouse of our layout; reading is enough.
        *told: What else the ledger depends on, as values whose `repr` says all of them.
    """
    rows = connection.exec_driver_sql(" UNION ALL ".join(_states(tenant_id)))
    state = sorted(tuple(map(str, row)) for row in rows)
    return digest(state, told)


def digest(*told: object) -> str:
    """One short text for what is told, and for the rules, the tables and the program that go by it.

    Args:
        *told: Values whose `repr` says all of them.
    """
    return sha256(repr((*told, RULES_VERSION, ledger_tables(), program_version())).encode()).hexdigest()


def _states(tenant_id: str) -> Iterator[str]:
    for table in all_tables():
        written = "fetched_at" if table.name == "report_pulls" else "synced_at"
        if table.has(written):
            yield (
                f"SELECT '{table.name}', COUNT(*), MAX({written}) FROM {target(table)} "
                f"WHERE tenant_id = {literal(tenant_id)}"
            )
