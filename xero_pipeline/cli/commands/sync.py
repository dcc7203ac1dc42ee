"""`sync` and `backfill`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from xero_pipeline.cli.month_range import begun_months, months_to_backfill
from xero_pipeline.cli.output.console import warn
from xero_pipeline.cli.output.sync_progress import SyncedLine, Watch
from xero_pipeline.cli.output.sync_summary import print_as_json, print_wait_times, summary
from xero_pipeline.cli.shell_completion import complete_asset, complete_organisation
from xero_pipeline.cli.xero_settings import settings_for_xero
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from xero_pipeline.cli.dagster_runs import Runner
    from xero_pipeline.xero.auth.organisations import Organisation

Organisations = Annotated[
    list[str] | None,
    typer.Option(
        "--organisation",
        help="Name or tenant id; repeatable. Default: all.",
        autocompletion=complete_organisation,
    ),
]
Select = Annotated[
    list[str] | None,
    typer.Option(
        "--select",
        help="Asset, such as invoices or xero/profit_and_loss; repeatable.",
        autocompletion=complete_asset,
    ),
]
MaxCalls = Annotated[
    int | None,
    typer.Option("--max-calls", min=1, help="Maximum number of calls per organisation; the rest resumes later."),
]

Json = Annotated[bool, typer.Option("--json", help="Output JSON: what each asset brought.")]


def sync(
    organisation: Organisations = None,
    select: Select = None,
    full: Annotated[bool, typer.Option("--full", help="Read everything again, not only what changed.")] = False,
    document: Annotated[
        list[str] | None,
        typer.Option("--document", help="Xero's id of a document: ask what hangs on it, and nothing else; repeatable."),
    ] = None,
    max_calls: MaxCalls = None,
    json: Json = False,
) -> None:
    """Bring the warehouse up to date: changes since the last sync, then the reports of the affected months."""
    from xero_pipeline.cli.selection import choose, only_details

    services = Services(settings_for_xero())
    choice = choose(select or [], services.reports, services.collections)
    if document:
        choice = only_details(choice)
    chosen = chosen_organisations(services, organisation or [])

    def work(runner: Runner, one: Organisation) -> bool:
        return runner.sync(one, choice, full=full, documents=document or ())

    if not carry(services, chosen, choice.subjects, work, max_calls, show=print_as_json if json else summary):
        raise typer.Exit(1)


def backfill(
    start: Annotated[str, typer.Option("--from", help="First month, as 2024-01.")],
    end: Annotated[str, typer.Option("--to", help="Last month, as 2025-12.")],
    organisation: Organisations = None,
    select: Select = None,
    max_calls: MaxCalls = None,
    json: Json = False,
) -> None:
    """Pull the reports of a range of months again."""
    from xero_pipeline.cli.selection import choose

    services = Services(settings_for_xero())
    reports = choose(select or [], services.reports, services.collections).reports
    if not reports:
        raise ConfigurationError(
            "Only reports are pulled by month. For documents: xero-pipeline sync --full --select …"
        )
    wanted = months_to_backfill(start, end, services.settings)
    months = begun_months(services, wanted, chosen_organisations(services, organisation or []))

    def pull(runner: Runner, one: Organisation) -> bool:
        return runner.pull(one, dict.fromkeys(reports, months[one]), anew=True) and runner.keep_ledger(one)

    if not carry(services, list(months), len(reports) + 1, pull, max_calls, show=print_as_json if json else summary):
        raise typer.Exit(1)


def chosen_organisations(services: Services, wanted: Sequence[str]) -> list[Organisation]:
    """The organisations a person named, or all that are connected.

    Args:
        wanted: Names or tenant ids.

    Raises:
        ConfigurationError: None is connected, or one that was named is not.
    """
    if wanted:
        return [services.organisations.find(name) for name in wanted]
    ours = services.settings.has_organisation
    connected = [one for one in services.organisations.list() if one.status != "disconnected" and ours(one.tenant_id)]
    if not connected:
        raise ConfigurationError("No organisation is connected. Run `xero-pipeline connect` first.")
    return connected


def carry(
    services: Services,
    chosen: Sequence[Organisation],
    subjects: int,
    work: Callable[[Runner, Organisation], bool],
    max_calls: int | None = None,
    *,
    show: Callable[[Sequence[SyncedLine]], None] = summary,
) -> bool:
    """Carry the runs of some organisations with progress, then print what they brought.

    Args:
        subjects: How many collections and reports each has.
        work: Given the runner and an organisation, does it and says whether it went well.
        max_calls: Calls to each organisation, over all runs together; None for the setting's bound.
        show: Shows what was brought.

    Returns:
        Whether all went well.

    Raises:
        XeroPipelineError: An organisation could not even begin; the others were synced, and told of.
    """
    from xero_pipeline.cli.dagster_runs import Runner
    from xero_pipeline.cli.interrupts import Stopped
    from xero_pipeline.operations.dagster_home import open_instance
    from xero_pipeline.parallel import run_in_parallel

    services.check()
    names = {one.tenant_id: one.name for one in chosen}
    watching = Watch(names, subjects * len(chosen), lambda tenant_id: services.quota.snapshot(tenant_id).day_remaining)
    try:
        with open_instance(services.settings) as instance, watching as watch, services.warehouse.kept_open():
            runner = Runner(services, instance, watch, max_calls)
            well, error = run_in_parallel(
                chosen,
                lambda one: _done(work(runner, one), watch),
                at_once=services.settings.organisations_at_once,
                stop=watch.stop,
            )
    except KeyboardInterrupt:
        raise Stopped("What was synced until now is kept; the next run goes on from there.") from None
    show(watch.lines)
    print_wait_times(watch.waits.seconds)
    if error:
        raise error
    # Where nothing else was brought, what is put aside is all there was.
    worked = well and not (watch.lines and all(line.aside for line in watch.lines))
    if worked:
        _warn_of_locked_periods(services, names)
        _warn_of_differences(services, names)
    return worked


def _done(well: bool, watch: Watch) -> bool:
    watch.rest()
    return well


def _warn_of_differences(services: Services, tenants: Collection[str]) -> None:
    """What the checks on the ledger say too; the sync itself went well."""
    from xero_pipeline.cli.output.tie_out_note import tie_out_note, unexplained

    if found := unexplained(services, tenants):
        warn(tie_out_note(found))


def _warn_of_locked_periods(services: Services, tenants: Collection[str]) -> None:
    """What the checks on the reports and on the ledger say too; the sync itself went well."""
    from xero_pipeline.ledger.locked.documents import open_documents
    from xero_pipeline.ledger.locked.documents import summary as summary_of_documents
    from xero_pipeline.sync.locked.period_changes import open_changes_in, summary

    with services.warehouse.reading() as connection:
        figures = [one for one in open_changes_in(connection) if one.tenant_id in tenants]
        documents = [one for one in open_documents(connection) if one.tenant_id in tenants]
    if figures:
        warn(summary(figures))
    if documents:
        warn(summary_of_documents(documents))
