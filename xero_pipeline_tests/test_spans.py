"""Traces reach a collector by OTLP over HTTP, tell what was done for whom, and hold no id of a record and no secret."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from xero_pipeline import spans

WORK = """
import threading
from xero_pipeline.spans import in_this_context, span
with span("sync", organisation="tenant-a", nothing=None) as note:
    note(rows=3)
    def fetch():
        with span("call"):
            pass
    thread = threading.Thread(target=in_this_context(fetch))
    thread.start()
    thread.join()
try:
    with span("merge"):
        raise ValueError("of a secret record")
except ValueError:
    pass
"""
SYNC = """
import sys
from pathlib import Path
from xero_pipeline import clock
from xero_pipeline.cli.mock_consent import connect_mock_organisations
from xero_pipeline.container import Services
from xero_pipeline.settings import Settings
from xero_pipeline.sync.incremental_sync import sync_collection
from xero_pipeline.sync.result import CallStats
from xero_pipeline.xero.endpoints import endpoint
from xero_simulator.config import BooksConfig
from xero_simulator.simulator import Simulator
services = Services(Settings.load(_env_file=None, pipeline_home=Path(sys.argv[1])))
services.__dict__["simulator"] = Simulator(BooksConfig(today=clock.today(), invoices=20, months=2), limits=None)
tally, tenant_id = CallStats(), connect_mock_organisations(services)[0].tenant_id
print(tenant_id)
with services.client(on_call=tally.add) as client:
    for name in ("invoices", "budgets"):
        sync_collection(client, services.warehouse, tenant_id, endpoint(name), tally=tally)
"""


class Collector(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        unpacked = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
        self.server.received.append((self.path, ExportTraceServiceRequest.FromString(unpacked)))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.end_headers()

    def log_message(self, *_):
        """Nothing on the terminal."""


@contextmanager
def collecting():
    """A collector: its address, and what it receives."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        server.received = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", server.received
        server.shutdown()


def spans_of(received):
    return [
        one for _, request in received for resource in request.resource_spans for scope in resource.scope_spans
        for one in scope.spans
    ]  # fmt: skip


def facts_of(one):
    return {pair.key: pair.value.string_value or pair.value.int_value for pair in one.attributes}


def carried_out(code, *words, endpoint):
    """Run Python in a process of its own, which ends as processes do."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XERO_", "OTEL_"))}
    environment = {**kept, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
    command = [sys.executable, "-W", "ignore", "-c", code, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done


def test_spans_arrive_with_what_is_known_and_under_the_span_they_belong_to():
    with collecting() as (url, received):
        carried_out(WORK, endpoint=url)
    assert {path for path, _ in received} == {"/v1/traces"}
    (resource,) = {
        pair.value.string_value for _, request in received for one in request.resource_spans
        for pair in one.resource.attributes if pair.key == "service.name"
    }  # fmt: skip
    assert resource == "xero_pipeline"
    found = {one.name: one for one in spans_of(received)}
    assert facts_of(found["sync"]) == {"organisation": "tenant-a", "rows": 3}
    assert found["call"].parent_span_id == found["sync"].span_id, "also of another thread"
    assert found["merge"].status.code == Status.STATUS_CODE_ERROR
    assert facts_of(found["merge"]) == {"error.type": "ValueError"}
    assert b"secret record" not in b"".join(request.SerializeToString() for _, request in received)


def test_a_sync_traces_its_calls_and_merges_without_ids_and_tokens(tmp_path):
    with collecting() as (url, received):
        tenant_id = carried_out(SYNC, tmp_path, endpoint=url).stdout.strip()
    calls = [facts_of(span) for span in spans_of(received) if span.name == "call"]
    assert {call["path"] for call in calls} == {"Invoices", "Budgets", "Budgets/{id}"}
    assert {call["organisation"] for call in calls} == {tenant_id}
    assert {(call["http.request.method"], call["http.response.status_code"]) for call in calls} == {("GET", 200)}
    assert {call["attempt"] for call in calls} == {1}
    assert {facts_of(span)["table"] for span in spans_of(received) if span.name == "merge"} >= {"invoices", "budgets"}
    everything = b"".join(request.SerializeToString() for _, request in received)
    assert b"Bearer" not in everything
    assert b"eyJ" not in everything


def test_without_an_endpoint_no_library_is_loaded_and_nothing_happens():
    code = "import sys; from xero_pipeline.spans import span\nwith span('sync') as note: note(rows=1)\n"
    carried_out(f"{code}assert 'opentelemetry' not in sys.modules", endpoint="")


def test_without_the_extra_a_process_says_so_once_and_works():
    code = "import sys; sys.modules['opentelemetry'] = None\n" + WORK.replace("nothing=None", "")
    done = carried_out(code, endpoint="http://127.0.0.1:9")
    assert done.stderr.count('pip install "xero-pipeline[telemetry]"') == 1


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("Invoices", "Invoices"),
        ("Invoices/3b1fe6a2-0000-4000-8000-000000000000", "Invoices/{id}"),
        ("Contacts/3b1fe6a2-0000-4000-8000-000000000000/Attachments", "Contacts/{id}/Attachments"),
        ("Reports/TrialBalance", "Reports/TrialBalance"),
    ],
)
def test_a_path_is_told_without_ids(path, told):
    assert spans.template(path) == told
