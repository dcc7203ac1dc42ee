"""What days of many organisations cost, carried by runs of Dagster as the schedule and the sensors ask for them.

Called as `python -m benchmarks.organisations SIMULATOR_URL HOME`, with an address of PostgreSQL in XERO_WAREHOUSE_URL,
which takes the state and Dagster's history as well, or, for DuckDB, nothing there; prints one line of JSON. Reports are
pulled for MONTHS. The first day loads everything, on the next nothing changed. What comes before (imports, definitions)
is not counted.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import dagster as dg
import time_machine

from benchmarks.connected import connected
from benchmarks.cpu import processes, spent_by_postgresql
from xero_pipeline import clock
from xero_pipeline.calendar import add_months, month_start
from xero_pipeline.defs.assets.collections import ORGANISATIONS_PER_RUN
from xero_pipeline.defs.automation.jobs import LEDGER, PULL, SYNC, daily_config
from xero_pipeline.defs.automation.report_runs import report_runs
from xero_pipeline.defs.build import DefinitionsBuilder, naming
from xero_pipeline.defs.partitions import ORGANISATIONS, range_tags, runs_of_neighbours
from xero_pipeline.defs.run_tags import run_request
from xero_pipeline.defs.selection import select_assets
from xero_pipeline.ledger.update import stale_ledgers
from xero_pipeline.operations.dagster_home import open_instance
from xero_pipeline.settings import Settings
from xero_pipeline.sync.work_planner import WorkPlanner

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xero_pipeline.container import Services

MONTHS = 12
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class Day:
    """Carries the runs of a day in this process, one after the other."""

    def __init__(self, services: Services, instance: dg.DagsterInstance) -> None:
        self.services = services
        self.instance = instance
        self.choice = select_assets(services.settings)
        names = naming(services.settings, self.choice)
        self.daily = daily_config(names, self.choice)
        builder = DefinitionsBuilder(services.settings, self.choice, names)
        self.definitions = builder.definitions(None, dg.in_process_executor)
        self.known = [one.tenant_id for one in services.organisations.list()]
        instance.add_dynamic_partitions(ORGANISATIONS, self.known)

    def sync(self) -> None:
        """The daily schedule, then what the sensors see."""
        names = {one.tenant_id: one.name for one in self.services.organisations.list()}
        for tenants in runs_of_neighbours(self.known, self.known, at_most=ORGANISATIONS_PER_RUN):
            self._run(SYNC, run_request(tenants, names, run_key="").tags, tenants, config=self.daily)
        for pull in report_runs(self.known, self._months()):
            self._run(PULL, pull.tags(names), [], pull.reports)
        stale = stale_ledgers(self.services.warehouse, self.known)
        for tenants in runs_of_neighbours(self.known, stale, at_most=ORGANISATIONS_PER_RUN):
            self._run(LEDGER, run_request(tenants, names, run_key="").tags, tenants)

    def _months(self) -> Mapping[str, Mapping[str, Sequence[Any]]]:
        organisations = self.services.organisations.list()
        planner = WorkPlanner(clock.now(), organisations, self.known, (), ())
        start = self.services.settings.start_date
        due = planner.months_due(self.services.warehouse, self.choice.automatic, self.choice.awaited, start)
        return {tenant: {report.name: months for report, months in wanted.items()} for tenant, wanted in due.items()}

    def _run(
        self,
        job: str,
        tags: Mapping[str, str],
        tenants: Sequence[str],
        reports: Sequence[str] | None = None,
        config: Mapping[str, Any] | None = None,
    ) -> None:
        known = {name: dg.AssetKey(["xero", name]) for name in reports or ()}
        tags = {**tags, **(range_tags(tenants) if tenants else {})}
        done = self.definitions.resolve_job_def(job).execute_in_process(
            instance=self.instance,
            run_config={**QUIET, **(config or {})},
            tags=tags,
            asset_selection=[known[name] for name in reports] if reports else None,
            raise_on_error=True,
        )
        assert done.success


@contextlib.contextmanager
def spent(services: Services, instance: dg.DagsterInstance, found: dict[str, Any]) -> Iterator[None]:
    """What an organisation costs meanwhile: seconds, CPU-seconds, calls, events of Dagster and their bytes."""
    count = len(services.organisations.list())
    runs = {run.run_id for run in instance.get_runs()}
    calls, server = _calls(services), _server_cpu(services)
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    found |= {"wall": (time.perf_counter() - wall) / count, "cpu": (time.process_time() - cpu) / count}
    found |= {"server_cpu": (_server_cpu(services) - server) / count}
    events = [event for run in instance.get_runs() if run.run_id not in runs for event in instance.all_logs(run.run_id)]
    from dagster._serdes import serialize_value

    found |= {
        "runs": len(instance.get_runs()) - len(runs),
        "calls": (_calls(services) - calls) / count,
        "events": len(events) / count,
        "event_bytes": sum(len(serialize_value(event)) for event in events) / count,
    }


def _calls(services: Services) -> int:
    return services.warehouse.query("select count(*) as n from xero.api_calls").to_pylist()[0]["n"]


def _server_cpu(services: Services) -> float:
    """CPU-seconds that PostgreSQL has spent until now, with those of its processes that have ended; of DuckDB none."""
    if services.settings.warehouse_url is None:
        return 0.0
    (row,) = services.warehouse.query("select setting from pg_settings where name = 'data_directory'").to_pylist()
    return spent_by_postgresql(Path(row["setting"]), processes())


def measure(url: str, home: Path, database: str | None = None) -> dict[str, Any]:
    """A first day, and one on which nothing changed.

    Args:
        database: PostgreSQL for warehouse, state and Dagster's history; without one they are files of the home.
    """
    _same_settings_for_resources(url, home, database)
    services = connected(url, home, warehouse_url=database, state_url=database, dagster_url=database)
    found: dict[str, Any] = {"organisations": len(services.organisations.list())}
    services.warehouse.prepare()
    unpaced = mock.patch.object(Settings, "keeps_limits", new=False)
    with open_instance(services.settings) as instance, unpaced:
        day = Day(services, instance)
        for name, when in (("first", clock.now()), ("quiet", clock.now() + timedelta(days=1))):
            with time_machine.travel(when.timestamp()), spent(services, instance, found.setdefault(name, {})):
                day.sync()
    found["peak_megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def _same_settings_for_resources(url: str, home: Path, database: str | None) -> None:
    """Dagster's resources read the environment of their process."""
    ours = {"MOCK_MODE": "false", "API_URL": url, "IDENTITY_URL": url, "LOGIN_URL": url, "CLIENT_ID": "benchmark"}
    ours |= {"ENCRYPTION_KEY": "00" * 32, "PIPELINE_HOME": str(home)}
    ours |= {"START_DATE": add_months(month_start(clock.today()), 1 - MONTHS).isoformat()}
    ours |= {"WAREHOUSE_URL": database, "STATE_URL": database, "DAGSTER_URL": database} if database else {}
    os.environ.update({f"XERO_{name}": value for name, value in ours.items()})


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]), os.environ.get("XERO_WAREHOUSE_URL") or None)))
