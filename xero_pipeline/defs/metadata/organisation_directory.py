"""What people want to see of an organisation instead of its tenant id: its name, and a way to it in Xero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import dagster as dg

from xero_pipeline.defs.run_tags import NAME, organisation_tags
from xero_pipeline.warehouse.progress.issues import has_id
from xero_pipeline.xero.deep_links import organisation_link, record_link, report_link
from xero_pipeline.xero.reports.catalogue import reports

if TYPE_CHECKING:
    from xero_pipeline.container import Services
    from xero_pipeline.warehouse.store import Warehouse

_EITHER = {"sale": "invoices", "bill": "bills"}
_INVOICES = {"ACCREC": {"in Xero": "invoices"}, "ACCPAY": {"in Xero": "bills"}}
_WHERE = "select tenant_id, short_code, country_code from xero.organisations"


class OrganisationDirectory:
    """Knows names and links of organisations.

    Args:
        warehouse: Knows their short codes.
    """

    def __init__(self, services: Services, warehouse: Warehouse) -> None:
        self._services = services
        self._warehouse = warehouse

    def name(self, tenant_id: str) -> str:
        """What people call it; the tenant id of one we do not know."""
        if name := self._services.organisations.names.get(tenant_id):
            return name
        since = self._services.organisations.get(tenant_id)
        return since.name if since else tenant_id

    def tag(self, context: dg.AssetExecutionContext, tenants: Iterable[str]) -> None:
        """Give a run the names of its organisations, if nobody did: a person or a backfill started it."""
        if NAME not in context.run.tags:
            tags = organisation_tags(list(tenants), self._services.organisations.names)
            context.instance.add_run_tags(context.run.run_id, {NAME: tags[NAME]})

    def facts(self, tenant_id: str, asset: str) -> Mapping[str, Any]:
        """What every materialisation tells: whose it is and, of a real organisation, where to see it in Xero.

        Args:
            asset: Name of the asset.
        """
        facts: dict[str, Any] = {"organisation": self.name(tenant_id)}
        if link := self._link(tenant_id, asset):
            facts["in_xero"] = dg.MetadataValue.url(link)
        return facts

    def record(self, tenant_id: str, collection: str, record_id: str, kind: str | None = None) -> str:
        """A record's id as Markdown, with a link to it in Xero where there is one.

        Args:
            kind: Its type as Xero says it. Of an invoice without one nobody knows which of the two it is.
        """
        code, _ = self._place(tenant_id) if has_id(record_id) else (None, None)
        kinds = _INVOICES.get(kind or "", _EITHER) if collection == "invoices" else {"in Xero": collection}
        found = {words: record_link(code, kind, record_id) for words, kind in kinds.items()} if code else {}
        links = ", ".join(f"[{words}]({link})" for words, link in found.items() if link)
        return f"{record_id} ({links})" if links else record_id

    def _link(self, tenant_id: str, asset: str) -> str | None:
        code, country = self._place(tenant_id)
        if not code:
            return None
        table = {report.name: report.table for report in reports()}.get(asset)
        return report_link(code, table, country) if table else organisation_link(code)

    def _place(self, tenant_id: str) -> tuple[str | None, str | None]:
        """Short code and country of an organisation; the simulated ones are not to be found in Xero."""
        if self._services.settings.mode != "live":
            return None, None
        return self._places.get(tenant_id, (None, None))

    @cached_property
    def _places(self) -> Mapping[str, tuple[str | None, str | None]]:
        rows = self._warehouse.query(_WHERE).to_pylist()
        return {row["tenant_id"]: (row["short_code"], row["country_code"]) for row in rows}
