"""Syncs that people ask for: in Dagster's queue where there is a Dagster, else in a process of the command line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING

import dagster as dg

from xero_pipeline import clock
from xero_pipeline.defs.automation.jobs import SYNC
from xero_pipeline.defs.automation.report_runs import LONGEST_RUN
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.operations.lost_runs import fail_lost_runs
from xero_pipeline.operations.run_history import OrganisationsOfRuns
from xero_pipeline.shard import Shard

if TYPE_CHECKING:
    import dagster as dg

    from xero_pipeline.web.dagster_ui import DagsterUI
    from xero_pipeline.xero.auth.organisations import Organisation

_LAST_WORDS = 4000
"""Bytes of what a failed command line printed."""
PATIENCE_SECONDS = 30.0
"""For a command line to end after its Ctrl-C."""


@dataclass(slots=True)
class _Process:
    """A command line that syncs an organisation."""

    popen: subprocess.Popen[bytes]
    said: IO[bytes]
    began: datetime


class Syncs:
    """Starts syncs, and knows which are under way. May be shared by threads.

    Args:
        dagster: Dagster's webserver, if there is one.
        shards: All code locations that share the organisations; none where one has them all.
    """

    def __init__(self, instance: dg.DagsterInstance, dagster: DagsterUI, shards: Sequence[Shard] = ()) -> None:
        self._instance = instance
        self._dagster = dagster
        self._shards = shards
        self._lock = threading.Lock()
        self._processes: dict[str, _Process] = {}
        self._problems: dict[str, str] = {}

    def start(self, organisation: Organisation) -> bool:
        """Sync an organisation now.

        Returns:
            False when a sync of it is under way already; there is nothing to start then.

        Raises:
            ConfigurationError: It is not connected.
            XeroPipelineError: Dagster refused.
        """
        if organisation.status != "connected":
            raise ConfigurationError(
                f"{organisation.name} is not connected ({organisation.status}): press Connect first."
            )
        tenant_id = organisation.tenant_id
        with self._lock:
            if tenant_id in self._at_work():
                return False
            self._problems.pop(tenant_id, None)
            if not self._launch(tenant_id):
                self._processes[tenant_id] = _command_line(tenant_id, self._shards)
        return True

    def _launch(self, tenant_id: str) -> bool:
        """Put the sync into Dagster's queue; False when there is no Dagster."""
        location = self._dagster.location_of(tenant_id)
        if location is None:
            return False
        self._instance.add_dynamic_partitions(location.organisations, [tenant_id])
        tags = {"dagster/partition": tenant_id, "xero/organisation": tenant_id}
        return self._dagster.launch(location, SYNC, (), {}, tags) is not None

    def at_work(self) -> Mapping[str, dg.RunRecord | None]:
        """The organisations that are being synced.

        Returns:
            By tenant id the run that is under way or next; None between two runs of a command line.
        """
        with self._lock:
            return self._at_work()

    def problem(self, tenant_id: str) -> str | None:
        """Why the last sync of an organisation came to nothing, where not even a run began."""
        with self._lock:
            return self._problems.get(tenant_id)

    def close(self) -> None:
        """End what this program started, as Ctrl-C does: what is in the warehouse stays."""
        with self._lock:
            for process in self._processes.values():
                if process.popen.poll() is None:
                    process.popen.send_signal(signal.SIGINT)
            for process in self._processes.values():
                _end(process.popen)
                process.said.close()
            self._processes.clear()

    def _at_work(self) -> dict[str, dg.RunRecord | None]:
        self._see_who_ended()
        found: dict[str, dg.RunRecord | None] = dict.fromkeys(self._processes)
        organisations = OrganisationsOfRuns(self._instance)
        for record in self._unfinished():
            for tenant_id in organisations.of(record.dagster_run):
                # Of several the one that works, else the one that waits longest.
                if found.get(tenant_id) is None or record.start_time:
                    found[tenant_id] = record
        return found

    def _unfinished(self) -> list[dg.RunRecord]:
        status = dg.DagsterRunStatus
        states = [status.QUEUED, status.NOT_STARTED, status.STARTING, status.STARTED, status.CANCELING]
        records = list(self._instance.get_run_records(dg.RunsFilter(statuses=states), ascending=True))
        if records:
            fail_lost_runs(self._instance)
        now = clock.now().timestamp()
        young = LONGEST_RUN.total_seconds()
        return [one for one in records if not one.start_time or now - one.start_time < young]

    def _see_who_ended(self) -> None:
        for tenant_id, process in list(self._processes.items()):
            if (code := process.popen.poll()) is None:
                continue
            del self._processes[tenant_id]
            if code and not self._has_run_since(tenant_id, process.began):
                # Where a run failed, its history says why.
                self._problems[tenant_id] = _last_words(process.said)
            process.said.close()

    def _has_run_since(self, tenant_id: str, began: datetime) -> bool:
        mine = dg.RunsFilter(tags={"xero/organisation": tenant_id}, created_after=began)
        return bool(self._instance.get_runs(mine, limit=1))


def _command_line(tenant_id: str, shards: Sequence[Shard]) -> _Process:
    shard = {"XERO_SHARD": str(Shard.of(tenant_id, len(shards)))} if shards else {}
    said = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the process has ended
    popen = subprocess.Popen(  # noqa: S603 - our own words, and an id of Xero's
        _command(tenant_id),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=said,
        env={**os.environ, **shard},
    )
    return _Process(popen, said, clock.now())


def _end(popen: subprocess.Popen[bytes]) -> None:
    try:
        popen.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        popen.kill()  # costs nothing but time: the next sync completes it
        popen.wait()


def _command(tenant_id: str) -> list[str]:
    return [sys.executable, "-P", "-m", "xero_pipeline", "sync", "--organisation", tenant_id]


def _last_words(said: IO[bytes]) -> str:
    end = said.seek(0, 2)
    said.seek(max(0, end - _LAST_WORDS))
    lines = said.read().decode("utf-8", "replace").strip().splitlines()
    told = [line.removeprefix("Error: ") for line in lines if line.startswith("Error: ")]
    return told[-1] if told else (lines[-1] if lines else "The sync was ended by somebody. Sync again to go on.")
