"""One organisation is never synced twice at once, by threads or processes; different ones go side by side."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest
from filelock import FileLock

from xero_pipeline.defs.assets import collection_read, reports
from xero_pipeline.defs.assets.organisation_client import organisation_lock
from xero_pipeline.errors import OrganisationBusy
from xero_pipeline.state import locks
from xero_pipeline_tests.defs.conftest import MONTHS

PATIENCE = 120
"""Seconds for what must happen; nothing takes so long that works."""
HOLDER = """
import sys
from xero_pipeline.defs.assets.organisation_client import organisation_lock
from xero_pipeline.container import Services
from xero_pipeline.settings import Settings

with organisation_lock(Services(Settings.load()), sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def elsewhere(house):
    """Another process that holds the first organisation."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, house.tenants[0]], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def test_another_process_keeps_us_out_and_the_error_names_the_organisation(house, elsewhere):
    with (
        pytest.raises(OrganisationBusy) as refused,
        organisation_lock(house.services, house.tenants[0], wait_seconds=0.1),
    ):
        pass
    assert refused.value.organisation == house.tenants[0]
    assert "xero-pipeline logs" in str(refused.value)


def test_another_organisation_is_free(house, elsewhere):
    with organisation_lock(house.services, house.tenants[1], wait_seconds=0):
        pass


def test_a_killed_holder_keeps_nobody_out(house, elsewhere):
    elsewhere.kill()
    elsewhere.wait()
    with organisation_lock(house.services, house.tenants[0], wait_seconds=5):
        pass


@pytest.fixture
def waits(monkeypatch):
    """Is set as soon as somebody of this process finds a lock taken."""
    seen = threading.Event()

    class Lock(FileLock):
        def _acquire(self):
            super()._acquire()
            if not self.is_locked:
                seen.set()

    monkeypatch.setattr(locks, "FileLock", Lock)
    return seen


def test_whoever_waits_gets_its_turn(house, elsewhere, waits):
    def let_go():
        assert waits.wait(PATIENCE)
        elsewhere.stdin.close()

    releasing = threading.Thread(target=let_go)
    releasing.start()
    with organisation_lock(house.services, house.tenants[0], wait_seconds=PATIENCE):
        assert waits.is_set()
    releasing.join()


class Together:
    """Counts how many syncs of an organisation are under way at once, and of all.

    Args:
        company: What each waits for before it does it.
    """

    def __init__(self, real, company):
        self.real = real
        self.company = company
        self.lock = threading.Lock()
        self.now, self.most = [], {}

    def __call__(self, client, warehouse, tenant_id, *rest, **more):
        with self.lock:
            self.now.append(tenant_id)
            self.most[tenant_id] = max(self.most.get(tenant_id, 0), self.now.count(tenant_id))
            self.most["all"] = max(self.most.get("all", 0), len(self.now))
        try:
            self.company(PATIENCE)
            return self.real(client, warehouse, tenant_id, *rest, **more)
        finally:
            with self.lock:
                self.now.remove(tenant_id)


def runs_at_once(house, monkeypatch, company, *tenants):
    together = Together(collection_read.sync_collection, company)
    monkeypatch.setattr(collection_read, "sync_collection", together)
    results = []
    with house.on_disk() as at:
        threads = [
            threading.Thread(target=lambda t=tenant: results.append(at.sync("accounts", tenants=[t]).success))
            for tenant in tenants
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(2 * PATIENCE)
    assert results == [True] * len(tenants)
    return together.most


def test_two_runs_of_one_organisation_go_one_after_the_other(house, monkeypatch, waits):
    assert runs_at_once(house, monkeypatch, waits.wait, house.tenants[0], house.tenants[0])["all"] == 1
    assert waits.is_set()


def test_runs_of_two_organisations_go_side_by_side(house, monkeypatch):
    meeting = threading.Barrier(2).wait
    assert runs_at_once(house, monkeypatch, meeting, *house.tenants[:2])["all"] == 2


@pytest.mark.parametrize("kind", ["lists", "reports"])
def test_the_organisations_of_one_run_go_side_by_side(house, monkeypatch, kind):
    company = threading.Barrier(len(house.tenants)).wait  # passes only when all are there
    module, work = (collection_read, "sync_collection") if kind == "lists" else (reports, "sync_report")
    together = Together(getattr(module, work), company)
    with house.on_disk() as at:
        assert at.sync("organisations", "accounts").success
        monkeypatch.setattr(module, work, together)
        run = at.sync("contacts") if kind == "lists" else at.pull(MONTHS[-1:], reports=["profit_and_loss"])
    assert run.success
    assert together.most["all"] == len(house.tenants) == 3
