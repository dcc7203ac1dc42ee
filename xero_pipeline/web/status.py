"""How everything stands: what the first page shows and `/api/status` tells."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from xero_pipeline import clock
from xero_pipeline.checks.findings import open_findings
from xero_pipeline.defs.automation.jobs import SYNC
from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.operations.health.dagster import is_on
from xero_pipeline.operations.health.issues import Issue, open_issues
from xero_pipeline.operations.organisation_states import listed
from xero_pipeline.operations.organisation_status import all_issues, last_syncs, organisation_statuses
from xero_pipeline.operations.run_history import OrganisationsOfRuns, names_of, past_run, run_records, tenant_of
from xero_pipeline.operations.run_steps import RunStep, run_steps

if TYPE_CHECKING:
    import dagster as dg

    from xero_pipeline.container import Services
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.web.cached_read import CachedReads
    from xero_pipeline.web.dagster_ui import DagsterUI, SchedulerState
    from xero_pipeline.web.progress import RunProgress
    from xero_pipeline.web.syncs import Syncs

RUNS_SHOWN = 10
RUNS_LOOKED_AT = 50
"""For what went wrong last."""
RUNS_SEARCHED = 600
"""For those of one organisation: of thousands, its last may be further back than anybody waits for."""
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
        self._kept_steps = lru_cache(_RUNS_KEPT)(partial(run_steps, instance))

    def everything(self, search: str = "", state: str = "") -> dict[str, Any]:
        """All of it.

        Args:
            search: Only organisations with this in their name or tenant id; empty for all.
            state: Only those in this state, one of `STATES`; empty for all.

        Raises:
            ConfigurationError: There is no such state.
        """
        seen = self._dagster.look()
        found = listed(self._organisations(seen), search, state)
        return {
            "mode": self._services.settings.mode,
            "at": clock.now(),
            "scheduler": self.scheduler(seen),
            "states": found.counts,
            "total": found.total,
            "organisations": found.organisations,
        }

    def one(self, tenant_id: str) -> dict[str, Any]:
        """One organisation, as `everything` tells it.

        Raises:
            StopIteration: There is none.
        """
        return next(self._organisations(self._dagster.look(), tenant_id))

    def _organisations(self, seen: SchedulerState | None, only: str | None = None) -> Iterator[dict[str, Any]]:
        """All of them: whatever is asked is asked for all at once, but for the few that are being synced.

        Args:
            only: The tenant id of the one that is wanted; None for all.
        """
        synced, issues, findings = self._last_syncs(), self.issues(), self._findings()
        at_work, failed = self._syncs.at_work(), self._last_failures()
        for told in organisation_statuses(self._services, synced or {}):
            tenant_id = told["tenant_id"]
            if only is not None and tenant_id != only:
                continue
            told["last_sync_known"] = synced is not None
            told["issues"] = None if issues is None else [asdict(issue) for issue in issues.get(tenant_id, ())]
            told["findings"] = None if findings is None else findings.get(tenant_id, 0)
            told["days_of_consent_left"] = _days_until(told["consent_ends_at"])
            told |= {"next_sync": _next_sync(told, seen), "sync": None, "problem": None}
            if tenant_id in at_work:
                told["sync"] = self._progress_of(at_work[tenant_id], tenant_id)
            else:
                never_began = self._syncs.problem(tenant_id)
                told["problem"] = {"job": SYNC, "error": never_began} if never_began else failed.get(tenant_id)
            yield told

    def scheduler(self, seen: SchedulerState | None) -> dict[str, Any]:
        """The daily sync: on or off, when next, and whether anybody carries it.

        Args:
            seen: Dagster, if it is there.
        """
        return {
            "on": seen.on if seen else is_on(self._instance, self._services.settings.shards),
            "next_at": seen.next_at if seen and seen.carried else None,
            "dagster": bool(seen and seen.carried),
        }

    def runs(self, limit: int = RUNS_SHOWN, tenant_id: str | None = None) -> list[dict[str, Any]]:
        """The last runs, the newest first.

        Args:
            tenant_id: Only those of this organisation, as far as they are among the last runs of all; None for all.
        """
        names = names_of(self._services.organisations.list())
        records = run_records(self._instance, limit, tenant_id, at_most=RUNS_SEARCHED)
        return [self._run_status(record, names) for record in records]

    def steps(self, run: Mapping[str, Any]) -> Sequence[RunStep]:
        """The steps of a run.

        Args:
            run: As `runs` tells it; that of one that has ended is read once.
        """
        return self._kept_steps(run["run_id"]) if run["end"] else run_steps(self._instance, run["run_id"])

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
        """By tenant id what went wrong, where a run of its own failed and its job has not ended well since.

        Of a run that several share, the organisation that failed is not known here; that it ended well counts for all.
        """
        organisations, newest = OrganisationsOfRuns(self._instance), set[tuple[str, str]]()
        found: dict[str, dict[str, str]] = {}
        for record in run_records(self._instance, RUNS_LOOKED_AT):
            run = self._run_status(record, {})
            tenants = tuple(organisations.of(record.dagster_run)) if run["end"] else ()
            if run["error"] and len(tenants) > 1:
                continue
            for tenant_id in tenants:
                if (tenant_id, run["job"]) not in newest and run["error"]:
                    found.setdefault(tenant_id, {"job": run["job"], "error": run["error"]})
                newest.add((tenant_id, run["job"]))
        return found

    def _last_syncs(self) -> Mapping[str, datetime] | None:
        """When, by tenant id; None while a sync writes, and nothing was read since the start."""
        try:
            return self._glance.see("last syncs", _read_last_syncs).value
        except WarehouseBusy:
            return None

    def _findings(self) -> Mapping[str, int] | None:
        """How many findings of checks are open, by tenant id; None as in `issues`."""
        try:
            return self._glance.see("findings", _read_findings).value
        except WarehouseBusy:
            return None

    def issues(self) -> Mapping[str, Sequence[Issue]] | None:
        """The open issues by tenant id; None while the warehouse is busy and was not read before."""
        try:
            found = self._glance.see("issues", open_issues).value
        except WarehouseBusy:
            return None
        return all_issues(self._services, found)

    def _progress_of(self, record: dg.RunRecord | None, tenant_id: str) -> dict[str, Any]:
        """How far the sync of an organisation is; between two runs nothing is known but that it goes on."""
        quota = self._services.quota.snapshot(tenant_id)
        told = self._progress.of(record) if record else {"state": "starting", "run_id": None, "at": None}
        waits = quota.minute_remaining == 0 and self._services.settings.keeps_limits
        return {**told, "waits_for_calls": waits and told["state"] == "started"}


def _days_until(end: datetime | None) -> int | None:
    return max(0, (end - clock.now()).days) if end else None


def _read_last_syncs(warehouse: Warehouse) -> dict[str, datetime]:
    with warehouse.reading() as connection:
        return last_syncs(connection)


def _read_findings(warehouse: Warehouse) -> Mapping[str, int]:
    with warehouse.reading() as connection:
        return open_findings(connection)


def _next_sync(one: Mapping[str, Any], seen: SchedulerState | None) -> datetime | None:
    """When Dagster syncs it by itself: by schedule, or because something waits for calls."""
    if one["status"] != "connected" or seen is None or not seen.carried:
        return None
    scheduled = seen.next_sync_of(one["tenant_id"])
    times = [left["resume_at"] for left in one["waiting"]] + ([scheduled] if scheduled else [])
    return min(times, default=None)
