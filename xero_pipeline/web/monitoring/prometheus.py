"""How everything stands as numbers, for Prometheus: what `/api/status` tells, and the workload."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from xero_pipeline.operations.health.issues import KINDS
from xero_pipeline.revisions import program_version
from xero_pipeline.state.webhook_inbox import WebhookInbox
from xero_pipeline.web.app_context import context_of
from xero_pipeline.web.monitoring.workload import Workload, workload

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric
    from starlette.requests import Request

LABELS = ("organisation", "tenant_id")
Told = Mapping[str, Any]


def _instant(at: datetime | None) -> float | None:
    return at.timestamp() if at else None


OF_AN_ORGANISATION: Mapping[str, tuple[str, Callable[[Told], float | None]]] = {
    "xero_connected": (
        "1 if it may be read; 0 if a person has to connect it",
        lambda one: one["status"] == "connected",
    ),
    "xero_last_sync_timestamp_seconds": (
        "When its invoices were last read to the end",
        lambda one: _instant(one["last_sync"]),
    ),
    "xero_next_sync_timestamp_seconds": (
        "When Dagster syncs it next by itself",
        lambda one: _instant(one["next_sync"]),
    ),
    "xero_consent_end_timestamp_seconds": (
        "When its consent ends if nothing is synced until then",
        lambda one: _instant(one["consent_ends_at"]),
    ),
    "xero_calls_today": ("Calls to Xero in the last 24 hours", lambda one: one["calls_today"]),
    "xero_calls_left_today": ("Calls that may still be made today", lambda one: one["calls_left_today"]),
    "xero_calls_resume_timestamp_seconds": (
        "When calls may go on; only while its calls of the day are used up",
        lambda one: _instant(one["resume_at"]),
    ),
    "xero_sync_running": ("1 while it is being synced", lambda one: one["sync"] is not None),
    "xero_last_run_failed": ("1 if the last run of one of its jobs failed", lambda one: one["problem"] is not None),
    "xero_waiting_assets": ("Assets that wait for calls of another run or day", lambda one: len(one["waiting"])),
    "xero_put_aside_assets": ("Collections and reports that cannot be read", lambda one: len(one["put_aside"])),
}
"""By name what it says, and its value; None where there is none."""

OF_THE_WORKLOAD: Mapping[str, tuple[str, str, Callable[[Workload], Mapping[str, float]]]] = {
    "xero_dagster_runs": ("Runs of Dagster that are queued, starting or started", "state", lambda now: now.runs),
    "xero_dagster_heartbeat_timestamp_seconds": (
        "When a part of Dagster's daemon showed itself last",
        "daemon",
        lambda now: now.heartbeats,
    ),
    "xero_table_rows": (
        "About how many rows a table has, of all organisations together",
        "table",
        lambda now: now.table_rows,
    ),
    "xero_webhook_events": (
        "Xero's webhooks: deliveries and events taken, deliveries refused, and so on",
        "what",
        lambda now: now.events,
    ),
    "xero_webhook_events_waiting": ("Events that are to be read", "table", lambda now: now.events_waiting),
    "xero_webhook_oldest_event_timestamp_seconds": (
        "When the oldest event that is to be read arrived",
        "table",
        lambda now: now.oldest_events,
    ),
}
"""By name what it says, its label, and by label its values."""


async def metrics(request: Request) -> Response:
    """Answer Prometheus."""
    context = context_of(request)
    told = await run_in_threadpool(context.status.everything)
    taken = WebhookInbox(context.services.state) if context.services.settings.webhook_keys else None
    now = await run_in_threadpool(workload, context.instance, context.glance, taken)
    return Response(exposition(told, now), media_type=CONTENT_TYPE_LATEST)


def exposition(told: Told, now: Workload) -> bytes:
    """Everything in the format that Prometheus reads.

    Args:
        told: What `Status.everything` tells.
        now: What there is besides organisations.
    """

    class Once:
        def collect(self) -> Iterable[Metric]:
            yield from _of_organisations(told)
            yield from _of_the_workload(now)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Once())
    return generate_latest(registry)


def _of_organisations(told: Told) -> Iterator[GaugeMetricFamily]:
    info = GaugeMetricFamily("xero_pipeline_info", "Always 1", labels=("version", "mode"))
    info.add_metric((program_version(), told["mode"]), 1)
    yield info
    scheduler = told["scheduler"]
    yield GaugeMetricFamily("xero_daily_sync_on", "1 if the daily sync is switched on", value=scheduler["on"])
    yield GaugeMetricFamily("xero_dagster_running", "1 if a Dagster carries it out", value=scheduler["dagster"])
    states = GaugeMetricFamily("xero_organisations", "Organisations in a state; some are in several", labels=("state",))
    for name, count in told["states"].items():
        states.add_metric((name,), count)
    yield states
    for name, (what, value) in OF_AN_ORGANISATION.items():
        family = GaugeMetricFamily(name, what, labels=LABELS)
        for one in told["organisations"]:
            if (number := value(one)) is not None:
                family.add_metric(_labels(one), float(number))
        yield family
    issues = GaugeMetricFamily("xero_open_issues", "What a person has to look at", labels=(*LABELS, "kind"))
    for one in told["organisations"]:
        # None while the warehouse is busy and was never read: nothing is said then, which is not zero.
        if one["issues"] is not None:
            counts = {issue["kind"]: issue["count"] for issue in one["issues"]}
            for kind in KINDS:
                issues.add_metric((*_labels(one), kind), counts.get(kind, 0))
    yield issues


def _of_the_workload(now: Workload) -> Iterator[GaugeMetricFamily]:
    for name, (what, label, values) in OF_THE_WORKLOAD.items():
        family = GaugeMetricFamily(name, what, labels=(label,))
        for of, number in values(now).items():
            family.add_metric((of,), float(number))
        yield family


def _labels(one: Told) -> tuple[str, str]:
    return one["name"], one["tenant_id"]
