"""How everything stands: what the first page shows and `/api/status` tells."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from xero_pipeline import clock
from xero_pipeline.defs.automation.jobs import SYNC
from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.operations.health.dagster import is_on
from xero_pipeline.operations.health.issues import Issue, open_issues, with_put_aside
from xero_pipeline.operations.organisation_status import deferred_work, organisation_status, put_aside
from xero_pipeline.operations.run_history import names_of, past_run, tenant_of

if TYPE_CHECKING:
    import dagster as dg

    from xero_pipeline.container import Services
    from xero_pipeline.web.cached_read import CachedReads
    from xero_pipeline.web.dagster_ui import DagsterUI, SchedulerState
    from xero_pipeline.web.progress import RunProgress
    from xero_pipeline.web.syncs import Syncs
    from xero_pipeline.xero.auth.organisations import Organisation

RUNS_SHOWN = 10
RUNS_LOOKED_AT = 50
"""For what went wrong last."""
_RUNS_KEPT = 500


class Status:
    """Puts together what the services know. May be shared by threads.

    Args:
        dagster: Dagster's webserver, where there is one.
        syncs: Those that the page began.
        progress: How far runs have come.
        glance: Short looks into the warehouse.
    """

    def __init__(
        self,
        services: Services,
        instance: dg.DagsterInstance,
        dagster: DagsterUI,
        syncs: Syncs,
        progress: RunProgress,
        glance: CachedReads,
    ) -> None:
        self._services = services
        self._instance = instance
        self._dagster = dagster
        self._syncs = syncs
        self._progress = progress
        self._glance = glance
        self._lock = threading.Lock()
        self._ended: dict[str, dict[str, Any]] = {}

    def everything(self) -> dict[str, Any]:
        """All of it."""
        services, seen = self._services, self._dagster.look()
        later, aside, at_work = deferred_work(services), put_aside(services), self._syncs.at_work()
        failed, issues = self._last_failures(), self.issues()
        organisations: list[dict[str, Any]] = []
        for one in services.organisations.list():
            mine = later.get(one.tenant_id, [])
            synced, known = self._last_sync(one)
            told = organisation_status(services, one, synced)
            told["last_sync_known"] = known
            told["issues"] = None if issues is None else [asdict(issue) for issue in issues.get(one.tenant_id, ())]
            told |= {"days_of_consent_left": _days_until(told["consent_ends_at"]), "waiting": mine}
            told |= {"put_aside": aside.get(one.tenant_id, [])}
            told |= {"next_sync": _next_sync(one, seen, mine), "sync": None, "problem": None}
            if one.tenant_id in at_work:
                told["sync"] = self._progress_of(at_work[one.tenant_id], one)
            else:
                never_began = self._syncs.problem(one.tenant_id)
                told["problem"] = {"job": SYNC, "error": never_began} if never_began else failed.get(one.tenant_id)
            organisations.append(told)
        return {
            "mode": services.settings.mode,
            "at": clock.now(),
            "scheduler": self.scheduler(seen),
            "organisations": organisations,
        }

    def scheduler(self, seen: SchedulerState | None) -> dict[str, Any]:
        """The daily sync: on or off, when next, and whether anybody carries it.

        Args:
            seen: Dagster, if it is there.
        """
        return {
            "on": seen.on if seen else is_on(self._instance),
            "next_at": seen.next_at if seen and seen.carried else None,
            "dagster": bool(seen and seen.carried),
        }

    def runs(self, limit: int = RUNS_SHOWN) -> list[dict[str, Any]]:
        """The last runs, the newest first."""
        names = names_of(self._services.organisations.list())
        records = self._instance.get_run_records(limit=limit)
        return [self._run_status(record, names) for record in records]

    def _run_status(self, record: dg.RunRecord, names: Mapping[str, str]) -> dict[str, Any]:
        """A run that has ended stays as it is, and is read once."""
        run_id = record.dagster_run.run_id
        with self._lock:
            told = self._ended.get(run_id)
        if told is None:
            told = past_run(self._instance, record, {})
            if record.dagster_run.is_finished:
                with self._lock:
                    while len(self._ended) >= _RUNS_KEPT:
                        self._ended.pop(next(iter(self._ended)))
                    self._ended[run_id] = told
        tenant_id = tenant_of(record.dagster_run.tags)
        return {**told, "organisation": names.get(tenant_id or "", tenant_id), "tenant_id": tenant_id}

    def _last_failures(self) -> dict[str, dict[str, str]]:
        """By tenant id what went wrong, where the last run of one of its jobs failed; of several the newest."""
        newest: set[tuple[str, str]] = set()
        found: dict[str, dict[str, str]] = {}
        for run in self.runs(RUNS_LOOKED_AT):
            tenant_id, job = run["tenant_id"], run["job"]
            if tenant_id and run["end"] and (tenant_id, job) not in newest:
                newest.add((tenant_id, job))
                if run["error"]:
                    found.setdefault(tenant_id, {"job": job, "error": run["error"]})
        return found

    def _last_sync(self, organisation: Organisation) -> tuple[datetime | None, bool]:
        """When, and whether that is known: while a sync writes, the first look since the start may find nothing out."""
        tenant_id = organisation.tenant_id
        try:
            cursor = self._glance.see(
                ("last sync", tenant_id), lambda warehouse: warehouse.cursor(tenant_id, "invoices")
            ).value
        except WarehouseBusy:
            return None, False
        return (cursor.complete_at if cursor else None), True

    def issues(self) -> Mapping[str, Sequence[Issue]] | None:
        """The open issues by tenant id; None while the warehouse is busy and was not read before."""
        try:
            found = self._glance.see("issues", open_issues).value
        except WarehouseBusy:
            return None
        return with_put_aside(found, self._services.deferred_work.aside())

    def _progress_of(self, record: dg.RunRecord | None, organisation: Organisation) -> dict[str, Any]:
        """How far the sync of an organisation is; between two runs nothing is known but that it goes on."""
        quota = self._services.quota.snapshot(organisation.tenant_id)
        told = self._progress.of(record) if record else {"state": "starting", "run_id": None, "at": None}
        return {**told, "waits_for_calls": quota.minute_remaining == 0 and told["state"] == "started"}


def _days_until(end: datetime | None) -> int | None:
    return max(0, (end - clock.now()).days) if end else None


def _next_sync(
    organisation: Organisation, seen: SchedulerState | None, later: Sequence[Mapping[str, Any]]
) -> datetime | None:
    """When Dagster syncs it by itself: by schedule, or because something waits for calls."""
    if organisation.status != "connected" or seen is None or not seen.carried:
        return None
    times = [one["resume_at"] for one in later] + ([seen.next_at] if seen.next_at else [])
    return min(times, default=None)
