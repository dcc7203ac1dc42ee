"""Whatever people do while we read, loudly or without a trace: after a round of reading again we have Xero's truth."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import threading

import pytest

from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline_tests.databases import opened
from xero_pipeline_tests.sync.desk import Desk
from xero_pipeline_tests.thoroughness import so_many
from xero_pipeline_tests.xero.office import sized
from xero_simulator.edits import documents, records, silent_changes
from xero_simulator.edits.working_copy import EditRefused

pytestmark = pytest.mark.slow

TABLES = ("invoices", "contacts", "credit_notes", "manual_journals")
ROWS = {table: sized(endpoint(table), 11) for table in TABLES}


class Everybody:
    """Before every answer somebody does something anywhere in the books."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.desk = threading.Lock()
        self.done = []

    def dawdle(self):
        """Calls come in any order."""

    def work(self, company, at):
        for _ in range(self.random.randint(0, 2)):
            way = self.random.choice(WAYS)
            try:
                way(self, company, at)
                self.done.append(way.__name__)
            except EditRefused:
                continue

    def any(self, company, wrapper):
        return self.random.choice(sorted(company.bench.tables[wrapper]))

    def draft(self, company, wrapper):
        found = [name for name, one in sorted(company.bench.tables[wrapper].items()) if one["Status"] == "DRAFT"]
        if not found:
            raise EditRefused("There is none")
        return self.random.choice(found)

    def edit(self, company, at):
        documents.edit_invoice(company, self.any(company, "Invoices"), at)

    def add(self, company, at):
        documents.add_invoice(company, at, status=self.random.choice(["DRAFT", "AUTHORISED"]))

    def void(self, company, at):
        documents.void_invoice(company, self.any(company, "Invoices"), at)

    def pay(self, company, at):
        documents.add_payment(company, self.any(company, "Invoices"), at)

    def rename(self, company, at):
        records.edit_contact(company, self.any(company, "Contacts"), at, name=f"Name {at:%S%f}")

    def rebook(self, company, at):
        silent_changes.rebook_line(company, self.any(company, "Invoices"), self.random.choice(["200", "310", "429"]))

    def due(self, company, at):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=self.random.randint(0, 120))
        silent_changes.move_due_date(company, self.any(company, "Invoices"), day)

    def sent(self, company, at):
        silent_changes.mark_sent(company, self.any(company, "Invoices"), sent=self.random.random() < 0.5)

    def erase_invoice(self, company, at):
        silent_changes.erase_draft(company, "Invoices", self.draft(company, "Invoices"))

    def erase_journal(self, company, at):
        silent_changes.erase_draft(company, "ManualJournals", self.draft(company, "ManualJournals"))

    def erase_contact(self, company, at):
        silent_changes.erase_contact(company, self.any(company, "Contacts"))

    def unallocate(self, company, at):
        documents.remove_allocation(company, "CreditNotes", self.any(company, "CreditNotes"), None)

    def ungroup(self, company, at):
        if self.random.random() < 0.1 and company.bench.tables["ContactGroups"]:
            silent_changes.delete_contact_group(company, self.any(company, "ContactGroups"))


WAYS = [
    way
    for name, way in vars(Everybody).items()
    if callable(way) and name not in {"__init__", "dawdle", "work", "any", "draft"}
]


@pytest.fixture(scope="module")
def synced(duckdb_template, tmp_path_factory):
    """An organisation whose lists are in a warehouse, to be copied, and the instant of that."""
    desk = Desk(invoices=50)
    desk.open()
    for number in range(4):
        documents.add_invoice(desk.books, desk.now() - dt.timedelta(days=number), status="DRAFT")
    desk.written = desk.books
    path = tmp_path_factory.mktemp("synced") / "books.duckdb"
    shutil.copy(duckdb_template, path)
    desk.rows = ROWS
    with Warehouse(f"duckdb:///{path}").kept_open() as desk.warehouse:
        for table in TABLES:
            desk.sync(table)
    return desk, path, desk.time.now


@pytest.mark.parametrize("seed", range(so_many(20, 1)))
def test_after_a_round_the_warehouse_says_what_xero_says(synced, tmp_path, seed):
    desk, path, then = synced
    shutil.copy(path, tmp_path / "books.duckdb")
    desk.open()
    desk.time.now = then
    desk.later(days=1)
    with opened(f"duckdb:///{tmp_path / 'books.duckdb'}") as desk.warehouse:
        _work(desk, Everybody(seed))
        for table in TABLES:
            desk.agrees(table)


def _work(desk, people):
    desk.people = people
    for _ in range(5):
        work = people.random.choice([desk.sync, desk.reread])
        with desk.cut_after(people.random.choice([1, 2, 100])):
            work(people.random.choice(TABLES))
    assert len(people.done) > 3
    desk.people = None
    for _ in range(2):  # the first may have begun in the middle of a round
        desk.later(days=1)
        for table in TABLES:
            desk.sync(table)
            desk.reread(table, calls=200)
