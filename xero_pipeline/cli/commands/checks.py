"""`checks`: what the checks of the books found, and the word that a finding is known."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from xero_pipeline import clock
from xero_pipeline.cli.commands.sync import Organisations, chosen_organisations
from xero_pipeline.cli.login_name import login_name
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from xero_pipeline.checks.catalogue import BooksCheck
    from xero_pipeline.checks.findings import CheckState, Finding

MOST = 20
"""Findings of a check on a screen, unless somebody asks for more."""
Ids = Annotated[list[str] | None, typer.Option("--dismiss", metavar="ID", help="Dismiss this finding; repeatable.")]


def checks(
    organisation: Organisations = None,
    check: Annotated[str | None, typer.Option("--check", help="Only this check, by its name.")] = None,
    dismissed: Annotated[bool, typer.Option("--dismissed", help="Also what was dismissed: by whom, and why.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many findings of each check.")] = MOST,
    json: Annotated[bool, typer.Option("--json", help="Output JSON: all findings, whatever the limit.")] = False,
    now: Annotated[bool, typer.Option("--now", help="Ask all checks now.")] = False,
    dismiss: Ids = None,
    reopen: Annotated[
        list[str] | None, typer.Option("--reopen", metavar="ID", help="Take back that it was dismissed; repeatable.")
    ] = None,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who dismisses it. Default: your login.")] = "",
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it is dismissed.")] = "",
) -> None:
    """Show what is odd in the books: bills entered twice, stale drafts and others. Makes no calls to Xero.

    The checks are asked after every sync, where something changed. Ends with 1 if one of them cannot be asked.
    """
    from xero_pipeline.checks.catalogue import books_checks

    services = Services(Settings.load())
    known = books_checks(services.settings.checks)
    if check and check not in {one.name for one in known}:
        raise ConfigurationError(f"There is no check {check}. There are: {', '.join(one.name for one in known)}.")
    tenants = {one.tenant_id for one in chosen_organisations(services, organisation or [])}
    if now:
        _ask(services, known, tenants)
    if dismiss or reopen:
        _settle(services, dismiss or (), reopen or (), by, reason)
        return
    wanted = [one for one in known if check in (None, one.name)]
    found, states = _read(services, tenants, {one.name for one in wanted}, dismissed=dismissed, fresh=now)
    if json:
        _print_json(wanted, found, states)
    else:
        _print(wanted, found, states, limit)
    if any(one.problem for one in states):
        raise typer.Exit(1)


def _ask(services: Services, known: Sequence[BooksCheck], tenants: Collection[str]) -> None:
    from xero_pipeline.checks.evaluation import ask_checks
    from xero_pipeline.ledger.schema import has_ledger

    with services.warehouse.kept_open() as warehouse:
        with warehouse.reading() as connection:
            if not has_ledger(connection):
                raise ConfigurationError("There is no ledger yet. Run `xero-pipeline sync` first.")
        for tenant_id in sorted(tenants):
            ask_checks(warehouse, tenant_id, known, at=clock.now(), every=True)


def _settle(services: Services, dismissed: Collection[str], opened: Collection[str], by: str, reason: str) -> None:
    from xero_pipeline.checks.findings import dismiss, reopen
    from xero_pipeline.cli.output.console import say

    with services.warehouse.kept_open():
        if dismissed:
            done = dismiss(services.warehouse, dismissed, by or login_name("dismisses"), reason, at=clock.now())
            say(f"Dismissed: {len(done)}. The checks in Dagster say so after the next sync.")
        if opened:
            say(f"Open again: {len(reopen(services.warehouse, opened))}.")


def _read(
    services: Services, tenants: Collection[str], names: Collection[str], *, dismissed: bool, fresh: bool
) -> tuple[list[Finding], list[CheckState]]:
    from xero_pipeline.checks.findings import check_states, findings
    from xero_pipeline.cli.output.age_note import tell_age

    books = services.warehouse if fresh else services.books
    with books.reading() as connection:
        # What a check found that is no more is forgotten with the next sync.
        found = [one for one in findings(connection) if one.tenant_id in tenants and one.check in names]
        states = [one for one in check_states(connection) if one.tenant_id in tenants and one.check in names]
    tell_age(books)
    return [one for one in found if dismissed or not one.dismissed_by], states


def _print_json(wanted: Sequence[BooksCheck], found: Sequence[Finding], states: Sequence[CheckState]) -> None:
    from xero_pipeline.cli.output.console import print_json

    told = [{"name": one.name, "title": one.title, **one.said, "file": one.source} for one in wanted]
    print_json(
        {
            "checks": told,
            "asked": [asdict(one) for one in states],
            "findings": [{"id": one.id, **asdict(one)} for one in found],
        }
    )


def _print(wanted: Sequence[BooksCheck], found: Sequence[Finding], states: Sequence[CheckState], limit: int) -> None:
    from xero_pipeline.cli.output.console import conclude, print_table, warn

    if not states:
        conclude("No check was asked yet. Run `xero-pipeline sync`, or add --now.")
        return
    asked = {name: list(of) for name, of in groupby(states, lambda one: one.check)}
    columns = [("Check", "left"), ("What it finds", "left"), ("Open", "right"), ("Last asked", "left")]
    rows = [_summary(one, asked.get(one.name, ())) for one in wanted]
    print_table("Checks of the books", columns, rows)
    titles = {one.name: one.title for one in wanted}
    by_check = {name: list(of) for name, of in groupby(found, lambda one: one.check)}
    for name, title in titles.items():
        if of := by_check.get(name):
            _print_findings(title, of, limit)
    for one in states:
        if one.problem:
            warn(f"{one.check} cannot be asked of {one.organisation}: {one.problem}.")


def _summary(check: BooksCheck, states: Sequence[CheckState]) -> tuple[object, ...]:
    asked = f"{max(one.asked_at for one in states):%Y-%m-%d %H:%M} UTC" if states else None
    return check.name, check.title, sum(one.still_open for one in states), asked


def _print_findings(title: str, of: Sequence[Finding], limit: int) -> None:
    from xero_pipeline.cli.output.console import print_table

    evidence = list(of[0].evidence)
    closed = any(one.dismissed_by for one in of)
    headers = ["Id", "Organisation", *(name.replace("_", " ").capitalize() for name in evidence)]
    rows = [(one.id, one.organisation, *_cells(one.evidence, evidence), *_why(one, closed)) for one in of[:limit]]
    more = f" (the first {limit} of {len(of):,})" if len(of) > limit else ""
    columns = [(header, "left") for header in (*headers, *(("Dismissed",) if closed else ()))]
    print_table(f"{title}{more}", columns, rows)


def _cells(evidence: Mapping[str, str], names: Sequence[str]) -> list[str | None]:
    return [evidence.get(name) or None for name in names]


def _why(one: Finding, closed: bool) -> Sequence[str | None]:
    if not closed:
        return ()
    return (f"{one.dismissed_by}: {one.reason}" if one.dismissed_by else None,)
