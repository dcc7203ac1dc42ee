"""What the consolidation says of itself: which tables it wrote, and what a person has to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.ledger.consolidation.group_accounts import OWN
from xero_pipeline.ledger.tables import named
from xero_pipeline.warehouse.sql import literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from sqlalchemy import Connection

    from xero_pipeline.ledger.consolidation.inputs import KeptGroup
    from xero_pipeline.ledger.consolidation.months import Beginning
    from xero_pipeline.ledger.content_versions import TableContent

_MISSING = f"""
SELECT tenant_id, organisation, period_start, problem FROM {named("group_rates")}
WHERE problem IS NOT NULL ORDER BY organisation, tenant_id, period_start
"""
_UNMATCHED = f"""
SELECT organisation, counterpart, document_date, number, currency_code, amount, problem
FROM {named("intercompany_documents")} WHERE problem IS NOT NULL
ORDER BY document_date, number, organisation, document_id
"""
_UNMAPPED = f"""
SELECT g.organisation, g.account_code, g.account_name, g.group_account_class FROM {named("group_accounts")} AS g
WHERE g.mapped_by = {literal(OWN)} AND EXISTS (
    SELECT 1 FROM {named("group_trial_balance")} AS t WHERE t.tenant_id = g.tenant_id AND t.account_id = g.account_id
)
ORDER BY g.organisation, g.tenant_id, g.account_code, g.account_name
"""


@dataclass(frozen=True, slots=True)
class MissingRate:
    """A month of an organisation that cannot be translated.

    Args:
        month: Its first day.
        problem: What is missing.
    """

    tenant_id: str
    organisation: str
    month: date
    problem: str


@dataclass(frozen=True, slots=True)
class UnmatchedDocument:
    """A document with an organisation of the group that is not eliminated, or not all of it.

    Args:
        problem: Why not.
    """

    organisation: str
    counterpart: str
    day: date
    number: str | None
    currency: str
    amount: Decimal
    problem: str


@dataclass(frozen=True, slots=True)
class UnmappedAccount:
    """An account of an organisation of which nothing says what it is in the group: it is a line of its own."""

    organisation: str
    code: str | None
    name: str
    class_: str


@dataclass(frozen=True, slots=True)
class Consolidation:
    """What was written, now or the last time.

    Args:
        currency: The presentation currency; None: there is none, and nothing was written.
        begins: Its first month, and who keeps it from beginning earlier; None where nothing was written.
        organisations: How many organisations are in it.
        absent: Organisations that the group file names and that have no ledger.
        missing: The months that lack a rate: their amounts are empty.
        unmatched: The documents between organisations that are not eliminated as a whole.
        unmapped: The accounts with balances that neither the group file nor a reporting code places.
        contents: What each table holds.
        changed: Whether any of them says something else than before.
        was_current: Whether nothing that it is made of had changed, so that nothing was written.
    """

    currency: str | None
    begins: Beginning | None
    organisations: int
    absent: tuple[str, ...]
    missing: tuple[MissingRate, ...]
    unmatched: tuple[UnmatchedDocument, ...]
    unmapped: tuple[UnmappedAccount, ...]
    contents: Mapping[str, TableContent]
    changed: bool
    was_current: bool

    @property
    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        return {name: content.rows for name, content in self.contents.items()}


def outcome(
    connection: Connection,
    kept: KeptGroup,
    *,
    currency: str | None,
    organisations: int,
    absent: Sequence[str],
    changed: bool,
    was_current: bool,
) -> Consolidation:
    """What stands in the tables, and what a person has to look at.

    Args:
        connection: To the warehouse; reading is enough.
        kept: What was written.
    """
    return Consolidation(
        currency,
        kept.begins,
        organisations,
        tuple(absent),
        tuple(MissingRate(*row) for row in connection.exec_driver_sql(_MISSING)),
        tuple(UnmatchedDocument(*row) for row in connection.exec_driver_sql(_UNMATCHED)),
        tuple(UnmappedAccount(*row) for row in connection.exec_driver_sql(_UNMAPPED)) if organisations > 1 else (),
        kept.contents,
        changed,
        was_current,
    )
