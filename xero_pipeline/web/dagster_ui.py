"""Dagster beside us, spoken to by its GraphQL: the switch of the daily sync, its next time, and runs in its queue.

Its code locations are those that it says it has: one, or one of each shard.

Whether there is a Dagster at all, and whether it keeps the same history as we do, is found out and remembered for some
seconds; without one the page works too.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx

from xero_pipeline.defs.automation.schedules import DAILY, REREADING
from xero_pipeline.errors import XeroPipelineError
from xero_pipeline.web.dagster_graphql import LAUNCH, LOOK, START, STOP, LocationState, location_states
from xero_pipeline.xero.values import is_object

if TYPE_CHECKING:
    import dagster as dg

REMEMBERED_SECONDS = 5.0
_TIMEOUT = httpx.Timeout(15, connect=1)


@dataclass(frozen=True, slots=True)
class SchedulerState:
    """How Dagster stands.

    Args:
        carried: Whether Dagster's daemon lives, which starts what is scheduled.
        locations: Our code locations, at least one of which Dagster has loaded.
    """

    carried: bool
    locations: Sequence[LocationState]

    @property
    def on(self) -> bool:
        """Whether the daily sync is on, in each code location."""
        return all(one.schedules[DAILY].on for one in self.locations if one.loaded)

    @property
    def next_at(self) -> datetime | None:
        """When the daily sync comes next, in UTC; None where it is off."""
        times = [one.schedules[DAILY].next_at for one in self.locations if one.loaded]
        return min((at for at in times if at), default=None) if self.on else None

    def location_of(self, tenant_id: str) -> LocationState:
        """The code location that has an organisation."""
        return next(one for one in self.locations if one.shard is None or one.shard.has(tenant_id))

    def next_sync_of(self, tenant_id: str) -> datetime | None:
        """When the daily sync of an organisation comes next, in UTC; None where it is off."""
        location = self.location_of(tenant_id)
        return location.schedules[DAILY].next_at if location.loaded else None


class DagsterUI:
    """Dagster's webserver.

    Args:
        instance: The history as we see it: another one's runs are none of ours.
        transport: Carries the requests; None for the network.
        clock: Seconds; only differences count.
    """

    def __init__(
        self,
        url: str,
        instance: dg.DagsterInstance,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = url
        self._instance = instance
        self._http = httpx.Client(transport=transport, timeout=_TIMEOUT, trust_env=False)
        self._clock = clock
        self._lock = threading.Lock()
        self._remembered: tuple[float, SchedulerState | None] | None = None

    def look(self) -> SchedulerState | None:
        """How it stands.

        Returns:
            None when no Dagster of this history answers.
        """
        with self._lock:
            if self._remembered is None or self._clock() - self._remembered[0] > REMEMBERED_SECONDS:
                self._remembered = self._clock(), self._ask_how_it_stands()
            return self._remembered[1]

    def turn(self, *, on: bool) -> bool:
        """Turn the daily sync and the rolling refresh on or off, in every code location.

        Returns:
            False when there is no Dagster to tell.

        Raises:
            XeroPipelineError: Dagster could not; nothing is turned where a code location is not loaded.
        """
        seen = self.look()
        if seen is None:
            return False
        for location in seen.locations:
            self._require_loaded(location)
        for location in seen.locations:
            for name in (DAILY, REREADING):
                if not self._turn(location, name, on=on):
                    return False
        self.forget()
        return True

    def _turn(self, location: LocationState, name: str, *, on: bool) -> bool:
        if on:
            answer = self._mutate(START, {"schedule": {**location.selector, "scheduleName": location.named(name)}})
        else:
            answer = self._mutate(STOP, {"id": location.schedules[name].id})
        if answer is None:
            return False
        _require(answer["result"], "ScheduleStateResult", "turn the schedule " + ("on" if on else "off"))
        return True

    def location_of(self, tenant_id: str) -> LocationState | None:
        """The code location that has an organisation; None when there is no Dagster."""
        seen = self.look()
        return seen.location_of(tenant_id) if seen else None

    def launch(
        self,
        location: LocationState,
        job: str,
        assets: Sequence[str],
        config: Mapping[str, Any],
        tags: Mapping[str, str],
    ) -> str | None:
        """Put a run into Dagster's queue.

        Args:
            location: Whose run it is.
            job: Its name where there are no shards.
            assets: The assets' keys in that location, as text with slashes; none for all of the job.

        Returns:
            The run's id; None when Dagster has gone.

        Raises:
            XeroPipelineError: Dagster refused.
        """
        self._require_loaded(location)
        selector: dict[str, Any] = {**location.selector, "jobName": location.named(job)}
        if assets:
            selector["assetSelection"] = [{"path": key.split("/")} for key in assets]
        metadata = {"tags": [{"key": key, "value": value} for key, value in tags.items()]}
        params = {"selector": selector, "runConfigData": config, "executionMetadata": metadata}
        answer = self._mutate(LAUNCH, {"params": params})
        return _require(answer["result"], "LaunchRunSuccess", "start the sync")["run"]["runId"] if answer else None

    def forget(self) -> None:
        """Look again the next time."""
        with self._lock:
            self._remembered = None

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _ask_how_it_stands(self) -> SchedulerState | None:
        newest = self._instance.get_runs(limit=1)
        try:
            told = self._ask(LOOK, {"run": newest[0].run_id if newest else ""})
        except (httpx.HTTPError, ValueError, XeroPipelineError):
            # Nobody there, somebody else there, or a Dagster that has not loaded our definitions (yet).
            return None
        locations = location_states(told["workspace"])
        if not self._is_ours(told, known=bool(newest)) or not any(one.loaded for one in locations):
            return None
        daemons = {one["daemonType"]: one["healthy"] for one in told["instance"]["daemonHealth"]["allDaemonStatuses"]}
        return SchedulerState(bool(daemons.get("SCHEDULER")), locations)

    def _is_ours(self, told: Mapping[str, Any], *, known: bool) -> bool:
        """Whether it keeps the history that we keep: it knows our newest run, or stores what it makes where we do."""
        if known:
            return told["run"]["__typename"] == "Run"
        import yaml

        theirs: Mapping[str, Any] = yaml.safe_load(told["instance"]["info"] or "") or {}
        ours: Mapping[str, Any] = yaml.safe_load(self._instance.info_str()) or {}
        # A history in PostgreSQL is that of several machines, on each of which the home is another folder.
        where = "run_storage" if "ostgres" in str(ours.get("run_storage")) else "local_artifact_storage"
        return theirs.get(where) == ours.get(where)

    def _require_loaded(self, location: LocationState) -> None:
        if not location.loaded:
            raise XeroPipelineError(
                f"Dagster at {self.url} has not loaded the code location {location.name}: look there, under "
                "Deployment, at what is wrong with it."
            )

    def _mutate(self, mutation: str, variables: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Have something done; None when Dagster has gone since we looked, so that nothing was."""
        try:
            return self._ask(mutation, variables)
        except httpx.ConnectError:
            self.forget()
            return None
        except httpx.HTTPError as error:
            raise XeroPipelineError(
                f"Dagster at {self.url} took it and did not answer ({type(error).__name__}): look there what happened."
            ) from error

    def _ask(self, query: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = self._http.post(f"{self.url}/graphql", json={"query": query, "variables": variables})
        told = answer.json()
        if not is_object(told) or not told.get("data"):
            problem = told.get("errors", [{}])[0].get("message") if is_object(told) else None
            raise XeroPipelineError(f"Dagster at {self.url} did not understand us: {problem or answer.status_code}.")
        return told["data"]


def _require(result: Mapping[str, Any], wanted: str, what: str) -> Mapping[str, Any]:
    if result["__typename"] != wanted:
        why = result.get("message") or "; ".join(one["message"] for one in result.get("errors", []))
        raise XeroPipelineError(f"Dagster could not {what}: {why.strip() or result['__typename']}")
    return result
