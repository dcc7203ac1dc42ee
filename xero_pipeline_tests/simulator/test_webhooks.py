"""The simulator's webhooks are those of Xero: their form, their signature, their patience.

The form is held to `XeroAPI/Xero-OpenAPI`, xero-webhooks.yaml (16.1.0), as far as it knows the categories.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
from uuid import UUID

import pytest

from xero_pipeline_tests.sync.desk import Desk
from xero_simulator.edits import documents, records
from xero_simulator.edits.office import Office
from xero_simulator.webhooks.courier import LOOKS_BETWEEN_TRIES, Courier
from xero_simulator.webhooks.events import ChangeLog, subscription_event
from xero_simulator.webhooks.sender import AGAIN_SECONDS, WebhookAnswer, WebhookSender

KEY = "a signing key"
FIELDS = {"resourceUrl", "resourceId", "eventDateUtc", "eventType", "eventCategory", "tenantId", "tenantType"}


class Address:
    """Takes deliveries, or does not."""

    def __init__(self):
        self.taken, self.answer, self.tries = [], WebhookAnswer(200), 0

    def __call__(self, url, body, headers):
        self.tries += 1
        given = base64.b64encode(hmac.new(KEY.encode(), body, hashlib.sha256).digest()).decode()
        if headers["x-xero-signature"] != given:
            return WebhookAnswer(401)
        if self.answer.status == 200:
            self.taken.append(json.loads(body))
        return self.answer


@pytest.fixture
def desk():
    desk = Desk(invoices=10, months=2)
    desk.open()
    return desk


@pytest.fixture
def address():
    return Address()


@pytest.fixture
def sender(desk, address):
    sender = WebhookSender("https://any.example", KEY, clock=lambda: desk.time.now, post=address)
    assert sender.try_out()
    address.taken.clear()
    return sender


def test_what_changed_is_told_with_what_it_is(desk):
    log = ChangeLog()
    assert list(log.changes(desk.tenant_id, desk.books)) == []
    at = desk.later(minutes=1)
    invoice = documents.add_invoice(desk.books, at)
    payment = documents.add_payment(desk.books, invoice["InvoiceID"], at)
    records.edit_contact(desk.books, invoice["Contact"]["ContactID"], at, name="Renamed")
    told = list(log.changes(desk.tenant_id, desk.books))
    assert [(one["eventCategory"], one["eventType"], one["resourceId"]) for one in told] == [
        ("CONTACT", "UPDATE", invoice["Contact"]["ContactID"]),
        ("INVOICE", "CREATE", invoice["InvoiceID"]),
        ("PAYMENT", "CREATE", payment["PaymentID"]),
    ]
    for one in told:
        assert set(one) == FIELDS
        UUID(one["resourceId"])
        assert dt.datetime.fromisoformat(one["eventDateUtc"]).replace(tzinfo=dt.UTC) == at.replace(
            microsecond=at.microsecond // 1000 * 1000
        )
    assert list(log.changes(desk.tenant_id, desk.books)) == []


def test_a_credit_note_says_its_type_and_status_and_a_subscription_is_of_the_app(desk):
    log = ChangeLog()
    list(log.changes(desk.tenant_id, desk.books))
    notes = desk.books.bench.tables["CreditNotes"]
    key, note = next(iter(notes.items()))
    notes[key] = note | {"UpdatedDateUTC": f"/Date({int(desk.time.now * 1000)}+0000)/"}
    (told,) = log.changes(desk.tenant_id, desk.books)
    assert (told["eventCategory"], told["data"]) == ("CREDITNOTE", {"Type": note["Type"], "Status": note["Status"]})
    assert subscription_event("app", "id", desk.now())["tenantType"] == "APPLICATION"


@pytest.mark.parametrize(
    "answer",
    [WebhookAnswer(200, b"ok"), WebhookAnswer(204), WebhookAnswer(500), WebhookAnswer(0),
     WebhookAnswer(200, b"", {"Set-Cookie": "a=b"})],
)  # fmt: skip
def test_the_intent_to_receive_wants_exactly_its_answers(desk, address, answer):
    address.answer = answer
    assert not WebhookSender("https://any.example", KEY, clock=lambda: desk.time.now, post=address).try_out()


def test_deliveries_are_numbered_and_hold_events_of_several_organisations(sender, address):
    sender.queue([{"tenantId": str(n % 2)} for n in range(150)])
    assert sender.send() == 2
    numbers = [(one["firstEventSequence"], one["lastEventSequence"], len(one["events"])) for one in address.taken]
    assert numbers == [(1, 100, 100), (101, 150, 50)]
    assert address.taken[0]["entropy"] != address.taken[1]["entropy"]


def test_what_nobody_takes_is_sent_again_at_once_then_every_quarter_of_an_hour_for_a_day(desk, sender, address):
    address.answer, address.tries = WebhookAnswer(500), 0
    sender.queue([{}])
    sender.send()
    assert address.tries == 2
    sender.send()
    assert address.tries == 2
    desk.time.now += AGAIN_SECONDS
    sender.send()
    assert address.tries == 3
    desk.time.now += 24 * 3600
    sender.send()
    assert not sender.is_on
    address.answer = WebhookAnswer(200)
    assert sender.send() == 0
    assert sender.try_out()
    desk.time.now += AGAIN_SECONDS
    assert sender.send() == 1


def test_a_webhook_is_switched_on_once_the_address_checks_signatures_and_tells_what_is_subscribed_to(desk, address):
    said = []
    sender = WebhookSender("https://any.example", KEY, clock=lambda: desk.time.now, post=address)
    courier, office = Courier(sender, categories={"INVOICE", "PAYMENT"}, say=said.append), Office()
    address.answer = WebhookAnswer(404)
    for _ in range(LOOKS_BETWEEN_TRIES):
        courier.look({desk.tenant_id: desk.books})
    assert not sender.is_on
    address.answer = WebhookAnswer(200)
    courier.look({desk.tenant_id: desk.books})
    assert sender.is_on
    address.taken.clear()
    for _ in range(3):
        office.work(desk.books, desk.later(minutes=1))
        courier.look({desk.tenant_id: desk.books})
    events = [event for one in address.taken for event in one["events"]]
    told = [(event["eventCategory"], event["eventType"]) for event in events]
    assert told == [("INVOICE", "CREATE"), ("INVOICE", "UPDATE"), ("PAYMENT", "CREATE")]
    assert said == [
        "Webhook: the address does not answer an intent to receive as it must; it is tried again",
        "Webhook: on",
        "Webhook: 1 delivered",
        "Webhook: 1 delivered",
    ]


def test_a_webhook_that_nobody_took_for_a_day_stays_off(desk, address, sender):
    courier = Courier(sender)
    courier.look({desk.tenant_id: desk.books})
    address.answer = WebhookAnswer(500)
    Office().work(desk.books, desk.later(minutes=1))
    courier.look({desk.tenant_id: desk.books})
    desk.time.now += 24 * 3600
    courier.look({desk.tenant_id: desk.books})
    address.answer, address.tries = WebhookAnswer(200), 0
    for _ in range(LOOKS_BETWEEN_TRIES):
        courier.look({desk.tenant_id: desk.books})
    assert (sender.is_on, address.tries) == (False, 0)
