"""Dagster's webserver as far as the page speaks to it."""

from __future__ import annotations

import json

import httpx


class Dagster:
    """Answers GraphQL as Dagster does."""

    def __init__(self, info=""):
        self.info = info
        self.run = "RunNotFoundError"
        self.status = "RUNNING"
        self.healthy = True
        self.refusal = None
        self.failure = None
        self.asked = []

    def __call__(self, request):
        if self.failure:
            raise self.failure
        asked = json.loads(request.content)
        self.asked.append(asked)
        return httpx.Response(200, json={"data": self.answer(asked["query"])})

    def answer(self, query):
        if "mutation" in query:
            self.status = (
                "RUNNING" if "startSchedule" in query else "STOPPED" if "stopRunning" in query else self.status
            )
            wanted = "LaunchRunSuccess" if "Launch" in query else "ScheduleStateResult"
            return {"result": self.refusal or {"__typename": wanted, "run": {"runId": "run-1"}}}
        schedules = [
            {
                "name": name,
                "scheduleState": {"id": f"id-of-{name}", "status": self.status},
                "futureTicks": {"results": [{"timestamp": 1_800_000_000.0}]},
            }
            for name in ("daily_sync", "rolling_reread")
        ]
        health = {"allDaemonStatuses": [{"daemonType": "SCHEDULER", "healthy": self.healthy}]}
        return {
            "instance": {"info": self.info, "daemonHealth": health},
            "run": {"__typename": self.run},
            "schedules": {"__typename": "Schedules", "results": schedules},
        }
