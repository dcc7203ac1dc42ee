"""The law of history, on both databases: whatever happened in whatever order, every instant shows what stood then."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xero_pipeline_tests.thoroughness import so_many
from xero_pipeline_tests.warehouse.answers import FIRST, TENANT, invoice, invoices, line, uid

pytestmark = pytest.mark.slow

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
INSTANT = timedelta(microseconds=1)
DOCUMENTS = ("a", "b", "c")
TABLES = ("invoices", "invoice_line_items", "invoice_line_item_tracking")

Lines = tuple[tuple[str, int, tuple[str, ...]], ...]

some_lines = st.lists(
    st.tuples(st.sampled_from("xyz"), st.integers(1, 2), st.sampled_from([(), ("R",), ("R", "C")])),
    max_size=3,
    unique_by=lambda each: each[0],
).map(tuple)
some_documents = st.sets(st.sampled_from(DOCUMENTS), min_size=1)
edits = st.tuples(st.just("edit"), st.sampled_from(DOCUMENTS), some_lines, st.sampled_from(["moves", "stays", "1970"]))
reads = st.tuples(st.just("read"), some_documents, st.sampled_from([0, 0, 1]), st.sampled_from([-5, 0, 0, 5]))
sweeps = st.tuples(st.just("sweep"), some_documents)


@dataclass(frozen=True)
class Document:
    """A document as it stands in Xero."""

    name: str
    lines: Lines
    changed: datetime

    def record(self) -> dict[str, Any]:
        lines = [line(f"{self.name}{key}", n, Tracking=[{"Name": t} for t in told]) for key, n, told in self.lines]
        return invoice(self.name, lines=lines, UpdatedDateUTC=f"/Date({round(self.changed.timestamp() * 1000)}+0000)/")

    @property
    def told(self) -> list[tuple[Any, ...]]:
        return [(uid(f"{self.name}{key}"), place, n, told) for place, (key, n, told) in enumerate(self.lines, 1)]


@dataclass
class Version:
    """One version as we know it; without a document it is the time after the document was gone."""

    start: datetime
    seen: datetime
    document: Document | None


@dataclass
class World:
    """What Xero says, and what somebody would know who was told of it page by page."""

    clock: datetime = FIRST
    xero: dict[str, list[Document]] = field(default_factory=dict)
    known: dict[str, list[Version]] = field(default_factory=dict)

    def edit(self, name: str, lines: Lines, stamp: str) -> None:
        before = self.xero.setdefault(name, [])
        stamps = {"moves": self.clock, "stays": before[-1].changed if before else self.clock, "1970": NEVER}
        before.append(Document(name, lines, stamps[stamp]))

    def learn(self, document: Document, seen: datetime) -> None:
        versions = self.known.setdefault(document.name, [])
        start = document.changed if document.changed != NEVER else seen
        if versions:
            last = versions[-1]
            content = [version.document for version in versions if version.document][-1]
            if document.changed < content.changed and document.changed != NEVER:
                return
            if document == last.document:
                return
            start = start if start > last.start else max(seen, last.start)
        versions.append(Version(start, seen, document))

    def miss(self, name: str) -> None:
        versions = self.known.get(name, [])
        if versions and versions[-1].document and versions[-1].seen < self.clock:
            versions.append(Version(max(self.clock, versions[-1].start), self.clock, None))

    def at(self, instant: datetime) -> dict[str, list[tuple[Any, ...]]]:
        found = {}
        for name, versions in self.known.items():
            standing = [version for version in versions if version.start <= instant]
            if standing and standing[-1].document:
                found[uid(name)] = standing[-1].document.told
        return found


class Books:
    """One organisation of the warehouse, asked as `docs/history.md` says."""

    def __init__(self, warehouse, tenant):
        self.warehouse, self.tenant = warehouse, tenant

    def rows(self, sql, **params):
        return self.warehouse.query(sql, {"tenant": self.tenant, **params}).to_pylist()

    def versions(self):
        """All versions in one read; most tests ask for many instants."""
        return {
            name: self.rows(f"SELECT * FROM xero.{name}_history WHERE tenant_id = :tenant ORDER BY valid_from")
            for name in TABLES
        }

    @staticmethod
    def at(versions, instant):
        standing = {
            name: [
                row
                for row in rows
                if row["valid_from"] <= instant
                and (row["valid_to"] is None or row["valid_to"] > instant)
                and not row["is_deleted"]
            ]
            for name, rows in versions.items()
        }
        found = {row["invoice_id"]: [] for row in standing["invoices"]}
        tracking = {}
        for row in sorted(standing["invoice_line_item_tracking"], key=lambda row: row["position"]):
            tracking.setdefault((row["invoice_id"], row["line_item_id"]), []).append(row["name"])
        for row in sorted(standing["invoice_line_items"], key=lambda row: row["position"]):
            told = tuple(tracking.pop((row["invoice_id"], row["line_item_id"]), ()))
            found[row["invoice_id"]].append((row["line_item_id"], row["position"], row["line_amount"], told))
        assert tracking == {}
        return found

    @staticmethod
    def without_gaps(versions):
        """Every row has one version after the other, the last one open."""
        for name, rows in versions.items():
            keys = [key for key in ("invoice_id", "line_item_id") if key in rows[0]] if rows else []
            keys += ["position"] if name.endswith("tracking") else []
            chains = {}
            for row in rows:
                chains.setdefault(tuple(row[key] for key in keys), []).append(row)
            for chain in chains.values():
                chain.sort(key=lambda row: (row["valid_to"] is None, row["valid_from"], row["valid_to"]))
                ends = [row["valid_to"] for row in chain]
                assert ends == [*(row["valid_from"] for row in chain[1:]), None], (name, chain)


@settings(
    max_examples=so_many(15, 8),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(edits | reads | reads | sweeps, min_size=3, max_size=14))
def test_every_instant_shows_every_document_as_it_stood(warehouse, steps):
    world, books = World(), Books(warehouse, str(uuid4()))
    for name in DOCUMENTS:
        world.edit(name, (("x", 1, ()),), "moves")
    for kind, *told in [*steps, ("read", set(DOCUMENTS), 0, 0)]:
        world.clock += MINUTE
        if kind == "edit":
            world.edit(*told)
        elif kind == "sweep":
            seen = [uid(name) for name in DOCUMENTS if name not in told[0]]
            warehouse.sweep("invoices", books.tenant, seen, as_of=world.clock)
            for name in told[0]:
                world.miss(name)
        else:
            names, stale, skew = told
            pages = [world.xero[name][-1 - stale :][0] for name in sorted(names)]
            seen_at = world.clock + skew * MINUTE
            warehouse.merge(invoices(*(page.record() for page in pages), synced_at=seen_at, tenant_id=books.tenant))
            for page in pages:
                world.learn(page, seen_at)
    versions = books.versions()
    books.without_gaps(versions)
    assert len(versions["invoices"]) == sum(map(len, world.known.values()))
    starts = {version.start for chain in world.known.values() for version in chain}
    for instant in sorted(starts | {start - INSTANT for start in starts}):
        assert books.at(versions, instant) == world.at(instant), instant


WRITER = """
from datetime import timedelta
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.warehouse.answers import FIRST
from xero_pipeline_tests.warehouse.test_history_laws import everything
warehouse = Warehouse({url!r})
for n in range(1, 1000):
    warehouse.merge(everything(n))
    print(n, flush=True)
"""


def lines_of(name, n):
    """One line that changes each time, one that never does, one that comes and goes."""
    return ((f"{name}x", n, ()), (f"{name}y", 1, ("R",)), *(((f"{name}z", 1, ()),) if n % 2 else ()))


def everything(n):
    """The same forty documents, changed for the nth time."""
    at = FIRST + n * MINUTE
    documents = [Document(f"{doc}", lines_of("", n), at) for doc in range(40)]
    return invoices(*(document.record() for document in documents), synced_at=at)


@pytest.mark.parametrize("seed", range(2))
def test_a_writer_killed_in_the_middle_leaves_table_and_history_at_one(warehouse, warehouse_url, seed):
    chance = random.Random(seed)
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER.format(url=warehouse_url)], stdout=subprocess.PIPE, text=True
    )
    until = chance.randint(2, 4)
    while int(process.stdout.readline()) < until:
        pass
    time.sleep(chance.uniform(0, 0.1))
    process.kill()
    process.communicate()
    books = Books(warehouse, TENANT)
    done = len(books.rows("SELECT DISTINCT valid_from FROM xero.invoices_history WHERE tenant_id = :tenant"))
    assert done >= until
    warehouse.merge(everything(done + 1))
    versions = books.versions()
    books.without_gaps(versions)
    for n in range(1, done + 2):
        expected = {uid(f"{doc}"): Document(f"{doc}", lines_of("", n), FIRST).told for doc in range(40)}
        assert books.at(versions, FIRST + n * MINUTE) == expected
    never_changed = [row for row in versions["invoice_line_items"] if row["position"] == 2]
    assert len(never_changed) == 40
