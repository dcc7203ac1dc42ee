"""Logs as lines of JSON (`XERO_LOG_FORMAT=json`): one line a record, and no secret in any.

Dagster's processes make the formatter by its name, which stands in the `dagster.yaml` of a home.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal

LogFormat = Literal["text", "json"]
OURS = "xero_pipeline"
HIDDEN = "[hidden]"
_SECRETS = re.compile(
    r"""
    \beyJ[\w-]{8,}\.[\w-]+\.[\w-]*                    # a token (JWT)
    | (?<=\bBearer\ )\S+ | (?<=\bBasic\ )\S+         # a header
    | (?<=://)[^\s/:@]*:[^\s/@]+(?=@)                 # name and password of an address
    | (?P<field>\b(?:code|\w*(?:password|token|secret|verifier))['"]?\s*[=:]\s*['"]?)[^\s&"',}]+
    """,
    re.VERBOSE,
)
_CONTEXT: ContextVar[Mapping[str, str] | None] = ContextVar("log context", default=None)


@contextmanager
def log_context(**known: str) -> Generator[None]:
    """What this thread logs meanwhile says this, too: `organisation` (tenant id), `run_id`; empty ones are left out."""
    before = _CONTEXT.set({**(_CONTEXT.get() or {}), **known})
    try:
        yield
    finally:
        _CONTEXT.reset(before)


class JsonFormatter(logging.Formatter):
    """A record as one line: when (UTC), how serious, who says what; of which organisation, run and asset; an error."""

    def format(self, record: logging.LogRecord) -> str:
        """Make the line."""
        run: Mapping[str, Any] = getattr(record, "dagster_meta", None) or {}
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": hidden(run.get("orig_message") or record.getMessage()),
            **_of_run(run),
            **{name: value for name, value in (_CONTEXT.get() or {}).items() if value},
        }
        if record.exc_info:
            line["exception"] = hidden(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def _of_run(run: Mapping[str, Any]) -> Mapping[str, str]:
    """What Dagster knows of a record of one of its runs."""
    tags: Mapping[str, str] = run.get("job_tags") or {}
    event = run.get("dagster_event")
    error = getattr(event.event_specific_data, "error", None) if event else None
    known: dict[str, Any] = {
        "organisation": tags.get("xero/organisation") or tags.get("dagster/partition"),
        "run_id": run.get("run_id"),
        "job": run.get("job_name"),
        "step": run.get("step_key"),
        "event": event.event_type_value if event else None,
        "exception": hidden(error.to_string()) if error else None,
    }
    return {name: value for name, value in known.items() if value}


def hidden(text: str) -> str:
    """A text without what looks like a secret: tokens, passwords of addresses, codes of a consent."""
    return _SECRETS.sub(lambda found: (found["field"] or "") + HIDDEN, text)


def log_as_json() -> None:
    """From now on this process logs lines of JSON to its error stream, errors that end it included."""
    root, handler = logging.getLogger(), logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    # What our modules log in a run that Dagster captures, its own handler has written already.
    handler.addFilter(lambda record: not hasattr(record, "dagster_meta"))
    root.addHandler(handler)
    logging.getLogger(OURS).setLevel(logging.INFO)
    logging.captureWarnings(True)

    def told(kind: type[BaseException], error: BaseException, at: TracebackType | None) -> None:
        logging.getLogger(OURS).critical("Unexpected %s", kind.__name__, exc_info=(kind, error, at))

    sys.excepthook = told


def logs_json() -> bool:
    """Whether this process logs lines of JSON."""
    return any(isinstance(one.formatter, JsonFormatter) for one in logging.getLogger().handlers)


def dagster_handlers() -> Mapping[str, Any]:
    """The same for `python_logs` in a `dagster.yaml`: what runs log, and what our modules log in them."""
    formatter = {"()": f"{__name__}.{JsonFormatter.__name__}"}
    handler = {"class": "logging.StreamHandler", "formatter": "json", "level": "INFO"}
    return {"formatters": {"json": formatter}, "handlers": {"json": handler}}
