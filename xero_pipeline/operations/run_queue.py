"""The queue in Redis through which runs reach the workers, as the launcher and every worker see it.

Nothing that matters is kept in it: which runs there are, and that one is carried, stands in the databases. A Redis that
has lost everything costs a run some seconds.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

QUEUE = "dagster"
"""The name that dagster-celery gives it; tasks in another never start."""

BROKER = "XERO_BROKER_URL"
"""The variable in which Dagster's processes find the address of Redis, which has a password in it."""

CELERY: Mapping[str, Any] = {
    # The state database says who carries a run, also when Redis has forgotten it.
    "task_ignore_result": True,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "broker_transport_options": {"socket_keepalive": True, "health_check_interval": 25},
    # Five minutes of a Redis that is away; a launch that fails would use up one of a run's retries.
    "task_publish_retry_policy": {"max_retries": 60, "interval_start": 0.5, "interval_step": 1, "interval_max": 5},
    "worker_prefetch_multiplier": 1,
    # A worker takes no run that it cannot start: another one may be free.
    "worker_disable_prefetch": True,
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    # Runs leave memory behind that the next one cannot use.
    "worker_max_tasks_per_child": 50,
}
"""Celery's settings: those of the launcher, in Dagster's home, and of the workers."""


def launcher_config() -> dict[str, object]:
    """The setting `run_launcher` of a Dagster whose runs go through the queue."""
    return {
        "module": "xero_pipeline.operations.run_launcher",
        "class": "QueueRunLauncher",
        "config": {
            "broker": {"env": BROKER},
            "backend": None,
            "default_queue": QUEUE,
            "config_source": dict(CELERY),
        },
    }


def celery_app(broker: str) -> Any:
    """Celery's application as workers have it, with the tasks that the launcher asks for.

    Args:
        broker: XERO_BROKER_URL.
    """
    # Its functions say nothing of their types.
    config, making, tasks = (_library(name) for name in ("config", "make_app", "tasks"))
    known: dict[str, Any] = {"broker": broker, "backend": None, "include": [], "task_default_queue": QUEUE}
    app = making.make_app({**known, "config_source": {**config.DEFAULT_CONFIG, **CELERY}})
    tasks.create_execute_job_task(app)
    tasks.create_resume_job_task(app)
    return app


def _library(name: str) -> Any:
    return import_module(f"dagster_celery.{name}")


def waiting_messages(app: Any) -> Iterator[str]:
    """What waits in the queue, each message as text; a run's has its id in it."""
    with app.connection_for_read() as connection:
        channel = connection.default_channel
        for step in channel.priority_steps:
            # As Kombu calls the lists by which it has priorities in Redis.
            for message in channel.client.lrange(channel._q_for_pri(QUEUE, step), 0, -1):
                yield _body(message)


def _body(message: bytes) -> str:
    try:
        return base64.b64decode(json.loads(message)["body"]).decode("utf-8", "replace")
    except (ValueError, KeyError, TypeError, binascii.Error):
        return message.decode("utf-8", "replace")
