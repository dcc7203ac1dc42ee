"""Whatever comes back: no error but ours, no call without end, and one clean sync later the books are Xero's.

A failure names its seed; `spoilt(body, seed)` makes the same answer of the same one.
"""

from __future__ import annotations

import gzip
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from xero_pipeline.calendar import months_between
from xero_pipeline.errors import XeroPipelineError
from xero_pipeline.sync.aged_reports import TABLE as AGED
from xero_pipeline.sync.aged_reports import aged_calls, sync_aged
from xero_pipeline.sync.incremental_sync import sync_collection
from xero_pipeline.sync.reports import sync_report
from xero_pipeline.sync.result import CallStats
from xero_pipeline.sync.rolling_refresh import refresh_collection
from xero_pipeline.warehouse.progress.issues import quarantined_records
from xero_pipeline.warehouse.schema.catalogue import table, table_group
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.xero.endpoints import chosen
from xero_pipeline.xero.reports.catalogue import reports
from xero_pipeline_tests.databases import opened
from xero_pipeline_tests.fuzz.spoiling import spoilt
from xero_pipeline_tests.simulator.helpers import let_in
from xero_pipeline_tests.sync.desk import Desk
from xero_pipeline_tests.thoroughness import so_many
from xero_pipeline_tests.xero.office import TODAY
from xero_simulator.api.catalogue import grantable_scopes

ROUNDS = so_many(5_000, 50)
CALLS = 400
"""More than any of these reads takes, its repetitions included."""
MONTHS = months_between(date(2026, 2, 1), TODAY)
COLLECTIONS = {row.table: row for row in chosen(tax_reports=True, journals=True)}
REPORTS = {report.name: report for report in reports()}
SUBJECTS = (*COLLECTIONS, *REPORTS, AGED)
OURS = frozenset({"synced_at", "fetched_at", "checked_at", "valid_from"})


class Endless(AssertionError):
    """A read that asks on and on."""


class Spoiler(Desk):
    """A Xero whose answers can be spoilt."""

    seed = None
    calls_of_round = 0
    only = None
    aged = ()

    def handle(self, request):
        response = super().handle(request)
        if "/api.xro/" not in request.path:
            return response
        self.calls_of_round += 1
        if self.calls_of_round > CALLS:
            raise Endless(f"more than {CALLS} calls, seed {self.seed}")
        if self.seed is not None and response.status == 200 and self.only in (None, self.calls_of_round):
            packed = response.headers.get("Content-Encoding") == "gzip"
            changed = spoilt(gzip.decompress(response.body) if packed else response.body, self.seed)
            response.body = gzip.compress(changed, 1) if packed else changed
        return response

    def _let_in(self):
        client = let_in(self, sorted(grantable_scopes(advanced=True)))
        self.token = client.headers["Authorization"].removeprefix("Bearer ")
        self.let_in_at = self.now()

    def bring(self, subject, *, full):
        """One subject, as a sync brings it."""
        if self.later(seconds=10) > self.let_in_at + timedelta(minutes=10):
            self._let_in()
        self.calls_of_round = 0
        tally = CallStats()
        with self.client(on_call=tally.add) as client:
            whose = client, self.warehouse, self.tenant_id
            if subject in COLLECTIONS:
                left = CALLS - self.calls_of_round
                how = {"tally": tally, "full": full, "now": self.now, "calls_left": lambda: left}
                sync_collection(*whose, COLLECTIONS[subject], **how)
            elif subject in REPORTS:
                list(sync_report(*whose, REPORTS[subject], MONTHS, tally=tally, now=self.now))
            else:
                # Of the same contacts each time: spoilt amounts would ask for others, whose reports are true as well.
                self.aged = self.aged or aged_calls(self.warehouse, self.tenant_id, TODAY, [])[:3]
                list(sync_aged(*whose, self.aged, TODAY, tally=tally, now=self.now))

    def clean(self):
        """Everything once, with whole answers; and whatever is ours and not Xero's is asked for by its id."""
        self.seed = None
        for subject in SUBJECTS:
            self.bring(subject, full=True)
        for _ in range(2):
            self.later(days=1)
            for name, row in COLLECTIONS.items():
                if row.page_size and row.paging != "offsets":
                    self.calls_of_round = -100_000
                    self.rows = COLLECTIONS
                    self._carry(refresh_collection, name, calls=1_000)


@pytest.fixture(scope="module")
def xero():
    return Spoiler(invoices=40, months=3, advanced=True)


@pytest.fixture(scope="module")
def truth(xero, tmp_path_factory):
    """What a warehouse holds that never saw a spoilt answer."""
    folder = tmp_path_factory.mktemp("truth")
    with Warehouse(f"duckdb:///{folder / 'truth.duckdb'}").kept_open() as warehouse:
        xero.warehouse = warehouse
        xero.open()
        xero.clean()
        return contents(warehouse)


@pytest.fixture(params=["duckdb", "postgresql"])
def warehouse(request):
    with opened(request.getfixturevalue(f"{request.param}_url")) as warehouse:
        yield warehouse


def contents(warehouse):
    """Every living row of every table, without our own instants."""
    names = [one.name for name in COLLECTIONS for one in table_group(name)]
    names += [*dict.fromkeys(report.table for report in REPORTS.values()), AGED]
    return {name: rows(warehouse, name) for name in names}


def rows(warehouse, name):
    columns = [f'"{column.name}"' for column in table(name).all_columns if column.name not in OURS]
    living = "where not is_deleted" if '"is_deleted"' in columns else ""
    found = warehouse.query(f"select {', '.join(columns)} from xero.{name} {living}").to_pylist()
    return Counter(repr([(key, _plain(value)) for key, value in sorted(row.items())]) for row in found)


def _plain(value):
    """The same of both databases."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def wrong(name, ours, truth):
    """What is kept for good, for Xero shows some months of it at a time, may have more than the truth of one day."""
    return truth - ours if table(name).accumulates else ours != truth


@pytest.mark.timeout(so_many(7_200, 600))
def test_no_answer_breaks_a_sync_and_one_clean_sync_brings_the_truth(xero, truth, warehouse):
    xero.warehouse = warehouse
    xero.open()
    xero.clean()
    outcomes = Counter()
    for seed in range(ROUNDS):
        chance = random.Random(seed)
        subject = SUBJECTS[seed % len(SUBJECTS)]
        xero.seed, xero.only = seed, chance.choice((None, 1, 1, 2))
        try:
            xero.bring(subject, full=chance.random() < 0.7)
            outcomes["brought"] += 1
        except XeroPipelineError as error:
            outcomes[type(error).__name__] += 1
        except Exception as error:
            error.add_note(f"{subject}, seed {seed}, spoilt: {xero.only or 'every answer'}")
            raise
    with warehouse.reading() as connection:
        late = connection.exec_driver_sql("select max(modified_since) from xero.cursors").scalar()
    assert late is None or late <= xero.now() + timedelta(days=1), "no later change would ever be seen"
    assert outcomes["brought"] > ROUNDS / 10
    assert outcomes["UnreadableAnswer"] > ROUNDS / 10, outcomes

    xero.clean()
    ours = contents(warehouse)
    assert {name for name in truth if wrong(name, ours[name], truth[name])} == set()
    with warehouse.reading() as connection:
        assert [one for one in quarantined_records(connection) if one["collection"] != "journals"] == []
