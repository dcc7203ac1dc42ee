"""Dagster's webserver as far as the page speaks to it."""

from __future__ import annotations

import json

import httpx


class Dagster:
    """Answers GraphQL as Dagster does.

    Args:
        shards: Of how many shards it has a code location each; 0 where one has all organisations.
    """

    def __init__(self, info="", shards=0):
        self.info = info
        self.run = "RunNotFoundError"
        names = [f"shard_{number}" for number in range(1, shards + 1)]
        self.locations = {name: f"{name}_" for name in names} or {"xero_pipeline": ""}
        self.unloaded = set()
        self.stopped = set()
        self.healthy = True
        self.refusal = None
        self.failure = None
        self.asked = []

    def __call__(self, request):
        if self.failure:
            raise self.failure
        asked = json.loads(request.content)
        self.asked.append(asked)
        return httpx.Response(200, json={"data": self.answer(asked["query"], asked["variables"])})

    @property
    def schedules(self):
        """The names of all schedules."""
        return [name for prefix in self.locations.values() for name in names_of(prefix)]

    def answer(self, query, variables):
        if "mutation" in query:
            if "startSchedule" in query:
                self.stopped.discard(variables["schedule"]["scheduleName"])
            elif "stopRunning" in query:
                self.stopped.add(variables["id"].removeprefix("id-of-"))
            wanted = "LaunchRunSuccess" if "Launch" in query else "ScheduleStateResult"
            return {"result": self.refusal or {"__typename": wanted, "run": {"runId": "run-1"}}}
        health = {"allDaemonStatuses": [{"daemonType": "SCHEDULER", "healthy": self.healthy}]}
        entries = [
            {"name": name, "locationOrLoadError": self._location(name, prefix)}
            for name, prefix in self.locations.items()
        ]
        return {
            "instance": {"info": self.info, "daemonHealth": health},
            "run": {"__typename": self.run},
            "workspace": {"__typename": "Workspace", "locationEntries": entries},
        }

    def _location(self, name, prefix):
        if name in self.unloaded:
            return {"__typename": "PythonError"}
        schedules = [self._schedule(one) for one in names_of(prefix)]
        return {"__typename": "RepositoryLocation", "repositories": [{"schedules": schedules}]}

    def _schedule(self, name):
        return {
            "name": name,
            "scheduleState": {"id": f"id-of-{name}", "status": "STOPPED" if name in self.stopped else "RUNNING"},
            "futureTicks": {"results": [{"timestamp": 1_800_000_000.0}]},
        }


def names_of(prefix):
    """The schedules of a code location."""
    return [f"{prefix}daily_sync", f"{prefix}rolling_reread", f"{prefix}tidy_dagster_history_daily"]
