"""Traces by OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT is set and the extra `telemetry` installed; else nothing.

Spans hold what was done, for which organisation, and how it ended: no token, no record, no id of one, no message.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import copy_context
from functools import cache
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span, Tracer

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""OpenTelemetry's own variables: where spans are sent, over HTTP."""
SERVICE = "xero_pipeline"
_ID = re.compile(r"(?<=/)[^/]*\d[^/]*")

P = ParamSpec("P")
T = TypeVar("T")


@contextmanager
def span(name: str, **facts: str | int | None) -> Generator[Callable[..., None]]:
    """Trace what is done meanwhile.

    Args:
        name: What it is, such as `merge`.
        **facts: What is known of it; None is left out.

    Yields:
        Takes more facts, by keyword.
    """
    tracer = _tracer()
    if tracer is None:
        yield _nothing
        return
    with tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as current:
        note = _noting(current)
        note(**facts)
        try:
            yield note
        except BaseException as error:
            # Its kind alone: a message may quote a record.
            _fail(current, type(error).__name__)
            raise


def in_this_context(work: Callable[P, T]) -> Callable[P, T]:
    """The same work for another thread, as part of what this one does now."""
    here = copy_context()

    def carried(*args: P.args, **kwargs: P.kwargs) -> T:
        return here.run(work, *args, **kwargs)

    return carried


def template(path: str) -> str:
    """The path of a call without the ids in it: `Invoices/{id}`."""
    return _ID.sub("{id}", path)


def flush() -> None:
    """Send what was not sent yet."""
    if _tracer() is not None:
        from opentelemetry import trace

        provider: Any = trace.get_tracer_provider()
        provider.force_flush()


def _nothing(**_: str | int | None) -> None:
    """Nobody traces."""


def _noting(current: Span) -> Callable[..., None]:
    def note(**facts: str | int | None) -> None:
        current.set_attributes({name.replace("__", "."): fact for name, fact in facts.items() if fact is not None})

    return note


def _fail(current: Span, kind: str) -> None:
    from opentelemetry.trace import StatusCode

    current.set_attribute("error.type", kind)
    current.set_status(StatusCode.ERROR)


@cache
def _tracer() -> Tracer | None:
    if not any(os.environ.get(name) for name in ENDPOINTS):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError:
        logging.getLogger(__name__).warning(
            '%s is set, but nothing is traced: run `pip install "xero-pipeline[telemetry]"`, or unset it.', ENDPOINTS[0]
        )
        return None
    return _made(OTLPSpanExporter())


def _made(exporter: SpanExporter) -> Tracer:
    from opentelemetry import trace
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    from xero_pipeline.revisions import program_version

    # A name in the environment (OTEL_SERVICE_NAME) wins.
    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {SERVICE_NAME: SERVICE}
    # It sends what is left when the process ends.
    provider = TracerProvider(resource=Resource.create({**named, "service.version": program_version()}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return provider.get_tracer(SERVICE, program_version())
