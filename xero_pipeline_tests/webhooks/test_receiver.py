"""The endpoint answers Xero as Xero wants it, and nobody else.

What Xero wants: developer.xero.com/documentation/webhooks/configuring-your-server (signature, intent to receive, five
seconds, no cookies), and `xero-webhooks.yaml` for the form of a delivery.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time

import pytest

from xero_pipeline.state.transaction import write_transaction
from xero_pipeline.webhooks import receiver as module
from xero_pipeline.webhooks.receiver import INTENT, MOST_BYTES, REFUSED, UNREADABLE, WebhookReceiver
from xero_pipeline_tests.webhooks.conftest import NOW, poster
from xero_pipeline_tests.webhooks.deliveries import KEY, RECORD, body_of, event, signed
from xero_pipeline_tests.xero.fakes import TENANT


def test_the_signature_is_base64_of_hmac_sha256_over_the_bytes_as_they_came(post):
    body = body_of(event(TENANT)) + b"  \n"
    given = base64.b64encode(hmac.new(KEY.encode(), body, hashlib.sha256).digest()).decode()
    assert post(body, {"x-xero-signature": given}).status_code == 200
    assert post(body.strip(), {"x-xero-signature": given}).status_code == 401


@pytest.mark.parametrize("good", [True, False])
def test_the_intent_to_receive_is_answered_exactly(post, inbox, good):
    body = body_of()
    answer = post(body, signed(body, KEY if good else "another key"))
    assert answer.status_code == (200 if good else 401)
    assert answer.content == b""
    assert "set-cookie" not in answer.headers
    assert (INTENT if good else REFUSED) in inbox.counts()


@pytest.mark.parametrize(
    "given", ["", "=", "é", "A" * 10_000, "0" * 44, signed(body_of(event(TENANT)))["x-xero-signature"].lower()]
)
def test_whatever_else_is_sent_as_a_signature_is_refused_and_nothing_stored(post, inbox, given):
    body = body_of(event(TENANT))
    assert post(body, {b"x-xero-signature": given.encode("latin-1")}).status_code == 401
    assert post(body).status_code == 401
    assert inbox.waiting() == []


def test_while_the_key_changes_either_signs(inbox):
    post = poster(WebhookReceiver(["old", "new"], lambda: inbox, lambda: NOW))
    body = body_of()
    assert [post(body, signed(body, key)).status_code for key in ("old", "new", "other")] == [200, 200, 401]


def test_without_a_key_there_is_nothing(inbox):
    post = poster(WebhookReceiver([], lambda: inbox))
    assert post(body_of(), signed(body_of(), "")).status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_only_a_post_is_taken(post, method):
    assert post(method=method).status_code == 405


def test_a_body_that_is_too_long_is_refused_before_it_is_read(post, inbox):
    body = b"x" * (MOST_BYTES + 1)
    assert post(body, signed(body)).status_code == 413
    assert inbox.counts() == {}


def test_a_delivery_is_stored_before_it_is_answered(post, inbox):
    body = body_of(event(TENANT), event(TENANT, category="CONTACT"))
    assert post(body, signed(body)).status_code == 200
    assert [(one.asset, one.events) for one in inbox.waiting()] == [("contacts", 1), ("invoices", 1)]
    (stored,) = inbox.events_of(TENANT, "invoices")
    assert (stored.resource_id, f"{stored.event_date:%Y-%m-%d %H:%M:%S.%f}") == (RECORD, "2026-05-19 01:15:39.902000")


def test_while_the_state_database_is_held_it_answers_no_within_a_second_and_xero_sends_it_again(
    small_state, inbox, monkeypatch
):
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.2)
    post, body = poster(WebhookReceiver([KEY], lambda: inbox, lambda: NOW)), body_of(event(TENANT))
    held, let_go = threading.Event(), threading.Event()

    def hold():
        with write_transaction(small_state):
            held.set()
            let_go.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    threading.Timer(0.4, let_go.set).start()
    began = time.monotonic()
    assert post(body, signed(body)).status_code == 503
    assert time.monotonic() - began < 5  # with the thread that asyncio.run waits for
    holder.join()
    assert post(body, signed(body)).status_code == 200
    assert [one.events for one in inbox.waiting()] == [1]


def test_it_says_no_when_it_cannot_store(small_state):
    def broken():
        raise OSError("no disk")

    body = body_of(event(TENANT))
    assert poster(WebhookReceiver([KEY], broken, lambda: NOW))(body, signed(body)).status_code == 503


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"[]", b"null", b'{"events": null}', b'{"events": 1}', b"[" * 200_000, b'{"events":[[]]}'],
)
def test_what_xero_signed_and_nobody_can_read_is_counted_and_not_asked_for_again(post, inbox, body):
    assert post(body, signed(body)).status_code == 200
    assert inbox.counts()[UNREADABLE].number == 1
    assert inbox.waiting() == []


def test_strangers_do_not_make_us_write(post, inbox):
    for _ in range(5):
        post(b"{}", {"x-xero-signature": "no"})
    assert inbox.counts()[REFUSED].number == 1  # the other four are noted with the next one after ten seconds


def test_a_hundred_deliveries_of_a_hundred_events_are_each_answered_within_a_second(post):
    slowest = 0.0
    for number in range(100):
        events = [event(TENANT, f"{number:08d}-c6d4-41fd-b238-{one:012d}") for one in range(100)]
        body = json.dumps({"events": events, "firstEventSequence": number * 100 + 1,
                           "lastEventSequence": number * 100 + 100, "entropy": "x"}).encode()  # fmt: skip
        began = time.monotonic()
        assert post(body, signed(body)).status_code == 200
        slowest = max(slowest, time.monotonic() - began)
    assert slowest < 1
