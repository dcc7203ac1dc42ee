"""Somebody who connects a case's organisations, reads them into a warehouse and keeps their ledger, as a sync does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from xero_pipeline.errors import XeroPipelineError
from xero_pipeline.ledger.update import update_ledger
from xero_pipeline.sync.incremental_sync import sync_collection
from xero_pipeline.sync.reports import sync_report
from xero_pipeline.sync.result import CallStats
from xero_pipeline.sync.rolling_refresh import refresh_collection
from xero_pipeline.xero.auth.app import App
from xero_pipeline.xero.auth.encryption import EncryptionKeys
from xero_pipeline.xero.auth.oauth import OAuth
from xero_pipeline.xero.auth.organisations import Organisations
from xero_pipeline.xero.auth.token_provider import TokenProvider
from xero_pipeline.xero.auth.token_set import TokenSet
from xero_pipeline.xero.auth.token_store import TokenStore
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline.xero.http.client import XeroClient
from xero_pipeline.xero.quota.limiter import Quota
from xero_pipeline.xero.reports.catalogue import report_named
from xero_pipeline.xero.scopes import scopes_for

MONTHS = ["2026-10"]


class Bookkeeper:
    """One home over one warehouse.

    Args:
        url: Where Xero answers, over HTTP.
        clock: The time of everybody.
    """

    def __init__(self, url, xero, warehouse, state, clock):
        self.url, self.xero, self.warehouse, self.clock = url, xero, warehouse, clock
        self.errors = {}
        app = App("client", "secret", "http://localhost:8765/", scopes_for([], []), url, url, url)
        self.oauth = OAuth(app, clock=clock, sleep=clock.sleep)
        self.token_store = TokenStore(state, EncryptionKeys("0" * 64), clock=clock)
        self.organisations = Organisations(state, clock=clock)
        self.tokens = TokenProvider(self.token_store, self.oauth, self.organisations)
        self.quota = Quota(state, clock=clock)

    def connect(self, case):
        """Let the case's organisations be connected; the access token is spent when the first sync begins."""
        self.xero.begin(case)
        consent = self.token_store.add(TokenSet("access-0", "refresh-0", self.now(), ()), "client")
        token = self.tokens.of_consent(consent)
        self.organisations.upsert(consent, self.oauth.connections(token))
        self.tenants = [one.tenant_id for one in self.organisations.of_consent(consent)]
        self.clock.now += timedelta(hours=1).total_seconds()
        self.xero.calls.clear()

    def now(self):
        return datetime.fromtimestamp(self.clock.now, UTC)

    def read(self, case):
        """Sync as often as the case says, a day apart."""
        for number, how in enumerate(case.told.get("syncs", ["changes"]), start=1):
            self.xero.sync, self.errors = number, {}
            for tenant_id in self.tenants:
                for table in case.collections:
                    self._kept(table, self._collection, tenant_id, how)
                for name in case.reports:
                    months = [date.fromisoformat(f"{month}-01") for month in case.told.get("months", MONTHS)]
                    self._kept(name, self._report, tenant_id, months)
            self.clock.now += timedelta(days=1).total_seconds()

    def keep(self):
        """Keep the ledgers."""
        for tenant_id in self.tenants:
            update_ledger(self.warehouse, tenant_id, {}, at=self.now())

    def rows(self, sql, **params):
        """What the warehouse answers, row by row."""
        return self.warehouse.query(
            sql, {"tenant": self.tenants[0], **params} if ":tenant" in sql else None
        ).to_pylist()

    def _kept(self, name, work, *what):
        try:
            work(name, *what)
        except XeroPipelineError as error:
            self.errors[name] = error

    def _collection(self, table, tenant_id, how):
        row, tally = endpoint(table), CallStats()
        with self._client(tally) as client:
            if how == "again":
                if row.page_size:
                    refresh_collection(client, self.warehouse, tenant_id, row, calls=20, tally=tally, now=self.now)
                return
            full = how == "full"
            sync_collection(client, self.warehouse, tenant_id, row, tally=tally, full=full, now=self.now)

    def _report(self, name, tenant_id, months):
        tally = CallStats()
        with self._client(tally) as client:
            report = report_named(name)
            for _ in sync_report(client, self.warehouse, tenant_id, report, months, tally=tally, now=self.now):
                pass

    def _client(self, tally):
        return XeroClient(
            api_url=self.url,
            tokens=self.tokens,
            quota=self.quota,
            on_call=tally.add,
            clock=self.clock,
            sleep=self.clock.sleep,
            fall_back=self.tokens.fall_back_to_other_grant,
        )
