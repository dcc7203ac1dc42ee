"""The ledger as assets: one op keeps everything of an organisation, and tells whether it ties out."""

# No `from __future__ import annotations` here: Dagster reads the annotations of asset functions as they are.

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import dagster as dg

from xero_pipeline import clock
from xero_pipeline.checks.evaluation import ask_checks
from xero_pipeline.defs.assets.collections import ORGANISATIONS_PER_RUN
from xero_pipeline.defs.assets.execution import Execute, executed, work_only
from xero_pipeline.defs.assets.fivetran import fivetran_specs, fivetran_versions
from xero_pipeline.defs.assets.materialisations import RecordMaterialisation, Written
from xero_pipeline.defs.assets.organisation_client import organisation_lock
from xero_pipeline.defs.assets.per_organisation import Content, run_for_each_organisation
from xero_pipeline.defs.assets.subset import Result, emit_selected
from xero_pipeline.defs.checks.books import book_check_results, book_check_specs
from xero_pipeline.defs.checks.tie_out import check_results, check_specs
from xero_pipeline.defs.metadata.charts import chart_metadata
from xero_pipeline.defs.partitions import organisation_partitions
from xero_pipeline.defs.resources import ASSET_RESOURCES, resources_of
from xero_pipeline.defs.specs import changes
from xero_pipeline.ledger.cash_basis.reports import ON_CASH_BASIS
from xero_pipeline.ledger.content_versions import organisation_contents
from xero_pipeline.ledger.fivetran.declarations import views
from xero_pipeline.ledger.fivetran.views import SCHEMA as FIVETRAN
from xero_pipeline.ledger.posting.postings import Posted
from xero_pipeline.ledger.reconcile.account_balances import SOURCE
from xero_pipeline.ledger.reconcile.cause_file import read_causes
from xero_pipeline.ledger.reconcile.tie_out import REPORTS
from xero_pipeline.ledger.statements.monthly_tables import TABLES
from xero_pipeline.ledger.tables import SCHEMA, ledger_tables, named
from xero_pipeline.ledger.update import update_ledger
from xero_pipeline.sync.progress import Progress
from xero_pipeline.sync.reports_due import earliest_month
from xero_pipeline.sync.reports_stale import dated_tables, stale_months
from xero_pipeline.sync.result import SyncResult
from xero_pipeline.warehouse.load.merge import Merged
from xero_pipeline.warehouse.schema.model import Table
from xero_pipeline.xero.reports.catalogue import reports

if TYPE_CHECKING:
    from xero_pipeline.checks.catalogue import BooksCheck
    from xero_pipeline.defs.naming import Naming
    from xero_pipeline.warehouse.load.merge import Merged
    from xero_pipeline.warehouse.store import Warehouse

GROUP = "ledger"
ASSETS = {
    "journals": ("organisations", "accounts", *dated_tables()),
    "journal_lines": (),
    "documents": (),
    **{name: ("budgets",) if name == "budget_variance" else () for name in TABLES},
    "tie_out": REPORTS,
    "coverage": (),
}
"""The tables that are assets, each with what of schema xero it is made of; those without are made of journals."""
WITH_JOURNALS = {"journal_differences": ("journals",)}
"""Those there are besides where Xero's own journals are read."""
NOTHING = "Nothing of this organisation was read yet, so there is no ledger to keep: run `xero-pipeline sync` first."


def ledger_assets(
    naming: "Naming",
    *,
    journals: bool = False,
    explained: Sequence[str] = (),
    cash_basis: "Sequence[str]" = (),
    balances: "Sequence[str]" = (),
    checked: bool = True,
    checks: "Sequence[BooksCheck]" = (),
    execute: Execute = work_only,
    dbt_source: str | None = None,
) -> Sequence[dg.AssetsDefinition]:
    """The assets of the ledger.

    Args:
        journals: Whether Xero's own journals are read: they are the ledger then.
        explained: Collections of Xero's other APIs that are read.
        cash_basis: The reports on cash basis that are pulled by themselves, which it compares with its own.
        balances: The balances that it is compared with, as in `ledger.tie_out`.
        checked: Whether with their checks.
        checks: Those of the books, which need the ledger.
        execute: What the project puts around the work.
        dbt_source: The dbt source whose tables those in Fivetran's layout are; None if they are no assets.
    """
    made_of = ASSETS | {"journals": (*ASSETS["journals"], *explained)} | dict.fromkeys(cash_basis, ())
    made_of |= WITH_JOURNALS if journals else {}
    made_of |= {"tie_out": (*ASSETS["tie_out"], SOURCE)} if balances else {}
    specs = [_spec(table, made_of[table.name], naming) for table in ledger_tables() if table.name in made_of]
    specs += fivetran_specs(naming, dbt_source) if dbt_source else []
    besides = (*cash_basis, *balances)
    tied = check_specs(naming, journals=journals, besides=besides)

    @dg.multi_asset(
        name=naming.named("post_ledger"),
        required_resource_keys={naming.resource(name) for name in ASSET_RESOURCES},
        specs=specs,
        check_specs=[*tied, *book_check_specs(naming, checks)] if checked else [],
        partitions_def=organisation_partitions(naming.organisations),
        backfill_policy=dg.BackfillPolicy.multi_run(ORGANISATIONS_PER_RUN),
        can_subset=True,
    )
    @executed(execute)
    def keep(context: dg.AssetExecutionContext) -> Iterator[Result]:
        xero, xero_warehouse, xero_progress = resources_of(context, naming)
        warehouse = xero_warehouse.warehouse
        left_out = list[str]()
        names = {naming.key(name, SCHEMA): name for name in made_of}
        of_dbt = {naming.key(view.name, FIVETRAN): view.name for view in views()} if dbt_source else {}

        tenants = context.partition_keys
        moment = clock.now()
        alone = len(tenants) == 1

        @cache
        def stale() -> Mapping[str, Mapping[str, set[date]]]:
            return out_of_date(warehouse, tenants, moment, xero.services.settings.start_date)

        def one(tenant_id: str, record: RecordMaterialisation) -> None:
            xero_progress.begin(tenant_id, SCHEMA)
            started = time.monotonic()
            ageing = xero.services.settings.ageing
            causes = read_causes(xero.services.settings.causes)
            with organisation_lock(xero.services, tenant_id):
                # As of the moment that is known of what is stale: whoever reads later finds the ledger behind.
                posted = update_ledger(
                    warehouse,
                    tenant_id,
                    stale()[tenant_id],
                    at=moment,
                    journals=journals,
                    causes=causes,
                    ageing=ageing,
                )
                if posted is not None and checked:
                    ask_checks(warehouse, tenant_id, checks, at=moment)
            if posted is None:
                left_out.append(tenant_id)
                _report_nothing_to_post(context, naming.key("journals", SCHEMA), tenant_id, xero_progress)
                return
            xero_progress.end(_outcome(posted, time.monotonic() - started))
            facts = {} if posted.was_current and not alone else _facts(warehouse, tenant_id, posted)
            for key, name in names.items():
                told = facts.get(name, {})
                if alone or not posted.was_current:
                    told |= chart_metadata(context, warehouse, tenant_id, f"{SCHEMA}.{name}", ageing=ageing)
                record(key, tenant_id, told)
            for key in of_dbt:
                record(key, tenant_id, {})

        def describe(written: Collection[Written]) -> Mapping[Written, Content]:
            tenants = sorted({tenant_id for _, tenant_id in written})
            contents = organisation_contents(warehouse, tenants, list(made_of)) if tenants else {}
            found = {one: contents[one[1], names[one[0]]] for one in written if one[0] in names}
            versions = fivetran_versions(warehouse, naming, tenants, set(of_dbt.values()))
            return {
                one: Content(held.version, {"dagster/partition_row_count": held.rows}) for one, held in found.items()
            } | {one: Content(versions[one[1], of_dbt[one[0]]]) for one in written if one[0] in of_dbt}

        yield from run_for_each_organisation(
            context, tenants, one, xero_progress, xero.services, warehouse, describe, left_out=left_out
        )
        if checked:
            told = check_results(warehouse, naming, xero.services, journals=journals, besides=besides)
            yield from emit_selected(context, told)
            live = xero.services.settings.mode == "live"
            yield from emit_selected(context, book_check_results(warehouse, naming, checks, linked=live))

    return [keep]


def _report_nothing_to_post(
    context: dg.AssetExecutionContext, key: dg.AssetKey, tenant_id: str, progress: Progress
) -> None:
    context.log.info(f"{NOTHING} (organisation {tenant_id})")
    context.log_event(dg.AssetObservation(key, partition=tenant_id, description=NOTHING))
    progress.nothing_yet(NOTHING)


def _outcome(posted: Posted, seconds: float) -> SyncResult:
    """Documents looked at and journals changed, for whoever watches: the ledger makes no calls."""
    return SyncResult({"journals": _changes(posted)}, posted.documents, calls=0, wire_bytes=0, seconds=seconds)


def _changes(posted: Posted) -> "Merged":
    """A journal that was taken away and written again is an update."""
    updated = min(posted.written, posted.removed)
    return Merged(inserted=posted.written - updated, updated=updated, removed=posted.removed - updated)


def out_of_date(
    warehouse: "Warehouse", tenants: Sequence[str], at: datetime, start_date: date | None
) -> Mapping[str, Mapping[str, set[date]]]:
    """By organisation and report the months of which Xero was asked before the documents were as they are now.

    Those that cannot be pulled any more are left out: the ledger stands on the last trial balance there is.
    """
    earliest = earliest_month(start_date, at.date())
    compared = [report for report in reports() if report.name in {*REPORTS, *ON_CASH_BASIS}]
    names = {(report.table, report.basis): report.name for report in compared}
    found: dict[str, dict[str, set[date]]] = {one: {} for one in tenants}
    for (tenant_id, table, basis), months in stale_months(warehouse, tenants, compared, at).items():
        if tenant_id in found:
            found[tenant_id][names[table, basis]] = {month for month in months if month >= earliest}
    return found


def _spec(table: Table, sources: Sequence[str], naming: "Naming") -> dg.AssetSpec:
    journals = [] if table.name == "journals" else [f"{SCHEMA}.journals"]
    return naming.spec(
        table,
        schema=SCHEMA,
        group=GROUP,
        made_of=[*journals, *sources],
        lineage=_lineage().get(table.name),
        every=None,
    )


def _lineage() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """The columns that are carried over as they are; amounts are sums of several."""
    return {
        "journals": {"journal_date": [f"xero.{name}.{column}" for name, column in dated_tables().items()]},
        "journal_lines": {
            "journal_id": ["ledger.journals.journal_id"],
            "journal_date": ["ledger.journals.journal_date"],
            "account_id": ["xero.accounts.account_id"],
        },
    }


def _facts(warehouse: "Warehouse", tenant_id: str, posted: Posted) -> dict[str, dict[str, Any]]:
    """What is told of tables besides what they hold."""
    return {
        "journals": changes(_changes(posted)),
        "documents": {"documents_read_again": posted.documents, "documents_that_cannot_post": posted.faults},
        "coverage": _coverage(warehouse, tenant_id),
    }


def _coverage(warehouse: "Warehouse", tenant_id: str) -> dict[str, Any]:
    """How much of all that moved the documents explain, as people say it."""
    sums = warehouse.query(
        f"select sum(documents_amount) as d, sum(unexplained_amount) as u from {named('coverage')} "
        "where tenant_id = :tenant_id",
        {"tenant_id": tenant_id},
    ).to_pylist()[0]
    if not sums["d"] and not sums["u"]:
        return {}
    return {"explained": f"{sums['d'] / (sums['d'] + sums['u']):.2%}"}
