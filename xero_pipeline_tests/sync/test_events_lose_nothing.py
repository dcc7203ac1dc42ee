"""Events and polls together lose nothing: events dropped, doubled, late, out of order and forged, in 200 ways.

People work in the books of an organisation for some days. Of what changes a webhook tells as well as its luck is; reads
are killed; the daily sync leaves out what it believes to be told. Eight days after the last poll, or earlier, the
warehouse says of every record what Xero says.
"""

from __future__ import annotations

import json
import random
import shutil

import pytest

from xero_pipeline.state.engine import open_state
from xero_pipeline.state.webhook_inbox import WebhookInbox
from xero_pipeline.sync.events.event_read import read_events
from xero_pipeline.sync.events.event_watch import note_missed
from xero_pipeline.sync.events.poll_plan import may_wait, watches
from xero_pipeline.warehouse.progress.read_progress import read_states
from xero_pipeline.webhooks.delivery import read_delivery
from xero_pipeline.webhooks.signature import is_signed, signature_of
from xero_pipeline.xero.event_categories import CATEGORIES
from xero_pipeline_tests.sync.desk import Desk
from xero_pipeline_tests.thoroughness import so_many
from xero_pipeline_tests.webhooks.conftest import connect
from xero_simulator.edits import documents, records
from xero_simulator.edits.working_copy import EditRefused, mark, open_copy
from xero_simulator.webhooks.events import EVENT_CATEGORIES, ChangeLog

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

BLOCKS = so_many(20, 1)
SEEDS = so_many(10, 1)
"""Of each block: 200 by `make prove`."""
KEY = "a signing key"
FORGED = {"resourceUrl": "http://169.254.169.254/", "eventType": "DELETE", "eventDateUtc": "2031-01-01T00:00:00"}


class Worker:
    """Edits records of all six lists."""

    def __init__(self, chance, desk):
        self.chance, self.desk = chance, desk

    def work(self):
        books, at = self.desk.books, self.desk.now()
        ways = [self._invoice, self._pay, self._void, self._unpay, self._touch, self._contact]
        for _ in range(self.chance.randint(0, 4)):
            try:
                self.chance.choice(ways)(books, at)
            except EditRefused:
                self._touch(books, at)

    def _any(self, books, wrapper):
        return self.chance.choice(sorted(books.bench.tables[wrapper]))

    def _invoice(self, books, at):
        documents.add_invoice(books, at)

    def _pay(self, books, at):
        documents.add_payment(books, self._any(books, "Invoices"), at)

    def _void(self, books, at):
        documents.void_invoice(books, self._any(books, "Invoices"), at)

    def _unpay(self, books, at):
        documents.delete_payment(books, self._any(books, "Payments"), at)

    def _contact(self, books, at):
        records.edit_contact(books, self._any(books, "Contacts"), at, name=f"Renamed {self.chance.random()}")

    def _touch(self, books, at):
        kinds = [one.wrapper for one in EVENT_CATEGORIES.values()]
        wrapper = self.chance.choice([one for one in kinds if books.bench.tables.get(one)])
        mark(books, at, open_copy(books, wrapper, self._any(books, wrapper)))


class Post:
    """Carries deliveries, badly."""

    def __init__(self, chance, desk, inbox):
        self.chance, self.desk, self.inbox = chance, desk, inbox
        self.lost, self.doubled, self.late = (chance.choice([0, 0, 0.2, 0.6, 1]) for _ in range(3))
        self.silent = {name for name in CATEGORIES if chance.random() < 0.1}  # not subscribed
        self.held = []
        self.sequence = 0

    def carry(self, events):
        events = [one for one in events if one["eventCategory"] not in self.silent]
        self.chance.shuffle(events)
        for one in events:
            self.sequence += 1
            if self.chance.random() < self.lost:
                continue
            body = self._body([one, *self._forged()], self.sequence)
            if self.chance.random() < self.late:
                self.held.append(body)
            else:
                self._arrive(body)
        while self.held and self.chance.random() < 0.3:
            self._arrive(self.held.pop(self.chance.randrange(len(self.held))))

    def _body(self, events, number):
        told = {"events": events, "firstEventSequence": number, "lastEventSequence": number, "entropy": "x"}
        return json.dumps(told).encode()

    def _forged(self):
        """What somebody with the key could add."""
        whose = self.chance.choice([self.desk.tenant_id, "c2cc9b6e-9458-4c7d-93cc-f02b81b0594f", "nobody"])
        record = self.chance.choice(
            [str(self.chance.random()), f"{self.chance.getrandbits(32):08x}-c6d4-41fd-b238-3f2f0c0cf777"]
        )
        category = self.chance.choice([*CATEGORIES, "BANKTRANSACTION", "../../x"])
        one = FORGED | {
            "tenantId": whose,
            "resourceId": record,
            "eventCategory": category,
            "tenantType": "ORGANISATION",
        }
        return [one] if self.chance.random() < 0.2 else []

    def _arrive(self, body):
        wrong = signature_of("another key", body)
        assert not is_signed([KEY], body, wrong)
        times = 2 if self.chance.random() < self.doubled else 1
        for _ in range(times):
            told = read_delivery(body, self.desk.now())
            self.inbox.receive(told.events, told.numbers, self.desk.now())


class Machine:
    """Does what the sensor and the schedule do."""

    def __init__(self, desk, inbox):
        self.desk, self.inbox = desk, inbox
        self.left_out = 0

    def read_told(self, killed_after=None):
        for one in self.inbox.waiting():
            if killed_after is None:
                self.desk._carry(read_events, one.asset, inbox=self.inbox)
            else:
                with self.desk.cut_after(killed_after):
                    self.desk._carry(read_events, one.asset, inbox=self.inbox)

    def sync(self):
        tenant = self.desk.tenant_id
        for table in CATEGORIES.values():
            with self.desk.warehouse.reading() as connection:
                read_at = read_states(connection, table, [tenant])[tenant].cursor.complete_at
            watch = watches(self.inbox, [tenant])[tenant]
            if may_wait(self.desk.row(table), read_at, watch, self.desk.now()):
                self.left_out += 1
                continue
            began = self.desk.now()
            result = self.desk.sync(table)
            note_missed(self.inbox, self.desk.warehouse, tenant, table, result, began)


@pytest.fixture(scope="module")
def synced(duckdb_template, tmp_path_factory):
    desk = Desk(invoices=20, months=2)
    desk.open()
    return desk.kept(CATEGORIES.values(), duckdb_template, tmp_path_factory.mktemp("synced"))


def without_balances(found):
    """What a contact owes moves no stamp of its own: the rolling refresh brings that, events or not."""
    return {name: {key: value for key, value in one.items() if key != "Balances"} for name, one in found.items()}


def lived(synced, folder, seed):
    """Four days of work and eight days of silence; what read them afterwards."""
    desk, path, then = synced
    chance = random.Random(seed)
    engine = open_state(f"sqlite:///{folder / 'state.sqlite'}")
    connect(engine, desk.tenant_id)
    inbox, log = WebhookInbox(engine), ChangeLog()
    with desk.resumed(path, then, folder, minutes=1):
        list(log.changes(desk.tenant_id, desk.books))
        worker, post, machine = Worker(chance, desk), Post(chance, desk, inbox), Machine(desk, inbox)
        for _ in range(4):
            for _ in range(chance.randint(1, 3)):
                desk.later(minutes=chance.randint(1, 300))
                worker.work()
                post.carry(list(log.changes(desk.tenant_id, desk.books)))
                if chance.random() < 0.6:
                    machine.read_told(chance.choice([None, None, 0, 1]))
            desk.later(hours=chance.randint(6, 24))
            machine.sync()
        for days in (1, 8):
            desk.later(days=days)
            machine.read_told()
            machine.sync()
        machine.read_told()
        for table in CATEGORIES.values():
            theirs = {name: one for name, one in desk.xeros(table).items() if one.get("Status") != "DELETED"}
            assert without_balances(desk.ours(table)) == without_balances(theirs), table
        assert inbox.waiting() == []
    engine.dispose()
    return machine


@pytest.mark.parametrize("block", range(BLOCKS))
def test_events_and_polls_together_lose_nothing(synced, tmp_path, block):
    left_out = 0
    for seed in range(block * SEEDS, (block + 1) * SEEDS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            left_out += lived(synced, folder, seed).left_out
        except Exception as lost:
            raise AssertionError(f"seed {seed}") from lost
        shutil.rmtree(folder)
    assert left_out > SEEDS  # polls were spared all the same


def test_what_is_left_out_would_be_missed_without_the_rules(synced, tmp_path, monkeypatch):
    """The proof can fail: a sync that believes everything to be told, and never looks, loses what was not."""
    monkeypatch.setitem(globals(), "may_wait", lambda *_: True)
    with pytest.raises(AssertionError):
        for seed in range(9):
            folder = tmp_path / str(seed)
            folder.mkdir()
            lived(synced, folder, seed)
