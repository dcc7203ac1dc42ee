"""Syncs of the command line are Dagster runs like any other, carried by this process."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.cli.dagster_project import Project
from xero_pipeline.cli.output.sync_progress import Watch
from xero_pipeline.cli.selection import Selection
from xero_pipeline.container import Services
from xero_pipeline.operations.dagster_home import read_log_handlers_once
from xero_pipeline.operations.lost_runs import PROCESS, this_process
from xero_pipeline.operations.run_history import INTERRUPTED
from xero_pipeline.sync.aged_reports import TABLE
from xero_pipeline.sync.estimate.plan import reports_due
from xero_pipeline.sync.reports_stale import TRIAL_BALANCE
from xero_pipeline.warehouse.days import day_of
from xero_pipeline.warehouse.schema.catalogue import table_group
from xero_pipeline.xero.document_details import DOCUMENTS
from xero_pipeline.xero.reports.catalogue import report_named

if TYPE_CHECKING:
    import dagster as dg

    from xero_pipeline.xero.auth.organisations import Organisation

# Where Dagster's overview and its jobs look for runs; one that a server launches has it by itself.
_OURS = {".dagster/repository": "__repository__@xero_pipeline"}


class Runner:
    """Carries runs in this process and tells of them.

    Args:
        watch: Who shows the progress.
        max_calls: Calls to each organisation, over all runs together; None for the setting's bound.
    """

    def __init__(
        self, services: Services, instance: dg.DagsterInstance, watch: Watch, max_calls: int | None = None
    ) -> None:
        from xero_pipeline.defs.assets.call_context import BUDGET, MAX_CALLS

        self._services = services
        self._instance = instance
        self._watch = watch
        self._project = Project(services.settings, watch)
        read_log_handlers_once(instance)
        self.left_out: set[date] = set()
        # Dagster resolves a project's jobs when it is first asked for them: one thread at a time.
        self._resolving = threading.Lock()
        # The runs of a command are one to the person who gave it.
        self._bound = {BUDGET: uuid.uuid4().hex, **({MAX_CALLS: str(max_calls)} if max_calls else {})}

    def sync(
        self,
        organisation: Organisation,
        choice: Selection,
        *,
        full: bool,
        newest: int | None = None,
        documents: Sequence[str] = (),
    ) -> bool:
        """Everything chosen of an organisation: its collections, then the months of its reports that are due.

        Args:
            full: Read everything again; of the reports, every month.
            newest: Of how many months to pull reports, if not of all that are due.
            documents: Of what hangs on documents, only that of these ids.

        Returns:
            Whether all went well.
        """
        with self._resolving:
            offered = choice if choice.selected else self._project.offered(choice)
        self._watch.leave_out(choice.subjects - offered.subjects)
        # A call a document: those are all asked again only where somebody names what is asked of them.
        details = {"full": full and choice.selected, **({"documents": list(documents)} if documents else {})}
        configs = {name: details if name in DOCUMENTS else {"full": full} for name in offered.collections}
        well = not configs or self._collections(organisation, configs)
        if offered.reports:
            well = self._reports(organisation, offered.reports, full=full, newest=newest) and well
        if choice.ledger:
            well = self.keep_ledger(organisation) and well
        return well

    def _reports(self, organisation: Organisation, reports: Sequence[str], *, full: bool, newest: int | None) -> bool:
        due = self._due(organisation, reports, full=full)
        if newest is not None:
            due = self._newest(due, newest, day_of(self._services.warehouse, organisation.tenant_id, clock.now()))
        self._watch.leave_out(sum(not due.get(report) for report in reports))
        well = self.pull(organisation, due, anew=full)
        if due.get(TRIAL_BALANCE) and not full:
            # It may have changed though no document did: then those that were not due have to follow it.
            now = self._due(organisation, reports, full=False)
            follow = {name: months for name, months in now.items() if months and not due.get(name)}
            self._watch.leave_out(-len(follow))
            well = self.pull(organisation, follow, anew=False) and well
        return well

    def keep_ledger(self, organisation: Organisation) -> bool:
        """The ledger from what is in the warehouse now, and whether it ties out.

        Returns:
            Whether it could be kept; differences are told by its checks.
        """
        from xero_pipeline.defs.automation.jobs import LEDGER

        with self._resolving:
            names = self._project.assets("ledger")
        return not names or self._run(LEDGER, organisation, names, partition=organisation.tenant_id)

    def _newest(self, due: Mapping[str, Sequence[date]], count: int, today: date) -> dict[str, Sequence[date]]:
        """The months that are not older than so many; older ones are left to the sensor, and people are told so."""
        from xero_pipeline.calendar import first_of_months

        first = first_of_months(count, today)
        self.left_out |= {month for months in due.values() for month in months if month < first}
        return {report: [month for month in months if month >= first] for report, months in due.items()}

    def pull(self, organisation: Organisation, due: Mapping[str, Sequence[date]], *, anew: bool) -> bool:
        """The reports of some months.

        Args:
            due: For each report the first days of its months.
            anew: Whether to write also what Xero says as it said before.

        Returns:
            Whether all went well.
        """
        from xero_pipeline.defs.automation.jobs import PULL
        from xero_pipeline.defs.automation.report_runs import group_by_months
        from xero_pipeline.defs.partitions import range_tags, report_key

        if anew:
            self._forget_digests(organisation.tenant_id, due)
        well = True
        for months, reports in sorted(group_by_months(due).items(), key=lambda run: run[0][-1], reverse=True):
            keys = [report_key(month, organisation.tenant_id) for month in months]
            well = self._run(PULL, organisation, reports, tags=range_tags(keys)) and well
        return well

    def _forget_digests(self, tenant_id: str, reports: Iterable[str]) -> None:
        from xero_pipeline.warehouse.progress.report_checks import forget_digests

        with self._services.warehouse.writing() as connection:
            for name in reports:
                forget_digests(connection, tenant_id, report_named(name).table)

    def aged(self, organisation: Organisation, contacts: Sequence[str], as_of: date) -> bool:
        """The aged reports of some contacts, or of all with an open invoice or bill.

        Args:
            contacts: Names or contact ids; none for all.

        Returns:
            Whether all went well.
        """
        from xero_pipeline.defs.assets.aged_reports import AGED

        options = {"contacts": list(contacts), "as_of": as_of.isoformat()}
        ops = {self._project.op(TABLE): {"config": options}}
        return self._run(AGED, organisation, [TABLE], partition=organisation.tenant_id, ops=ops)

    def _collections(self, organisation: Organisation, configs: Mapping[str, Mapping[str, object]]) -> bool:
        from xero_pipeline.defs.automation.jobs import SYNC

        with self._resolving:
            ops = {self._project.op(name): {"config": dict(config)} for name, config in configs.items()}
        tables = [table.name for name in configs for table in table_group(name)]
        return self._run(SYNC, organisation, tables, partition=organisation.tenant_id, ops=ops)

    def _due(self, organisation: Organisation, reports: Iterable[str], *, full: bool) -> dict[str, Sequence[date]]:
        services, named = self._services, [report_named(name) for name in reports]
        due = reports_due(services.warehouse, organisation.tenant_id, named, services.settings.start_date, full=full)
        return {report.name: months for report, months in due.items()}

    def _run(
        self,
        job: str,
        organisation: Organisation,
        tables: Sequence[str],
        *,
        partition: str | None = None,
        ops: Mapping[str, object] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> bool:
        from dagster._core.utils import make_new_run_id

        from xero_pipeline.defs.run_tags import organisation_tags

        with self._resolving:
            self._instance.add_dynamic_partitions(self._project.organisations, [organisation.tenant_id])
            asset_job, keys = self._project.job(job), self._project.keys(tables)
        run_id = make_new_run_id()
        with self._carried(run_id):
            result = asset_job.execute_in_process(
                run_id=run_id,
                instance=self._instance,
                partition_key=partition,
                asset_selection=keys,
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}, "ops": dict(ops or {})},
                tags={
                    **(_OURS if self._project.is_ours else {}),
                    **self._bound,
                    **organisation_tags([organisation.tenant_id], {organisation.tenant_id: organisation.name}),
                    PROCESS: this_process(),
                    **(tags or {}),
                },
                raise_on_error=False,
            )
        for event in result.all_events:
            failure = event.step_failure_data if event.is_step_failure else None
            if failure and failure.error and failure.error.cls_name in INTERRUPTED:
                raise KeyboardInterrupt
            if failure and failure.error and not failure.user_failure_data:
                # Not one of our own errors, which the watch has heard of: a bug, and no reason to stay silent.
                self._watch.fail(f"unexpected: {failure.error.message.strip()} - please report it")
        return result.success

    def _carried(self, run_id: str) -> AbstractContextManager[None]:
        """Where runs go to workers, Dagster's daemon takes every run for lost that no process shows to be alive."""
        settings = self._services.settings
        if settings.broker_url is None:
            return nullcontext()
        from xero_pipeline.state.carried_run import carried

        return carried(settings.state, run_id)
