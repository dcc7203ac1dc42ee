"""What the group was written from, as one short text: where it is the same, the group would be the same."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.calendar import month_start
from xero_pipeline.ledger.consolidation.months import Beginning
from xero_pipeline.ledger.content_versions import TableContent
from xero_pipeline.ledger.input_state import digest
from xero_pipeline.ledger.tables import named
from xero_pipeline.warehouse.sql import literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection

    from xero_pipeline.ledger.consolidation.members import GroupMember


UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class KeptGroup:
    """What was written.

    Args:
        contents: What each table holds.
        begins: The first month, and who keeps the group from beginning earlier; None where nothing was written.
    """

    contents: Mapping[str, TableContent]
    begins: Beginning | None


def group_inputs(connection: Connection, group: Sequence[GroupMember], today: date, *told: object) -> str:
    """A digest of the ledgers, of the given rates, of the program, and of what the group is told besides.

    Args:
        group: The organisations.
        today: It counts as far as another journal or another month is reached.
        *told: What else the group depends on, as values whose `repr` says all of them.

    Returns:
        `UNKNOWN` where it is not known what a ledger was kept from.
    """
    kept = dict(tuple(row) for row in connection.exec_driver_sql(f"SELECT tenant_id, inputs FROM {named('kept')}"))
    ledgers = [kept.get(one.tenant_id) for one in group]
    if None in ledgers:
        return UNKNOWN
    days = [month_start(today), *(min(today, one.last_day) for one in group)]
    given = connection.exec_driver_sql(f"SELECT * FROM {named('exchange_rates')}")
    rates = sorted(tuple(map(str, row)) for row in given)
    return digest(group, ledgers, days, rates, told)


def kept_group(connection: Connection, inputs: str, group: Sequence[GroupMember]) -> KeptGroup | None:
    """What was written, if it was from just these inputs; else None."""
    sql = f"SELECT contents, begins, held_back_by FROM {named('group_kept')} WHERE inputs = {literal(inputs)}"
    found = None if inputs == UNKNOWN else connection.exec_driver_sql(sql).one_or_none()
    if found is None:
        return None
    contents = {name: TableContent(*told) for name, told in json.loads(found[0]).items()}
    held_back_by = next((one for one in group if one.tenant_id == found[2]), None)
    return KeptGroup(contents, None if found[1] is None else Beginning(found[1], held_back_by))


def note_inputs(connection: Connection, inputs: str, kept: KeptGroup, *, at: datetime) -> None:
    """Keep from what the group was written.

    Args:
        at: Now, in UTC.
    """
    told = json.dumps({name: (one.rows, one.version) for name, one in kept.contents.items()})
    begins = kept.begins
    held_back_by = begins.held_back_by.tenant_id if begins and begins.held_back_by else None
    values = (inputs, at, begins.month if begins else None, held_back_by, told)
    table = named("group_kept")
    connection.exec_driver_sql(f"DELETE FROM {table}")
    connection.exec_driver_sql(
        f"INSERT INTO {table} (inputs, written_at, begins, held_back_by, contents) "
        f"VALUES ({', '.join(map(literal, values))})"
    )
