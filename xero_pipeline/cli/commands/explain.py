"""`explain`: what does not tie out with Xero, and the documents behind it."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from xero_pipeline.cli.month_range import month as parse
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from sqlalchemy import Connection

    from xero_pipeline.ledger.reconcile.differences import Difference, Movement, Suspect


def explain(
    account: Annotated[
        str | None, typer.Argument(help="Code, name or id of an account. Default: every account with a difference.")
    ] = None,
    month: Annotated[str | None, typer.Argument(help="The month, as 2026-10.")] = None,
    organisation: Annotated[
        list[str] | None, typer.Option("--organisation", help="Name or tenant id; repeatable. Default: all.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Output JSON.")] = False,
) -> None:
    """Show where the ledger differs from Xero's reports, and the documents behind it. Makes no calls to Xero.

    Ends with 1 while a figure differs that nothing explains; with 0 if all ties out, each difference has a likely
    cause, or there is no report to compare with, which it says.
    """
    from xero_pipeline.cli.commands.sync import chosen_organisations
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
    tenants = {one.tenant_id: one.name for one in chosen_organisations(services, organisation or [])}
    with services.books.reading() as connection:
        if not is_kept(connection):
            raise ConfigurationError("There is no ledger yet. Run `xero-pipeline sync` first.")
        if account is None or month is None:
            shown = _everything(connection, tenants, json=json)
        else:
            start = parse(month, "MONTH")
            found = _accounts(connection, account, tenants)
            shown = [figure for one in found for figure in _one(connection, *one, start, json=json)]
    if not json and (without := lacking(services.deferred_work.aside(), tenants, REPORTS)):
        warn(without)
    tell_age(services.books)
    if without_cause(shown):
        raise typer.Exit(1)


def _accounts(connection: Connection, wanted: str, tenants: Collection[str]) -> list[tuple[str, str]]:
    """The accounts of a code, a name or an id, in whichever of the organisations has one."""
    from xero_pipeline.warehouse.sql import among, literal

    rows = connection.exec_driver_sql(
        f"SELECT tenant_id, account_id FROM xero.accounts WHERE tenant_id IN {among(tenants)} "
        f"AND (code = {literal(wanted)} OR LOWER(name) = LOWER({literal(wanted)}) OR account_id = {literal(wanted)})"
    )
    found = [(tenant_id, account_id) for tenant_id, account_id in rows]
    if not found:
        raise ConfigurationError(
            f"There is no account {wanted}. Give its code, its name or its id: "
            "`xero-pipeline explain` alone lists the accounts that do not tie out."
        )
    return found


def _everything(connection: Connection, tenants: Mapping[str, str], *, json: bool) -> Sequence[Difference]:
    from xero_pipeline.cli.output.console import print_json, say
    from xero_pipeline.ledger.reconcile.differences import differences, not_compared

    found = [one for one in differences(connection, once=not json) if one.tenant_id in tenants]
    unknown = [tenants[one] for one in not_compared(connection, tenants)]
    if unknown:
        say(_not_compared(unknown))
    if json:
        print_json([asdict(one) for one in found])
    elif found:
        _list(found)
    elif len(unknown) < len(tenants):
        everything = "Everything else" if unknown else "Everything"
        say(f"{everything} ties out: no figure of the ledger differs from Xero's reports.")
    return found


def _not_compared(names: Sequence[str]) -> str:
    return (
        f"Nothing of {', '.join(names)} could be compared: the warehouse has no report of Xero's to compare the ledger "
        "with. `xero-pipeline status` says which reports could not be read, and why."
    )


def _list(found: Sequence[Difference]) -> None:
    from xero_pipeline.cli.output.console import print_table, say
    from xero_pipeline.cli.output.tie_out_note import without_cause

    headers = ("Account", "Month", "Statement", "Figure", "Ours", "Xero's", "Difference", "Likely cause")
    columns = [(name, "right" if name in {"Ours", "Xero's", "Difference"} else "left") for name in headers]
    by_tenant = sorted(found, key=lambda one: (one.organisation, one.tenant_id))
    for (organisation, _), theirs in groupby(by_tenant, key=lambda one: (one.organisation, one.tenant_id)):
        rows = [(one.account, f"{one.period_end:%Y-%m}", _words(one.statement), *_figure(one)) for one in theirs]
        print_table(f"What does not tie out: {organisation}", columns, rows)
    if unknown := len(without_cause(found)):
        say(
            f"Nothing explains {unknown} of them: `xero-pipeline explain ACCOUNT MONTH` shows the documents behind one."
        )
    else:
        say("Each of them has a likely cause, or waits for its report to be pulled again.")


def _words(name: str) -> str:
    return name.replace("_", " ")


def _figure(one: Difference) -> tuple[object, ...]:
    cause = (one.cause or "").lower() + (", waits for the report" if one.is_stale else "")
    return (_words(one.measure), one.ours, one.xeros, one.difference, cause)


def _one(connection: Connection, tenant_id: str, account_id: str, start: date, *, json: bool) -> Sequence[Difference]:
    from xero_pipeline.cli.output.console import print_json
    from xero_pipeline.ledger.reconcile.differences import figures, movements, not_compared, suspects

    known = figures(connection, tenant_id, account_id, start)
    moved = movements(connection, tenant_id, account_id, start)
    off = next((one for one in known if one.difference), None)
    behind = suspects(connection, off) if off else []
    if json:
        told = {"figures": known, "movements": moved, "documents": behind}
        print_json({name: [asdict(one) for one in group] for name, group in told.items()})
    else:
        compared = not not_compared(connection, [tenant_id], start)
        _show(known, moved, behind, start, compared=compared)
    return known


def _show(
    known: Sequence[Difference], moved: Sequence[Movement], behind: Sequence[Suspect], start: date, *, compared: bool
) -> None:
    from xero_pipeline.cli.output.console import say

    if compared and not known:
        say(f"Nothing was on this account in {start:%B %Y}, neither in the ledger nor in Xero's reports.")
        return
    if known:
        _show_figures(known, start)
    _show_moved(moved)
    if not compared:
        say(
            f"It could not be compared: the warehouse has no report of Xero's of {start:%B %Y}. "
            "`xero-pipeline status` says which reports could not be read, and why."
        )
    elif any(one.difference for one in known):
        _show_documents(behind)
    else:
        say("It ties out to the cent.")


def _show_figures(known: Sequence[Difference], start: date) -> None:
    from xero_pipeline.cli.output.console import print_table

    title = f"{known[0].account}, {start:%B %Y}, {known[0].organisation}"
    columns = [
        ("Statement", "left"),
        ("Figure", "left"),
        ("Ours", "right"),
        ("Xero's", "right"),
        ("Difference", "right"),
    ]
    rows = [(_words(one.statement), _words(one.measure), one.ours, one.xeros, one.difference) for one in known]
    print_table(title, columns, rows)


def _show_moved(moved: Sequence[Movement]) -> None:
    from xero_pipeline.cli.output.console import print_table
    from xero_pipeline.ledger.reconcile.document_names import in_words

    print_table(
        "What moved, debit positive",
        [("Source", "left"), ("Journals", "right"), ("Amount", "right")],
        [(in_words(one.source_type), one.journals, one.amount) for one in moved],
    )


def _show_documents(behind: Sequence[Suspect]) -> None:
    from xero_pipeline.cli.output.console import print_table
    from xero_pipeline.ledger.reconcile.document_names import in_words

    columns = [("Document", "left"), ("Number", "left"), ("Date", "left"), ("Contact", "left"), ("Amount", "right")]
    print_table(
        "Documents that may be behind it, the likeliest first",
        [*columns, ("Why", "left")],
        [
            (in_words(one.document_type, one.source_table), one.number, one.date, one.contact, one.amount, one.why)
            for one in behind
        ],
    )
