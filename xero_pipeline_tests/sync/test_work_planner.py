"""Whose turn it is: one answer for all who start runs by themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from xero_pipeline.state.deferred_work import DeferredTask
from xero_pipeline.sync import work_planner
from xero_pipeline.sync.work_planner import WorkPlanner
from xero_pipeline.xero.auth.organisations import Organisation
from xero_pipeline_tests.clock import BEGINS


def organisation(tenant_id, status="connected"):
    return Organisation(tenant_id, f"Company {tenant_id}", "connection", "consent", status, BEGINS)


def noted(tenant_id, *, months=(), error=None):
    why = "unavailable" if error else "budget"
    return DeferredTask(tenant_id, "invoices", BEGINS, why, months=months, error=error)


PLANNER = WorkPlanner(
    now=BEGINS,
    organisations=[organisation("a"), organisation("b"), organisation("c", "needs re-consent")],
    known=["b", "c", "a"],
    busy=set(),
    noted=[],
)


def test_an_organisation_is_new_until_it_has_a_partition():
    assert replace(PLANNER, known=["b"]).new() == ["a", "c"]
    assert PLANNER.new() == []


def test_whoever_a_run_is_at_work_for_may_do_nothing_else():
    planner = replace(PLANNER, busy={"b"})
    assert planner.free() == {"a", "c"}
    assert planner.callable() == {"a"}


def test_whoever_has_to_connect_again_is_asked_for_nothing_that_calls_xero():
    assert PLANNER.callable() == {"a", "b"}
    assert PLANNER.free() == {"a", "b", "c"}, "its ledger needs no call"
    left = replace(PLANNER, noted=[noted("c"), noted("a")]).left()
    assert [one.tenant_id for one in left] == ["a"]


@pytest.fixture
def loaded(monkeypatch):
    """Nobody's first load is complete; those who were looked up."""
    seen = []
    monkeypatch.setattr(
        work_planner, "first_load_complete", lambda _warehouse, tenants, *_: seen.extend(tenants) or set()
    )
    return seen


@pytest.mark.parametrize("error", [None, "The person who connected may not see it."])
def test_a_first_load_that_waits_for_calls_is_left_to_its_note_and_one_put_aside_is_asked_for(error, loaded):
    planner = replace(PLANNER, busy={"b"}, noted=[noted("a", error=error)])
    assert planner.first_loads(None, ["invoices"]) == (["a"] if error else [])


@pytest.mark.parametrize("error", [None, "Nobody can read the answer."])
def test_months_that_wait_for_calls_are_left_to_their_notes(error, loaded, monkeypatch):
    monkeypatch.setattr(work_planner, "all_months_due", lambda *given, **how: {})
    planner = replace(PLANNER, busy={"b"}, noted=[noted("a", months=(date(2026, 5, 1),), error=error)])
    assert planner.months_due(None, [], [], None) == {}
    assert loaded == (["a"] if error else [])
