"""An organisation where people work while it is read: before every answer somebody edits, adds, voids or deletes."""

from __future__ import annotations

import datetime as dt
import random
import threading
from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace

import msgspec

from xero_pipeline.xero.http.client import XeroClient
from xero_pipeline.xero.values import parse_xero_date
from xero_pipeline_tests.simulator.helpers import let_in
from xero_pipeline_tests.xero.fakes import Clock
from xero_simulator.api.catalogue import COLLECTIONS
from xero_simulator.api.query_values import milliseconds
from xero_simulator.company import Company
from xero_simulator.config import BooksConfig
from xero_simulator.edits import documents
from xero_simulator.edits.working_copy import EditRefused, mark, open_copy
from xero_simulator.simulator import Simulator
from xero_simulator.transport import SimulatorTransport
from xero_simulator.wire import encode

TODAY = dt.date(2026, 3, 10)
MORNING = dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC)


class Tokens:
    def __init__(self, token):
        self.token = token

    def access_token(self, tenant_id, rejected=None):
        assert rejected is None
        return self.token


class NoQuota:
    """Lets every call out at once; the real one writes each into a database, which these many need not."""

    def slot(self, *_):
        return nullcontext(SimpleNamespace())

    def learn(self, tenant_id, limits):
        pass

    def calls_left(self, *_):
        return 5_000


class Office(Simulator):
    """A simulated Xero whose books can be opened afresh, and the client that reads them.

    Args:
        invoices: As many are in the books, roughly.
        months: Of how many months they are.
        place: Which of the simulated organisations it is.
        **more: As for the simulator.
    """

    def __init__(self, invoices=60, months=3, place=0, **more):
        self.time = Clock()
        self.time.now = MORNING.timestamp()
        config = BooksConfig(today=TODAY, organisations=place + 1, invoices=invoices, months=months)
        super().__init__(config, clock=self.time, limits=None, **more)
        self.tenant_id = self.organisations()[place].tenant_id
        self.written = super().company(self.tenant_id)
        self.books = self.written
        self.people = None
        self.requests = []
        self.token = let_in(self).headers["Authorization"].removeprefix("Bearer ")

    def company(self, tenant_id):
        return self.books if tenant_id == self.tenant_id and hasattr(self, "books") else super().company(tenant_id)

    def open(self, people=None):
        """The books as they were written, and whoever works in them from now on."""
        bench = self.written.bench
        tables = {name: dict(rows) for name, rows in bench.tables.items()}
        self.books = Company(replace(bench, tables=tables, shared=dict(bench.shared)))
        self.time.now = MORNING.timestamp()
        self.people = people
        self.requests.clear()
        return self.books

    def client(self, **more):
        return XeroClient(
            api_url="https://simulated.test",
            tokens=Tokens(self.token),
            quota=NoQuota(),
            transport=SimulatorTransport(self),
            clock=self.time,
            sleep=self.time.sleep,
            **more,
        )

    def handle(self, request):
        if self.people is None or "/api.xro/" not in request.path:
            self.requests.append(request)
            return super().handle(request)
        self.people.dawdle()
        with self.people.desk:
            self.time.now += 1
            self.people.work(self.books, dt.datetime.fromtimestamp(self.time.now, dt.UTC))
            self.time.now += 1
            self.requests.append(request)
            return super().handle(request)

    def pages_asked(self):
        return [int(request.query["page"]) for request in self.requests]

    def truth(self, wrapper):
        """The records as they are now, by id."""
        key = key_of(wrapper)
        return {record[key]: msgspec.json.decode(encode(record)) for record in self.books.records(wrapper)}


class People:
    """Work at random in one collection.

    Args:
        busy: Edits before an answer, at most.
        vanish: Whether they delete without a trace, too.

    They go home when they have had a third of the records in hand, or nothing would be left that nobody touched.
    """

    def __init__(self, seed, wrapper, busy=3, *, vanish=True):
        self.random = random.Random(seed)
        self.wrapper, self.key, self.busy, self.vanish = wrapper, key_of(wrapper), busy, vanish
        self.desk = threading.Lock()
        self.touched = set()

    def dawdle(self):
        """Calls under way together are answered in any order."""
        threading.Event().wait(self.random.random() * 0.001)

    def work(self, company, at):
        for _ in range(self.random.randint(0, self.busy)):
            before = dict(company.bench.tables[self.wrapper])
            if 3 * len(self.touched) > len(before):
                return
            self._edit(company, at)
            after = company.bench.tables[self.wrapper]
            self.touched |= {name for name in {**before, **after} if before.get(name) is not after.get(name)}

    def _edit(self, company, at):
        table = company.bench.tables[self.wrapper]
        oldest_first = sorted(table, key=lambda name: (milliseconds(table[name]["UpdatedDateUTC"]), name))
        # Who edits what stands in front moves everything; who edits anything moves a part.
        name = self.random.choice([oldest_first[0], self.random.choice(oldest_first)])
        ways = [self._touch, self._add] + [self._vanish] * self.vanish
        if self.wrapper == "Invoices":
            ways += [self._edit_invoice, self._edit_invoice, self._add_invoice, self._void, self._pay]
        try:
            self.random.choice(ways)(company, name, at)
        except EditRefused:
            self._touch(company, name, at)

    def _touch(self, company, name, at):
        mark(company, at, open_copy(company, self.wrapper, name))

    def _add(self, company, name, at):
        table = company.bench.tables[self.wrapper]
        new = company.bench.id_of(f"new/{company.revision}")
        table[new] = {**table[name], self.key: new}
        mark(company, at, table[new])

    def _vanish(self, company, name, at):
        if len(company.bench.tables[self.wrapper]) > 3:
            company.bench.tables[self.wrapper].pop(name)
            company.revision += 1

    def _edit_invoice(self, company, name, at):
        documents.edit_invoice(company, name, at)

    def _add_invoice(self, company, name, at):
        documents.add_invoice(company, at)

    def _void(self, company, name, at):
        documents.void_invoice(company, name, at)

    def _pay(self, company, name, at):
        documents.add_payment(company, name, at)


def key_of(wrapper):
    return next(row.key for row in COLLECTIONS if row.wrapper == wrapper)


def sized(row, size):
    """An endpoint with smaller pages."""
    return replace(row, page_size=size, params={**row.params, "pageSize": str(size)})


def records_of(pages, row):
    """All records of pages as they came, an id perhaps several times."""
    return [record for page in pages for record in msgspec.json.decode(page.answer.body)[row.wrapper]]


def by_id(records, row):
    return {record[row.key[0]]: record for record in records}


def changed_since(records, since):
    return {name for name, record in records.items() if parse_xero_date(record["UpdatedDateUTC"]) >= since}


__all__ = ["MORNING", "Office", "People", "by_id", "changed_since", "key_of", "records_of", "sized"]
