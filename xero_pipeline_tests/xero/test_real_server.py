"""Faults that only a real connection has: cut, reset and compressed answers."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from xero_pipeline.errors import XeroUnavailable
from xero_pipeline.xero.http.client import XeroClient
from xero_pipeline.xero.quota.limiter import Quota
from xero_pipeline_tests.xero.fakes import TENANT, Tokens, envelope

BODY = envelope("Accounts", [{"AccountID": str(number)} for number in range(500)])


def whole(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(BODY)))
    handler.end_headers()
    handler.wfile.write(BODY)


def packed(handler):
    small = gzip.compress(BODY)
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", str(len(small)))
    handler.end_headers()
    handler.wfile.write(small)


def badly_packed(handler):
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", "7")
    handler.end_headers()
    handler.wfile.write(b"no gzip")


def cut_short(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(BODY)))
    handler.end_headers()
    handler.wfile.write(BODY[:1000])
    handler.close_connection = True


def cut_without_length(handler):
    # HTTP/1.0 style: the end of the connection is the end of the body, so only the JSON shows the cut.
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(BODY[:1000])
    handler.close_connection = True


def dropped(handler):
    handler.close_connection = True


def reset(handler):
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True
    handler.wfile = open("/dev/null", "wb")  # noqa: PTH123, SIM115


@contextmanager
def serving(*steps):
    script = list(steps)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            (script.pop(0) if script else whole)(self)

        def log_message(self, *args):
            pass

    class Server(ThreadingHTTPServer):
        def shutdown_request(self, request):
            if request.fileno() >= 0:
                super().shutdown_request(request)

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def client_at(url, engine, clock, calls):
    return XeroClient(
        api_url=url,
        tokens=Tokens(),
        quota=Quota(engine, clock=clock),
        on_call=calls.append,
        clock=clock,
        sleep=clock.sleep,
    )


@pytest.mark.parametrize("fault", [cut_short, cut_without_length, dropped, reset, badly_packed])
def test_a_connection_that_breaks_is_asked_again(engine, clock, fault):
    calls = []
    with serving(fault) as url, client_at(url, engine, clock, calls) as client:
        answer = client.get(TENANT, "Accounts")
    assert answer.body == BODY
    assert [call.attempt for call in calls] == [1, 2]
    assert len(clock.slept) == 1


def test_the_bytes_of_the_wire_are_counted_packed_and_plain(engine, clock):
    calls = []
    with serving(packed, whole) as url, client_at(url, engine, clock, calls) as client:
        small, large = client.get(TENANT, "Accounts"), client.get(TENANT, "Accounts")
    assert small.body == large.body == BODY
    assert small.wire_bytes == len(gzip.compress(BODY)) < len(BODY)
    assert large.wire_bytes == len(BODY)
    assert [call.wire_bytes for call in calls] == [small.wire_bytes, large.wire_bytes]


def test_what_a_broken_answer_cost_is_counted_too(engine, clock):
    calls = []
    with serving(cut_short) as url, client_at(url, engine, clock, calls) as client:
        client.get(TENANT, "Accounts")
    assert (calls[0].status, calls[0].wire_bytes) == (None, 1000)


def test_an_answer_that_drips_without_end_is_given_up_before_its_slot_runs_out(engine, clock):
    def drip(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        while True:
            clock.now += 50
            handler.wfile.write(b" " * 10)
            handler.wfile.flush()

    calls = []
    with serving(drip) as url, client_at(url, engine, clock, calls) as client:
        answer = client.get(TENANT, "Accounts")
    assert answer.body == BODY
    assert calls[0].status is None


def test_nobody_listening_is_told_as_unavailable(engine, clock):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with client_at(url, engine, clock, []) as client, pytest.raises(XeroUnavailable, match="ConnectError"):
        client.get(TENANT, "Accounts")
