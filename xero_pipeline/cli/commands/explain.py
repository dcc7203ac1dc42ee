"""`explain`: what does not tie out with Xero, and the documents behind it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from xero_pipeline.calendar import month_end
from xero_pipeline.cli.commands.sync import Organisations, chosen_organisations
from xero_pipeline.cli.month_range import month as parse
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from sqlalchemy import Connection

    from xero_pipeline.ledger.reconcile.differences import Difference


def explain(
    account: Annotated[
        str | None, typer.Argument(help="Code, name or id of an account. Default: every account with a difference.")
    ] = None,
    month: Annotated[str | None, typer.Argument(help="The month, as 2026-10.")] = None,
    organisation: Organisations = None,
    lines: Annotated[bool, typer.Option("--lines", help="Also the journal lines of ACCOUNT in MONTH.")] = False,
    document: Annotated[
        str | None,
        typer.Option(
            "--document",
            help="Trace a document by number or id: what it says, its payments and allocations, journal lines, "
            "versions, and the answers in the landing zone.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Output JSON.")] = False,
) -> None:
    """Show where the ledger differs from Xero's reports, and the documents behind it. Makes no calls to Xero.

    Ends with 1 while a figure differs that nothing explains; with 0 if all ties out, each difference has a likely
    cause, or there is no report to compare with, which it says.
    """
    from xero_pipeline.cli.output.age_note import tell_age
    from xero_pipeline.cli.output.console import warn
    from xero_pipeline.cli.output.tie_out_note import without_cause
    from xero_pipeline.ledger.reconcile.differences import is_kept
    from xero_pipeline.ledger.reconcile.tie_out import REPORTS
    from xero_pipeline.sync.missing_sources import lacking

    services = Services(Settings.load())
    if (account is None) != (month is None):
        raise ConfigurationError(
            "Give an account and a month, such as `xero-pipeline explain 610 2026-10`, or neither."
        )
    if (lines and account is None) or (document and account):
        raise ConfigurationError("--lines goes with an account and a month, --document with neither.")
    tenants = {one.tenant_id: one.name for one in chosen_organisations(services, organisation or [])}
    with services.books.reading() as connection:
        if not is_kept(connection):
            raise ConfigurationError("There is no ledger yet. Run `xero-pipeline sync` first.")
        if document:
            _trace(services, connection, document, tenants, json=json)
            tell_age(services.books)
            return
        if account is None or month is None:
            shown = _everything(connection, tenants, json=json)
        else:
            start = parse(month, "MONTH")
            found = _accounts(connection, account, tenants)
            shown = [figure for one in found for figure in _one(connection, *one, start, lines=lines, json=json)]
    if not json and (without := lacking(services.deferred_work.aside(), tenants, REPORTS)):
        warn(without)
    tell_age(services.books)
    if without_cause(shown):
        raise typer.Exit(1)


def _accounts(connection: Connection, wanted: str, tenants: Collection[str]) -> list[tuple[str, str]]:
    """The accounts of a code, a name or an id, in whichever of the organisations has one."""
    from xero_pipeline.files.catalogue import account_id_of
    from xero_pipeline.ledger.statements.sections import FX_GROUP, FX_NAME
    from xero_pipeline.warehouse.sql import among, literal

    rows = connection.exec_driver_sql(
        f"SELECT tenant_id, account_id FROM xero.accounts WHERE tenant_id IN {among(tenants)} "
        f"AND (code = {literal(wanted)} OR LOWER(name) = LOWER({literal(wanted)}) OR account_id = {literal(wanted)})"
    )
    found = [(tenant_id, account_id) for tenant_id, account_id in rows]
    if not found:
        if wanted.casefold() in (FX_GROUP.casefold(), FX_NAME.casefold()):
            account_id_of(connection, next(iter(tenants)), wanted)  # says which accounts the line is made of
        raise ConfigurationError(
            f"There is no account {wanted}. Give its code, its name or its id: "
            "`xero-pipeline explain` alone lists the accounts that do not tie out."
        )
    return found


def _everything(connection: Connection, tenants: Mapping[str, str], *, json: bool) -> Sequence[Difference]:
    from xero_pipeline.cli.output.console import print_json, say
    from xero_pipeline.cli.output.difference_tables import show_differences
    from xero_pipeline.ledger.reconcile.differences import differences, not_compared
    from xero_pipeline.metrics.request import base_currency

    found = [one for one in differences(connection, once=not json) if one.tenant_id in tenants]
    unknown = [tenants[one] for one in not_compared(connection, tenants)]
    if unknown:
        say(_not_compared(unknown))
    if json:
        print_json([asdict(one) for one in found])
    elif found:
        show_differences(found, {one: base_currency(connection, one) or "" for one in {d.tenant_id for d in found}})
    elif len(unknown) < len(tenants):
        everything = "Everything else" if unknown else "Everything"
        say(f"{everything} ties out: no figure of the ledger differs from Xero's reports.")
    return found


def _not_compared(names: Sequence[str]) -> str:
    return (
        f"Nothing of {', '.join(names)} could be compared: the warehouse has no report of Xero's to compare the ledger "
        "with. `xero-pipeline status` says which reports could not be read, and why."
    )


def _one(
    connection: Connection, tenant_id: str, account_id: str, start: date, *, lines: bool, json: bool
) -> Sequence[Difference]:
    from xero_pipeline.cli.output.console import print_json
    from xero_pipeline.cli.output.difference_tables import show_figure, show_lines
    from xero_pipeline.ledger.reconcile.differences import figures, movements, not_compared, suspects
    from xero_pipeline.ledger.statements.general_ledger import general_ledger
    from xero_pipeline.metrics.request import base_currency

    known = figures(connection, tenant_id, account_id, start)
    moved = movements(connection, tenant_id, account_id, start)
    off = next((one for one in known if one.difference), None)
    behind = suspects(connection, off) if off else []
    entries = general_ledger(connection, tenant_id, start, month_end(start), account_id) if lines else ()
    if json:
        told = {"figures": known, "movements": moved, "documents": behind} | ({"lines": entries} if lines else {})
        print_json({name: [asdict(one) for one in group] for name, group in told.items()})
    else:
        compared, currency = not not_compared(connection, [tenant_id], start), base_currency(connection, tenant_id)
        show_figure(known, moved, behind, start, currency, compared=compared)
        if entries:
            show_lines(entries, currency)
    return known


def _trace(services: Services, connection: Connection, wanted: str, tenants: Mapping[str, str], *, json: bool) -> None:
    """Show what a document says and posts, what it ever said, and what was received."""
    from xero_pipeline.cli.output.console import print_json
    from xero_pipeline.cli.output.document_tables import show_document
    from xero_pipeline.ledger.documents.document_details import details_of
    from xero_pipeline.ledger.documents.traced_documents import documents_called
    from xero_pipeline.operations.document_trace import answers_of, versions_of

    found = documents_called(connection, tenants, wanted)
    if not found:
        raise ConfigurationError(
            f"The ledger has no document “{wanted}”. Give its number or its id: `xero-pipeline explain ACCOUNT MONTH "
            "--lines` lists them."
        )
    if len(found) > 1:
        listed = "".join(f"\n  {one.words}" for one in found)
        raise ConfigurationError(f"Several documents are called “{wanted}”; name one by its id:{listed}")
    (document,) = found
    details, versions = details_of(connection, document), versions_of(connection, document)
    answers = answers_of(services.landing, document, versions) if services.landing else None
    if json:
        told = {"versions": versions, "answers": answers or []}
        lists = details.records | {name: [asdict(one) for one in group] for name, group in told.items()}
        print_json(asdict(document) | details.told | lists)
    else:
        show_document(details, versions, answers)
