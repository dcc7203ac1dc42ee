"""Of many organisations those come first that need somebody, and each is found by name, tenant id and state."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from xero_pipeline import clock
from xero_pipeline.cli.app import app
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.operations.organisation_states import STALE_AFTER, STATES, listed
from xero_pipeline.operations.organisation_status import last_syncs, organisation_statuses
from xero_pipeline.settings import Settings
from xero_pipeline_tests import many_organisations as many


def organisation(name="A", **changes):
    told = {"name": name, "tenant_id": f"id-{name}", "status": "connected", "issues": [], "waiting": []}
    return told | {"last_sync": clock.now(), "sync": None, "problem": None} | changes


WRONG = {
    "needs-consent": {"status": "needs re-consent"},
    "failed": {"problem": {"job": "sync", "error": "no"}},
    "issues": {"issues": [{"kind": "rejected_records"}]},
    "stale": {"last_sync": None},
    "waiting": {"waiting": [{}]},
    "up-to-date": {},
    "disconnected": {"status": "disconnected", "last_sync": None},
}


def test_the_worst_come_first_whatever_they_are_called():
    states = list(WRONG)
    rows = [organisation(chr(ord("Z") - number), **WRONG[name]) for number, name in enumerate(states)]
    found = listed(reversed(rows))
    assert [one["states"] for one in found.organisations] == [[name] for name in states]
    assert found.counts == dict.fromkeys(STATES, 1) | {"syncing": 0}
    assert (found.total, len(found.organisations)) == (7, 7)


def test_nobody_is_up_to_date_with_whom_anything_is_the_matter():
    both = organisation(**WRONG["issues"], **WRONG["waiting"])
    (one,) = listed([both]).organisations
    assert one["states"] == ["issues", "waiting"]
    (unknown,) = listed([organisation(last_sync=None, last_sync_known=False)]).organisations
    assert unknown["states"] == [], "while the warehouse is busy nobody knows"
    late = organisation(last_sync=clock.now() - STALE_AFTER)
    assert listed([late]).organisations[0]["states"] == ["stale"]


def test_a_search_finds_part_of_a_name_or_of_a_tenant_id_and_counts_what_it_finds():
    rows = [organisation("Kōwhai"), organisation("RIMU", **WRONG["issues"]), organisation("Rimutaka")]
    found = listed(rows, " rimu ")
    assert [one["name"] for one in found.organisations] == ["RIMU", "Rimutaka"]
    assert (found.total, found.counts["issues"], found.counts["up-to-date"]) == (2, 1, 1)
    assert [one["name"] for one in listed(rows, "id-k").organisations] == ["Kōwhai"]
    assert [one["name"] for one in listed(rows, "rimu", "up-to-date").organisations] == ["Rimutaka"]
    with pytest.raises(ConfigurationError, match="no state “late”. Choose one of needs-consent, failed"):
        listed(rows, state="late")


class Statements:
    """The statements that any database is sent while it is open."""

    def __init__(self):
        self.count = 0

    def __enter__(self):
        sa.event.listen(sa.Engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_):
        sa.event.remove(sa.Engine, "before_cursor_execute", self._note)

    def _note(self, *_):
        self.count += 1


def look(services):
    with services.warehouse.reading() as connection:
        synced = last_syncs(connection)
    return organisation_statuses(services, synced)


def test_nothing_is_asked_for_each_organisation_alone(empty_services, monkeypatch):
    monkeypatch.setattr(many, "FIGURES", 2)
    many.fill(empty_services, 60, clock.now())
    look(empty_services)
    with Statements() as asked:
        told = {one["tenant_id"]: one for one in look(empty_services)}
    assert len(told) == 60
    assert asked.count < 20
    for number in (many.NEVER_SYNCED, many.WAITING, many.ASIDE, many.DISCONNECTED, 49):
        one, tenant_id = told[many.tenant(number)], many.tenant(number)
        quota = empty_services.quota.snapshot(tenant_id)
        assert (one["calls_today"], one["calls_left_today"]) == (quota.calls_today, quota.day_remaining) == (37, 4_763)
        assert one["connections"] == len(empty_services.organisations.ways(tenant_id))
        assert (one["last_sync"] is None) == (number == many.NEVER_SYNCED)
        assert len(one["waiting"]) == (number == many.WAITING)
        assert len(one["put_aside"]) == (number == many.ASIDE)
        assert (one["consent_ends_at"] is None) == (number == many.DISCONNECTED)


@pytest.fixture
def typed(tmp_path, monkeypatch):
    """Types `status` in a home of sixty organisations."""
    monkeypatch.setattr(many, "FIGURES", 2)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path / "home"))
    many.fill(Services(Settings.load(_env_file=None)), 60, clock.now())
    return lambda *options: CliRunner().invoke(app, ["status", *options]).stdout


def test_status_shows_the_worst_first_and_what_is_asked_for(typed):
    whole = typed()
    rows = [line.split("  ")[0].strip() for line in whole.splitlines() if " connected " in line or "re-consent" in line]
    assert rows[:2] == [many.name(0), many.name(50)], "those need a consent"
    assert len(rows) == 50 - whole.count(" disconnected ")
    assert "(the first 50 of 60)" in whole
    assert "60 organisations. Needs a new consent: 2, Open issues: 6" in whole
    assert "(the first 3 of 6)" in typed("--state", "issues", "--limit", "3")
    told = json.loads(typed("--json", "--search", many.name(many.REJECTED)[:-8]))
    assert [one["name"] for one in told["organisations"]] == [many.name(many.REJECTED)]
    assert {one["tenant_id"] for one in told["quarantine"]} == {many.tenant(many.REJECTED)}
    assert len(json.loads(typed("--json"))["organisations"]) == 60
