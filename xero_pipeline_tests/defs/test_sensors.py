"""Sensors and the schedule: who is asked for, when, and that no tick ever calls Xero."""

from __future__ import annotations

import logging
import time
import uuid
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import dagster as dg
import pytest
import time_machine
from dagster._core.events import DagsterEvent, DagsterEventType
from dagster._core.events.log import EventLogEntry

from xero_pipeline import clock
from xero_pipeline.container import Services
from xero_pipeline.definitions import build
from xero_pipeline.defs.automation import sensors, work_sensor
from xero_pipeline.defs.automation.ledger_updates import LEDGERS
from xero_pipeline.defs.automation.sensors import NEW_ORGANISATIONS
from xero_pipeline.defs.automation.work_sensor import RUNS_PER_TICK
from xero_pipeline.defs.partitions import ORGANISATIONS, range_tags, report_key
from xero_pipeline.defs.resources import TokenStoreResource, WarehouseResource
from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.settings import Settings
from xero_pipeline.sync.backfill_calls import RESERVE, calls_for
from xero_pipeline.warehouse.store import Cursor
from xero_pipeline.xero.reports.catalogue import chosen_reports
from xero_pipeline_tests.defs.conftest import MONTHS

DOCUMENTS = ("invoices", "payments", "bank_transactions")


@pytest.fixture
def tick(house, monkeypatch):
    """Evaluates a sensor the way the daemon does, with Xero out of reach."""

    def refused(*args, **kwargs):
        raise AssertionError("a sensor called Xero")

    def evaluate(name, cursor=None):
        sensor = house.sensor(name)
        with (
            monkeypatch.context() as unreachable,
            dg.build_sensor_context(
                instance=house.instance,
                cursor=cursor,
                definitions=house.definitions,
                resources={"xero_token_store": TokenStoreResource(), "xero_warehouse": WarehouseResource()},
            ) as context,
        ):
            unreachable.setattr("httpx.Client.send", refused)
            # Resolving keys of partitions that are only asked for is the daemon's work: `test_daemon.py` sees it.
            return sensor._raw_fn(context) if name == NEW_ORGANISATIONS else sensor.evaluate_tick(context)

    return evaluate


def loaded(house, *tenants):
    """Says that the first load of these organisations is complete."""
    for tenant in tenants:
        for table in DOCUMENTS:
            at = clock.now()
            house.services.warehouse.merge({}, cursor=Cursor(tenant, table, at, at, 0))


def pulled(house, tenant):
    """Says that every month of the usual reports was pulled just now."""
    at = clock.now()
    rows = [
        (tenant, report.table, report.basis, month, month, at, at, "{}")
        for report in house.services.reports
        for month in MONTHS
    ]
    with house.services.warehouse.dialect.connected("written") as connection:
        connection.exec_driver_sql(
            "insert into xero.report_pulls (tenant_id, report, basis, period_start, period_end, fetched_at, "
            "checked_at, raw) values (?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )


def asked(data):
    """The partitions a tick asks for: (organisations, first month, last month) of each run."""
    found = []
    for request in data.run_requests:
        first, last = (request.tags[f"dagster/asset_partition_range_{end}"] for end in ("start", "end"))
        found.append((first.split("|")[1], last.split("|")[1], first.split("|")[0], last.split("|")[0]))
    return found


def reports_of(data):
    """For each run the first month, and which reports it brings."""
    return {
        request.tags["dagster/asset_partition_range_start"].split("|")[0]: {
            key.path[-1] for key in request.asset_selection
        }
        for request in data.run_requests
    }


def cost(of):
    """Calls of all reports that are pulled by themselves."""
    return sum(calls_for(report, of) for report in chosen_reports(None, cash_basis=False))


def test_a_wrong_setting_is_the_headline_of_a_tick_that_fails(tick, monkeypatch):
    monkeypatch.setenv("XERO_CALLS_PER_DAY", "many")
    with pytest.raises(dg.DagsterError, match="^Wrong settings: XERO_CALLS_PER_DAY"):
        tick(LEDGERS)


@pytest.mark.any_day_in_proof
class TestNewOrganisations:
    @pytest.fixture(autouse=True)
    def _nobody_is_known(self, house):
        for tenant in house.tenants:
            house.instance.delete_dynamic_partition(ORGANISATIONS, tenant)

    def test_every_new_organisation_gets_its_partition_and_one_first_load(self, house, tick):
        data = tick("new_organisations")
        (request,) = data.dynamic_partitions_requests
        assert sorted(request.partition_keys) == sorted(house.tenants)
        assert sorted(r.partition_key for r in data.run_requests) == sorted(house.tenants)
        assert {r.tags["xero/organisation"] for r in data.run_requests} == set(house.tenants)
        assert len({r.run_key for r in data.run_requests}) == len(house.tenants)

    def test_of_very_many_new_ones_the_next_ticks_ask_for_those_that_follow(self, house, tick, monkeypatch):
        monkeypatch.setattr(sensors, "FIRST_LOADS_PER_TICK", 2)
        seen = []
        for count in (2, 1):
            data = tick("new_organisations")
            (request,) = data.dynamic_partitions_requests
            assert len(request.partition_keys) == len(data.run_requests) == count
            house.instance.add_dynamic_partitions(ORGANISATIONS, request.partition_keys)
            seen += request.partition_keys
        assert sorted(seen) == sorted(house.tenants)

    def test_of_very_many_that_did_not_get_through_every_one_has_its_turn(self, house, tick, monkeypatch):
        house.instance.add_dynamic_partitions(ORGANISATIONS, house.tenants)
        monkeypatch.setattr(sensors, "FIRST_LOADS_PER_TICK", 2)
        first = tick("new_organisations")
        second = tick("new_organisations", cursor=first.cursor)
        asked = {request.partition_key for data in (first, second) for request in data.run_requests}
        assert asked == set(house.tenants)

    def test_it_is_silent_while_the_first_loads_are_under_way(self, house, tick):
        house.instance.add_dynamic_partitions(ORGANISATIONS, house.tenants)
        for tenant in house.tenants:
            a_run(house, dg.DagsterRunStatus.STARTING, {"xero/organisation": tenant})
        assert not tick("new_organisations").run_requests

    def test_it_is_silent_afterwards(self, house, tick):
        house.instance.add_dynamic_partitions(ORGANISATIONS, house.tenants)
        loaded(house, *house.tenants)
        data = tick("new_organisations")
        assert not data.run_requests
        assert not data.dynamic_partitions_requests
        assert "has its partition and its first load" in data.skip_reason.skip_message

    def test_a_first_load_that_did_not_get_through_is_asked_for_again_some_hours_later(self, house, tick):
        house.instance.add_dynamic_partitions(ORGANISATIONS, house.tenants)
        loaded(house, *house.tenants[1:])
        a_run(house, dg.DagsterRunStatus.FAILURE, {"xero/organisation": house.tenants[0]})
        keys = []
        for hour in (8, 11, 12):
            with time_machine.travel(clock.now().replace(hour=hour), tick=False):
                (request,) = tick("new_organisations").run_requests
            assert request.partition_key == house.tenants[0]
            keys.append(request.run_key)
        assert keys[0] == keys[1] != keys[2]

    def test_whoever_must_consent_again_is_not_loaded_again(self, house, tick):
        house.instance.add_dynamic_partitions(ORGANISATIONS, house.tenants)
        for tenant in house.tenants:
            house.services.organisations.mark(tenant, "needs re-consent")
        assert not tick("new_organisations").run_requests

    def test_a_disconnected_organisation_is_not_new(self, house, tick):
        house.services.organisations.mark(house.tenants[0], "disconnected")
        assert house.tenants[0] not in {r.partition_key for r in tick("new_organisations").run_requests}


@pytest.mark.any_day_in_proof
class TestMonthsToPull:
    def test_nothing_is_asked_before_the_first_load_is_complete(self, house, tick):
        at = clock.now()
        for table in DOCUMENTS[:2]:
            house.services.warehouse.merge({}, cursor=Cursor(house.tenants[0], table, at, at, 0))
        data = tick("months_to_pull")
        assert not data.run_requests
        assert "No month is missing" in data.skip_message

    def test_every_month_is_missing_after_the_first_load(self, house, tick):
        loaded(house, house.tenants[0])
        (run,) = tick("months_to_pull").run_requests
        first, last = (report_key(month, house.tenants[0]) for month in (MONTHS[0], MONTHS[-1]))
        assert run.tags.items() >= {**range_tags([first, last]), "xero/organisation": house.tenants[0]}.items()

    def test_neighbours_with_the_same_months_share_a_run(self, house, tick):
        loaded(house, *house.tenants)
        assert asked(tick("months_to_pull")) == [(house.tenants[0], house.tenants[2], str(MONTHS[0]), str(MONTHS[-1]))]

    @pytest.mark.any_day
    def test_what_it_asks_for_satisfies_it(self, house, tick):
        loaded(house, house.tenants[0])
        assert house.pull(MONTHS, tenants=house.tenants[:1]).success
        assert not tick("months_to_pull").run_requests

    def test_the_newest_months_come_first_when_the_day_is_nearly_used_up(self, house, tick, monkeypatch):
        loaded(house, house.tenants[0])
        enough = RESERVE + cost(MONTHS[-2:])
        left = SimpleNamespace(snapshot=lambda tenant: SimpleNamespace(day_remaining=enough))
        monkeypatch.setattr(Services, "quota", left)
        assert [run[2:] for run in asked(tick("months_to_pull"))] == [(str(MONTHS[-2]), str(MONTHS[-1]))]

    def test_nothing_is_asked_when_the_days_calls_are_kept_for_the_daily_sync(self, house, tick, monkeypatch):
        loaded(house, house.tenants[0])
        left = SimpleNamespace(snapshot=lambda tenant: SimpleNamespace(day_remaining=100))
        monkeypatch.setattr(Services, "quota", left)
        assert not tick("months_to_pull").run_requests

    @pytest.mark.any_day
    def test_a_month_is_stale_when_we_learnt_of_a_change_to_its_documents(self, house, tick):
        tenant = house.tenants[1]
        loaded(house, tenant)
        pulled(house, tenant)
        with house.services.warehouse.dialect.connected("written") as connection:
            connection.exec_driver_sql(
                "insert into xero.invoices (tenant_id, invoice_id, date, synced_at, is_deleted) values (?, ?, ?, ?, ?)",
                (tenant, "i", MONTHS[1].replace(day=15), clock.now() + timedelta(seconds=1), False),
            )
        data = tick("months_to_pull")
        assert sorted(asked(data)) == [
            (tenant, tenant, str(MONTHS[1]), str(MONTHS[1])),
            (tenant, tenant, str(MONTHS[1]), str(MONTHS[2])),
        ]

    def test_a_run_brings_the_reports_that_are_due_and_no_others(self, house, tick):
        tenant = house.tenants[0]
        loaded(house, tenant)
        pulled(house, tenant)
        with house.services.warehouse.dialect.connected("written") as connection:
            connection.exec_driver_sql(
                "insert into xero.payments (tenant_id, payment_id, date, synced_at, is_deleted) values (?, ?, ?, ?, ?)",
                (tenant, "p", MONTHS[-1], clock.now() + timedelta(seconds=1), False),
            )
        assert reports_of(tick("months_to_pull")) == {
            str(MONTHS[-1]): {
                "profit_and_loss", "balance_sheet", "trial_balance", "bank_summary", "executive_summary"
            }
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("variables", "expected"),
        [
            (
                {"XERO_REPORTS": "bank_summary, profit_and_loss_by_tracking"},
                {"bank_summary", "profit_and_loss_by_tracking"},
            ),
            (
                {"XERO_REPORTS": "trial_balance bank_summary", "XERO_CASH_BASIS": "true"},
                {"trial_balance", "trial_balance_cash", "bank_summary"},
            ),
        ],
    )
    def test_the_reports_a_person_chose_are_pulled_by_themselves(self, house, tick, monkeypatch, variables, expected):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        house.definitions = build(Settings.load())
        loaded(house, house.tenants[0])
        assert set().union(*reports_of(tick("months_to_pull")).values()) == expected

    @pytest.mark.any_day
    def test_the_current_month_and_the_one_before_are_asked_once_a_day(self, house, tick):
        tenant = house.tenants[0]
        loaded(house, tenant)
        pulled(house, tenant)
        with house.services.warehouse.dialect.connected("written") as connection:
            connection.exec_driver_sql("update xero.report_pulls set checked_at = checked_at - interval 1 day")
        assert asked(tick("months_to_pull")) == [(tenant, tenant, str(MONTHS[-2]), str(MONTHS[-1]))]

    @pytest.mark.parametrize("status", [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED])
    @pytest.mark.parametrize("how", ["a sensor", "a person", "a range", "a report"])
    def test_an_organisation_that_is_being_synced_is_left_alone(self, house, tick, how, status):
        loaded(house, *house.tenants)
        busy, free = house.tenants[:2], house.tenants[2]
        tags = {
            "a sensor": [{"xero/organisation": tenant} for tenant in busy],
            "a person": [{"dagster/partition": tenant} for tenant in busy],
            "a range": [range_tags(busy)],
            "a report": [range_tags([report_key(MONTHS[0], t) for t in busy])],
        }[how]
        for more in tags:
            a_run(house, status, more)
        assert [run[:2] for run in asked(tick("months_to_pull"))] == [(free, free)]

    @pytest.mark.parametrize("status", [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE])
    def test_a_run_that_has_ended_keeps_nobody_out(self, house, tick, status):
        loaded(house, house.tenants[0])
        a_run(house, status, {"xero/organisation": house.tenants[0]})
        assert len(tick("months_to_pull").run_requests) == 1

    def test_a_run_that_was_killed_unseen_does_not_keep_its_organisation_out_for_ever(self, house, tick):
        loaded(house, house.tenants[0])
        run = a_run(house, dg.DagsterRunStatus.NOT_STARTED, {"xero/organisation": house.tenants[0]})
        house.instance.report_engine_event("went off", run)
        house.instance.handle_new_event(started(run))
        assert not tick("months_to_pull").run_requests
        with time_machine.travel(clock.now() + timedelta(hours=6, minutes=1), tick=False):
            assert len(tick("months_to_pull").run_requests) >= 1

    def test_a_pull_that_failed_is_asked_for_again_but_not_every_minute(self, house, tick):
        loaded(house, house.tenants[0])
        begun = clock.now().replace(hour=12, minute=5)
        keys = []
        for minutes in (0, 20, 60):
            with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
                keys += [request.run_key for request in tick("months_to_pull").run_requests]
        assert keys[0] == keys[1] != keys[2]

    def test_whoever_must_consent_again_is_not_asked_about(self, house, tick):
        loaded(house, house.tenants[0])
        house.services.organisations.mark(house.tenants[0], "needs re-consent")
        assert not tick("months_to_pull").run_requests

    def test_a_warehouse_in_use_is_a_reason_to_skip_and_keeps_the_turn(self, house, tick, monkeypatch):
        def busy(services):
            raise WarehouseBusy("held by process 7")

        loaded(house, house.tenants[0])
        monkeypatch.setattr(work_sensor, "glance", busy)
        data = tick("months_to_pull", cursor="b")
        assert not data.run_requests
        assert "held by process 7" in data.skip_message
        assert data.cursor == "b"

    def test_a_tick_asks_for_a_bounded_number_of_runs_and_the_next_goes_on_there(self, house, tick, monkeypatch):
        monkeypatch.setattr(sensors, "RUNS_PER_TICK", 1)
        loaded(house, house.tenants[0], house.tenants[2])  # no neighbours: a run each
        first = tick("months_to_pull")
        second = tick("months_to_pull", cursor=first.cursor)
        assert len(first.run_requests) == len(second.run_requests) == 1 <= RUNS_PER_TICK
        assert {run[0] for data in (first, second) for run in asked(data)} == {house.tenants[0], house.tenants[2]}


@pytest.mark.any_day_in_proof
class TestDailySync:
    def evaluate(self, house):
        return house.tick("daily_sync", datetime(2026, 11, 22, 5, tzinfo=UTC)).run_requests

    def test_neighbouring_organisations_share_a_run(self, house):
        (request,) = self.evaluate(house)
        assert request.tags.items() >= range_tags([house.tenants[0], house.tenants[2]]).items()

    def test_a_disconnected_organisation_is_left_out(self, house):
        house.services.organisations.mark(house.tenants[1], "disconnected")
        assert [r.partition_key for r in self.evaluate(house)] == [house.tenants[0], house.tenants[2]]

    def test_one_that_needs_a_new_consent_is_kept_so_that_its_failure_is_seen(self, house):
        house.services.organisations.mark(house.tenants[0], "disconnected")
        house.services.organisations.mark(house.tenants[1], "needs re-consent")
        (request,) = self.evaluate(house)
        assert request.tags.items() >= range_tags(house.tenants[1:]).items()

    def test_lists_that_seldom_change_are_read_once_a_week(self, house):
        (request,) = self.evaluate(house)
        weekly = {"sync_branding_themes", "sync_currencies", "sync_invoice_reminders", "sync_organisation_actions"}
        config = {"config": {"min_age_days": 7}}
        assert request.run_config["ops"] == dict.fromkeys({*weekly, "sync_users"}, config)

    def test_a_day_has_one_run_of_each(self, house):
        assert [r.run_key for r in self.evaluate(house)] == [r.run_key for r in self.evaluate(house)]


def a_run(house, status, tags):
    """A run somebody else began."""
    run = dg.DagsterRun(job_name="a_job", run_id=str(uuid.uuid4()), status=status, tags=tags)
    return house.instance.add_run(run)


def started(run):
    return EventLogEntry(
        error_info=None,
        level=logging.INFO,
        user_message="",
        run_id=run.run_id,
        timestamp=time.time(),
        dagster_event=DagsterEvent(DagsterEventType.PIPELINE_START.value, run.job_name),
    )
