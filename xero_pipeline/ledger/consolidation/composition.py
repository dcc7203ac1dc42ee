"""Which organisations the group is made of, by the group file: members, the leading one, and what others own."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.consolidation.group_file import WHOLE
from xero_pipeline.ledger.consolidation.members import organisations
from xero_pipeline.warehouse.organisation_names import NAMED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from sqlalchemy import Connection

    from xero_pipeline.ledger.consolidation.group_file import GroupFile
    from xero_pipeline.ledger.consolidation.members import GroupMember

_CALLED = f"""
SELECT o.tenant_id, n.name, n.own_name, o.short_code FROM xero.organisations AS o
JOIN {NAMED} AS n ON n.tenant_id = o.tenant_id
"""


@dataclass(frozen=True, slots=True)
class Composition:
    """What the group is made of.

    Args:
        members: Its organisations that have a ledger, by name.
        minorities: By tenant id how many per cent of an organisation others own; without those wholly owned.
        tenants: Tenant ids by what the file calls organisations.
        absent: What the file calls organisations that have no ledger.
    """

    members: Sequence[GroupMember]
    minorities: Mapping[str, Decimal]
    tenants: Mapping[str, str]
    absent: Sequence[str]
    parent: GroupMember | None

    @property
    def leading(self) -> GroupMember:
        """The organisation whose financial year and retained earnings are the group's.

        Without a parent it is the first by name that has the financial year of most.
        """
        ends = Counter((one.year_end_month, one.year_end_day) for one in self.members)
        (most, _), *_ = ends.most_common(1)
        of_most = (one for one in self.members if (one.year_end_month, one.year_end_day) == most)
        return self.parent or next(of_most)


def composition(connection: Connection, file: GroupFile) -> Composition:
    """What the group is made of.

    Args:
        connection: To the warehouse; reading is enough.

    Raises:
        ConfigurationError: Several organisations are called what the file calls one.
    """
    every = organisations(connection)
    with_ledger = {one.tenant_id for one in every}
    tenants = {name: found for name, found in _tenants(connection, file) if found in with_ledger}
    ownership = {tenants[one.organisation]: one.ownership for one in file.members if one.organisation in tenants}
    chosen = {*ownership, *(tenants[one] for one in (file.parent,) if one in tenants)} if file.members else with_ledger
    members = [one for one in every if one.tenant_id in chosen]
    return Composition(
        members,
        {tenant_id: WHOLE - owned for tenant_id, owned in ownership.items() if owned != WHOLE},
        tenants,
        [name for name in _named(file) if name not in tenants],
        next((one for one in members if file.parent and one.tenant_id == tenants.get(file.parent)), None),
    )


def _named(file: GroupFile) -> list[str]:
    """Every name of an organisation in the file."""
    sources = (source.organisation for account in file.accounts for source in account.sources)
    names = (file.parent, *(one.organisation for one in file.members), *sources)
    return list(dict.fromkeys(name for name in names if name))


def _tenants(connection: Connection, file: GroupFile) -> Iterable[tuple[str, str]]:
    called: dict[str, set[str]] = defaultdict(set)
    for tenant_id, *names in connection.exec_driver_sql(_CALLED):
        for name in (tenant_id, *names):
            called[(name or "").strip().casefold()].add(tenant_id)
    for name in _named(file):
        found = sorted(called.get(name.casefold(), ()))
        if len(found) > 1:
            raise ConfigurationError(
                f"The group file (XERO_GROUP_FILE) names “{name}”, but several organisations are called so: name one "
                f"by its tenant id, {' or '.join(found)}."
            )
        yield from ((name, one) for one in found)
