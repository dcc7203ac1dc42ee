"""A house with Dagster in it: three small simulated organisations, connected, and an instance of our own."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
import time_machine
from dagster._core.definitions.partitions.context import partition_loading_context

from xero_pipeline import clock
from xero_pipeline.calendar import months_between
from xero_pipeline.cli.mock_consent import connect_mock_organisations
from xero_pipeline.container import Services
from xero_pipeline.definitions import build
from xero_pipeline.defs.automation.jobs import PULL, REREAD, SYNC
from xero_pipeline.defs.partitions import ORGANISATIONS, range_tags, report_key
from xero_pipeline.defs.resources import TokenStoreResource, WarehouseResource
from xero_pipeline.defs.specs import asset_key
from xero_pipeline.operations.dagster_home import NO_COMPUTE_LOGS, storage_in
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse.database.duckdb import DuckDB
from xero_pipeline.warehouse.schema.catalogue import table_group
from xero_pipeline.xero.http.client import XeroClient
from xero_pipeline.xero.quota.limiter import Quota
from xero_pipeline_tests.clock import TODAY
from xero_simulator.company import Company
from xero_simulator.config import BooksConfig
from xero_simulator.faults.catalogue import Fault
from xero_simulator.identity import service
from xero_simulator.simulator import Simulator

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


MONTHS = months_between(TODAY - timedelta(days=124), TODAY)[-3:]
"""The months of the books, this one and the two before."""
FIRST_MONTH = MONTHS[0]


@dataclass
class House:
    """What a test needs: the parts, the simulator behind them, Dagster's history and definitions."""

    services: Services
    simulator: Simulator
    instance: dg.DagsterInstance
    definitions: dg.Definitions
    tenants: list[str]

    def sync(self, *tables, tenants=None, config=None, tags=None):
        """A run of the sync for some collections: of one organisation, or of a range of them."""
        tenants = tenants or self.tenants
        one = tenants[0] if len(tenants) == 1 else None
        keys = [asset_key(member.name) for name in tables for member in table_group(name)]
        tags = {**(tags or {}), **({} if one else range_tags(tenants))}
        return self._run(SYNC, keys or None, partition_key=one, tags=tags, ops=config or {})

    def pull(self, months, tenants=None, reports=()):
        """A run of the usual reports, or of some, for a range of months and organisations."""
        tenants = tenants or self.tenants
        ends = [report_key(months[0], tenants[0]), report_key(months[-1], tenants[-1])]
        keys = [asset_key(name) for name in reports or [report.name for report in self.services.reports]]
        return self._run(PULL, keys, partition_key=None, tags=range_tags(ends), ops={})

    def sensor(self, name):
        return next(one for one in self.definitions.sensors if one.name == name)

    def ask(self, sensor, later=timedelta()):
        """What a sensor says in a tick at some later time."""
        with (
            time_machine.travel(clock.now() + later, tick=False),
            dg.build_sensor_context(
                instance=self.instance,
                definitions=self.definitions,
                resources={"xero_token_store": TokenStoreResource(), "xero_warehouse": WarehouseResource()},
            ) as context,
            partition_loading_context(dynamic_partitions_store=self.instance),
        ):
            return self.sensor(sensor).evaluate_tick(context)

    def schedule(self, name):
        return next(one for one in self.definitions.schedules if one.name == name)

    def reread(self, calls):
        """The config of a run that reads again."""
        job = self.definitions.resolve_job_def(REREAD)
        names = [node.name for node in job.nodes]
        return {name: {"config": {"reread_calls": calls}} for name in names}

    def tick(self, schedule, at):
        """What a schedule asks for at some instant."""
        with (
            self.on_disk() as house,
            dg.build_schedule_context(
                instance=house.instance,
                repository_def=self.definitions.get_repository_def(),
                scheduled_execution_time=at,
                resources={"xero_token_store": TokenStoreResource()},
            ) as context,
        ):
            return self.schedule(schedule).evaluate_tick(context)

    @contextmanager
    def on_disk(self):
        """The same house with a history in files: threads may write to it at once, and other processes open it."""
        with tempfile.TemporaryDirectory() as folder, _history_in(folder) as instance:
            instance.add_dynamic_partitions(ORGANISATIONS, self.tenants)
            yield replace(self, instance=instance)

    def materialisations(self, table):
        """Newest first, by partition."""
        records = self.instance.fetch_materializations(asset_key(table), limit=100).records
        return {r.partition_key: r.asset_materialization for r in reversed(records)}

    def fault(self, kind, path="", tenant="", **more):
        self.simulator.faults.add(Fault(kind, path, tenant_id=tenant, **{"times": None, **more}))

    def _run(self, job, keys, *, partition_key=None, tags, ops):
        return self.definitions.resolve_job_def(job).execute_in_process(
            instance=self.instance,
            partition_key=partition_key,
            asset_selection=keys,
            run_config={**QUIET, "ops": ops},
            tags=tags,
            raise_on_error=False,
        )


def _history_in(folder):
    """With settings as in a home of ours: what steps print is not caught by four processes more."""
    settings = {"storage": storage_in(Path(folder)), "compute_logs": NO_COMPUTE_LOGS}
    return dg.DagsterInstance.local_temp(folder, settings)


@dataclass(frozen=True)
class Connected:
    """A home in which the organisations are connected and the tables made, to be copied."""

    home: Path
    simulator: Simulator
    tenants: list[str]
    definitions: dg.Definitions


def surroundings(monkeypatch, home, simulator):
    """The environment of a home in mock mode, and behind it our small simulator instead of the usual one."""
    for name in ("XERO_WAREHOUSE_URL", "XERO_STATE_URL", "XERO_ENCRYPTION_KEY", "DAGSTER_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XERO_MOCK_MODE", "true")
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(home))
    monkeypatch.setenv("XERO_START_DATE", FIRST_MONTH.isoformat())
    monkeypatch.chdir(home)
    monkeypatch.setattr(Services, "simulator", property(lambda services: simulator))
    # Our own limit of the minute would hold the tests up; it has tests of its own.
    monkeypatch.setattr(Services, "quota", property(lambda services: Quota(services.state, per_minute=100_000)))
    # All homes are copies of one, with one refresh token, which Xero takes once: nobody may need it.
    monkeypatch.setattr(service, "ACCESS_SECONDS", 86_400)
    # The waits between repetitions would hold them up, too.
    monkeypatch.setitem(XeroClient.__init__.__kwdefaults__, "sleep", lambda _seconds: None)


@pytest.fixture(scope="session")
def connected(tmp_path_factory):
    home = tmp_path_factory.mktemp("connected")
    config = BooksConfig(today=TODAY, organisations=3, invoices=45, months=len(MONTHS))
    simulator = Simulator(config, limits=None, advanced=True)
    with pytest.MonkeyPatch.context() as monkeypatch:
        surroundings(monkeypatch, home, simulator)
        services = Services(Settings.load())
        tenants = [one.tenant_id for one in connect_mock_organisations(services)]
        services.warehouse.prepare()
        services.close()
        return Connected(home, simulator, tenants, build(services.settings))


@pytest.fixture
def house(tmp_path, connected):
    with lived_in(connected, connected.home, tmp_path / "home") as house:
        yield house


@pytest.fixture
def own_books(house, monkeypatch):
    """Makes books of a test's own of an organisation's: it may edit them, the simulator is that of other tests, too."""

    def copied(tenant):
        bench = house.simulator.company(tenant).bench
        books = Company(replace(bench, tables=deepcopy(bench.tables), shared=dict(bench.shared)))
        monkeypatch.setitem(house.simulator._companies, tenant, books)
        return books

    return copied


@contextmanager
def lived_in(connected, like, home):
    """A house in a copy of a home."""
    shutil.copytree(like, home)
    with pytest.MonkeyPatch.context() as monkeypatch:
        surroundings(monkeypatch, home, connected.simulator)
        # All of them open the file in one way, so that one which stays open makes it cheap.
        opened = DuckDB.engine
        monkeypatch.setattr(DuckDB, "engine", lambda dialect, *, read_only: opened(dialect, read_only=False))
        services = Services(Settings.load())
        with dg.DagsterInstance.ephemeral() as instance, services.warehouse.kept_open():
            instance.add_dynamic_partitions(ORGANISATIONS, connected.tenants)
            yield House(services, connected.simulator, instance, connected.definitions, connected.tenants)
        connected.simulator.faults.clear()
        services.close()
