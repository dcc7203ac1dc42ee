"""Files come byte for byte, whole or not at all, and nothing that somebody says instead is taken for one."""

from __future__ import annotations

import gzip

import httpx
import pytest

from xero_pipeline.errors import MissingScope, NotFound, RequestRefused, XeroUnavailable
from xero_pipeline.xero.http import transport
from xero_pipeline_tests.xero.fakes import TENANT, App, client_of

PATH = "Invoices/1/Attachments/2"
ODD = gzip.compress(b"packed by whoever attached it") + b"\xff\xfe\x00\\u0000"


def sent(content=ODD, kind="application/zip", status=200, **headers):
    return httpx.Response(status, content=content, headers={"Content-Type": kind, **headers})


def file_of(app, engine, clock, mime_type="application/zip"):
    return client_of(app, engine, clock).get_file(TENANT, PATH, mime_type=mime_type, scope="accounting.attachments")


def test_a_file_comes_byte_for_byte_even_if_it_is_packed_or_no_text(engine, clock):
    app = App(sent(kind="Application/ZIP; charset=binary"))
    found = file_of(app, engine, clock)
    assert (found.content, found.mime_type) == (ODD, "application/zip")
    assert len(app.requests) == 1


def test_a_file_is_asked_for_as_xeros_own_clients_do(engine, clock):
    """xero-python 15.2, `get_invoice_attachment_by_id`; `contentType` is of Xero's OpenAPI document."""
    app = App(sent())
    file_of(app, engine, clock)
    asked = app.requests[0].headers
    assert (asked["accept"], asked["contenttype"]) == ("application/octet-stream", "application/zip")
    assert (asked["accept-encoding"], asked["authorization"]) == ("identity", "Bearer secret-1")


def test_what_travels_packed_all_the_same_is_unpacked(engine, clock):
    app = App(sent(gzip.compress(b"plain"), **{"Content-Encoding": "gzip"}))
    assert file_of(app, engine, clock).content == b"plain"


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/json", "text/xml"])
def test_what_somebody_says_instead_of_a_file_is_asked_for_again(engine, clock, kind):
    app = App(sent(b"<html>Sign in</html>", kind), sent(b"file"))
    assert file_of(app, engine, clock).content == b"file"
    assert len(app.requests) == 2


def test_an_attached_page_is_a_file(engine, clock):
    app = App(sent(b"<html>ours</html>", "text/html"))
    assert file_of(app, engine, clock, "text/html").content == b"<html>ours</html>"


def test_a_file_larger_than_xero_takes_is_not_read_on_and_not_asked_for_again(engine, clock, monkeypatch):
    monkeypatch.setattr(transport, "LARGEST_FILE", 1_000)
    read = []

    def endless():
        for _ in range(1_000):
            read.append(1)
            yield b"x" * 600

    app = App(lambda _: httpx.Response(200, content=endless(), headers={"Content-Type": "application/zip"}))
    with pytest.raises(RequestRefused, match="larger than 25 MB"):
        file_of(app, engine, clock)
    assert (len(app.requests), len(read)) == (1, 2)


def test_a_file_that_breaks_off_is_asked_for_again(engine, clock):
    app = App(httpx.RemoteProtocolError("peer closed connection"), sent(status=503, content=b"down", kind="text/plain"))
    app.answer = lambda _: sent(b"whole")
    assert file_of(app, engine, clock).content == b"whole"


def test_xeros_refusals_of_a_file_are_told_as_those_of_a_list(engine, clock):
    gone = sent(b"The resource you're looking for cannot be found", "text/plain", 404)
    with pytest.raises(NotFound, match="cannot be found"):
        file_of(App(gone), engine, clock)
    refused = sent(b"{}", "application/json", 401, **{"WWW-Authenticate": "insufficient_scope"})
    with pytest.raises(MissingScope, match="accounting.attachments"):
        file_of(App(refused), engine, clock)


def test_xero_that_stays_away_is_given_up(engine, clock):
    app = App()
    app.answer = lambda _: sent(b"down", "text/plain", 503)
    with pytest.raises(XeroUnavailable):
        file_of(app, engine, clock)
