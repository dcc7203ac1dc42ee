"""In a run of several organisations, one that Xero lets wait leaves it, and goes on in a run of its own."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest

from xero_pipeline import clock
from xero_pipeline.defs.assets.shared_step import SharedStep
from xero_pipeline.errors import HeldUp
from xero_pipeline_tests.defs.conftest import MONTHS

PATIENCE = 120
TABLE = "profit_and_loss"


class Hands:
    """A watch that stands still until it is set."""

    now = 100.0

    def __call__(self):
        return self.now


def test_while_another_is_at_work_an_organisation_waits():
    step = SharedStep(2, seconds=Hands())
    with step.worked_on("a"), step.worked_on("b"):
        step.wait("a", 60)


def test_an_organisation_that_alone_keeps_others_waiting_leaves():
    step = SharedStep(2, seconds=Hands())
    with step.worked_on("a"):
        with step.worked_on("b"):
            pass
        step.wait("a", 4)  # for less than a run of its own would take
        with pytest.raises(HeldUp, match="wait for 60 s") as held:
            step.wait("a", 60)
    later = held.value.resume_at - clock.now()
    assert timedelta(seconds=50) < later <= timedelta(seconds=60)


def test_where_all_wait_alike_nobody_leaves():
    step = SharedStep(2, seconds=Hands())
    with step.worked_on("a"), step.worked_on("b"):
        step.wait("a", 60)
        step.wait("b", 60)


def test_an_organisation_whose_turn_has_not_come_is_not_kept_from_it_by_those_that_wait():
    watch = Hands()
    step = SharedStep(3, seconds=watch)
    with step.worked_on("a"), step.worked_on("b"):
        step.wait("a", 60)
        with pytest.raises(HeldUp):
            step.wait("b", 60)
        watch.now += 60
        step.wait("b", 60)  # a is at work again


def test_one_organisation_alone_waits():
    step = SharedStep(1, seconds=Hands())
    with step.worked_on("a"):
        step.wait("a", 60)


@pytest.mark.parametrize("kind", ["list", "report"])
def test_a_throttled_organisation_delays_no_other_of_its_run(house, monkeypatch, kind):
    throttled, *others = house.tenants
    path = "Contacts" if kind == "list" else "Reports/ProfitAndLoss"
    ended, handle = threading.Semaphore(0), house.simulator.handle

    def late(request):
        if request.path.endswith(path) and request.headers.get("xero-tenant-id") == throttled:
            for _ in others:
                assert ended.acquire(timeout=PATIENCE)
        return handle(request)

    with house.on_disk() as at:
        assert at.sync("organisations", "accounts").success
        house.fault("minute_limit", path, throttled, seconds=45)
        monkeypatch.setattr(house.simulator, "handle", late)
        monkeypatch.setattr(SharedStep, "worked_on", telling(SharedStep.worked_on, others, ended))
        run = at.sync("contacts") if kind == "list" else at.pull(MONTHS[-1:], reports=["profit_and_loss"])
        written = {key.rpartition("|")[2] for key in at.materialisations("contacts" if kind == "list" else TABLE)}
    assert run.success
    assert written == set(others)
    (left,) = house.services.deferred_work.list()
    assert left.why == "wait"
    assert (left.tenant_id, left.asset, left.months) == (
        (throttled, "contacts", ()) if kind == "list" else (throttled, TABLE, (MONTHS[-1],))
    )
    house.simulator.faults.clear()


def telling(worked_on, tenants, ended):
    """Releases once for each of some organisations when its work has ended."""

    @contextmanager
    def told(self, tenant_id):
        with worked_on(self, tenant_id):
            yield
        if tenant_id in tenants:
            ended.release()

    return told
