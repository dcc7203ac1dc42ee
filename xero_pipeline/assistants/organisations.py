"""The organisations in the warehouse: what an answer has to say of each, and how an assistant names one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline import clock
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.posting.rules import WITHOUT_DOCUMENT
from xero_pipeline.ledger.schema import has_ledger
from xero_pipeline.ledger.tables import named
from xero_pipeline.metrics.trust import trusts
from xero_pipeline.warehouse.organisation_names import NAMED
from xero_pipeline.warehouse.progress.read_progress import cursors
from xero_pipeline.warehouse.sql import among
from xero_pipeline.warehouse.time_zones import day_in
from xero_pipeline.xero.auth.organisation_lookup import called, called_in_part

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

_KNOWN = f"""
SELECT o.tenant_id, n.name, o.base_currency, o.country_code, o.timezone FROM xero.organisations AS o
JOIN {NAMED} AS n ON n.tenant_id = o.tenant_id WHERE NOT o.is_deleted ORDER BY n.name
"""
_POSTED = f"""
SELECT tenant_id, MIN(journal_date), MAX(CASE WHEN source_type NOT IN {among(WITHOUT_DOCUMENT)} THEN journal_date END)
FROM {named("journals")} GROUP BY tenant_id
"""


@dataclass(frozen=True, slots=True)
class KnownOrganisation:
    """An organisation in the warehouse.

    Args:
        name: As people read it; from Xero.
        currency: Its base currency.
        today: The day where it is.
    """

    tenant_id: str
    name: str
    currency: str
    country: str
    today: date


def known(connection: Connection) -> Sequence[KnownOrganisation]:
    """All of them, by name.

    Args:
        connection: To the warehouse; reading is enough.
    """
    now = clock.now()
    return [
        KnownOrganisation(
            row.tenant_id,
            row.name or "",
            row.base_currency or "",
            row.country_code or "",
            day_in(row.timezone, now),
        )
        for row in connection.execute(text(_KNOWN))
    ]


def chosen(everyone: Sequence[KnownOrganisation], wanted: str | None) -> KnownOrganisation:
    """The one that is meant, as on the command line; without a word the only one there is.

    Raises:
        ConfigurationError: There is none, or not only one.
    """
    if wanted is None and len(everyone) == 1:
        return everyone[0]
    found = called(everyone, wanted or "") or called_in_part(everyone, wanted or "")
    if len(found) == 1:
        return found[0]
    raise ConfigurationError(
        "Name one organisation by its name, a part that no other name has, or its tenant id: the tool `organisations` "
        "lists them."
    )


def standing(connection: Connection, organisations: Iterable[KnownOrganisation]) -> list[Mapping[str, object]]:
    """What has to be known of organisations beside their figures; nothing of it is their own text.

    Args:
        connection: To the warehouse; reading is enough.
    """
    listed = list(organisations)
    stands = trusts(connection, [one.tenant_id for one in listed])
    synced = {one.tenant_id: one.complete_at for one in cursors(connection, "invoices")}
    return [
        {
            "tenant_id": one.tenant_id,
            "currency": one.currency,
            "last_synced_at": at.isoformat() if (at := synced.get(one.tenant_id)) else None,
            "is_reconciled": stands[one.tenant_id].is_reconciled,
            "remark": stands[one.tenant_id].remark
            or "Every figure of the ledger that was compared agrees with Xero's reports.",
        }
        for one in listed
    ]


def described(connection: Connection, organisations: Iterable[KnownOrganisation]) -> list[Mapping[str, object]]:
    """What an assistant is told of organisations it may ask about.

    Args:
        connection: To the warehouse; reading is enough.
    """
    posted = {row[0]: row[1:] for row in connection.exec_driver_sql(_POSTED)} if has_ledger(connection) else {}
    return [
        {
            "tenant_id": one.tenant_id,
            "name": one.name,
            "currency": one.currency,
            "country": one.country,
            "today": one.today,
            "first_posting": posted.get(one.tenant_id, (None, None))[0],
            "last_posting": posted.get(one.tenant_id, (None, None))[1],
        }
        for one in organisations
    ]
