"""The records that could not be read, each with where to correct it in Xero."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xero_pipeline.warehouse.progress.issues import has_id, quarantined_records
from xero_pipeline.xero.deep_links import record_link

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

_INVOICES = {"ACCREC": "invoices", "ACCPAY": "bills"}
_SHORT_CODES = "SELECT tenant_id, short_code FROM xero.organisations"


def rejected_records(connection: Connection, *, linked: bool) -> list[Mapping[str, Any]]:
    """As `quarantined_records`, with the address in Xero as `in_xero`, None where none is known.

    Args:
        linked: Whether Xero has them; it does not have the simulated ones.
    """
    codes = {row[0]: row[1] for row in connection.exec_driver_sql(_SHORT_CODES)} if linked else {}
    return [{**one, "in_xero": _link(codes.get(one["tenant_id"]), one)} for one in quarantined_records(connection)]


def _link(short_code: str | None, record: Mapping[str, Any]) -> str | None:
    if not has_id(record["record_id"]):
        return None
    collection = record["collection"]
    kind = _INVOICES.get(record["type"] or "") if collection == "invoices" else collection
    return record_link(short_code, kind, record["record_id"]) if kind else None
