"""The page of checks: what is odd in an organisation's books, and the form that dismisses what is known."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import bindparam, text
from starlette.requests import Request
from starlette.responses import Response

from xero_pipeline import clock
from xero_pipeline.checks.catalogue import books_checks
from xero_pipeline.checks.findings import check_states, dismiss, findings
from xero_pipeline.checks.subjects import ids_in, subjects
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.documents.document_fields import state_in_words
from xero_pipeline.ledger.schema import has_ledger
from xero_pipeline.ledger.tables import named
from xero_pipeline.warehouse.document_names import in_words
from xero_pipeline.web.actions import organisation
from xero_pipeline.web.app_context import AppContext, context_of
from xero_pipeline.web.books.statement_view import plain_tabs
from xero_pipeline.web.request_session import session_of
from xero_pipeline.web.responses import page
from xero_pipeline.xero.deep_links import record_link

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.checks.catalogue import BooksCheck
    from xero_pipeline.checks.findings import CheckState, Finding
    from xero_pipeline.checks.subjects import FindingSubject

SHOWN = 500
"""Findings of a check on the page; its CSV has all of them."""
UNFOLDED = 10
"""Findings of a check that are shown at once: more are folded, so that the few are not lost among the many."""
AMOUNTS = ("total", "amount")
"""Columns of evidence that are amounts."""
_KINDS = ("kind", "document")
_STATES = ("status", "earlier_status")
_NAMES = ("number", "bill", "reference", *_KINDS)
"""What a document is called by: the first of these that a finding has leads to it."""


@dataclass(frozen=True, slots=True)
class CheckFindings:
    """What a check found in an organisation.

    Args:
        state: How it stands; None if it was never asked.
        open: What nobody dismissed; the first of them.
        dismissed: What somebody did.
        documents: Ids of documents among the findings that the ledger knows.
        about: By the id of an open finding the record it is about, where Xero has these books.
    """

    check: BooksCheck
    state: CheckState | None
    open: Sequence[Finding]
    dismissed: Sequence[Finding]
    documents: Collection[str]
    about: Mapping[str, FindingSubject]

    def told(self, finding: Finding) -> Mapping[str, str]:
        """The evidence of a finding as people read it, by column; without what it has nothing of."""
        payable = "bill" in finding.evidence or finding.evidence.get("kind") in ("ACCREC", "ACCPAY")
        return {name: _in_words(name, value, payable) for name, value in finding.evidence.items() if value}

    def name_of(self, finding: Finding) -> str:
        """The column of its evidence that leads to what it is about."""
        return next((name for name in _NAMES if finding.evidence.get(name)), next(iter(finding.evidence), ""))

    def in_xero(self, finding: Finding) -> str | None:
        """Where Xero shows what a finding is about."""
        subject = self.about.get(finding.id)
        return record_link(subject.short_code, subject.collection, subject.record_id) if subject else None

    def document_of(self, finding: Finding) -> str | None:
        """The document that a finding is about, if the ledger knows it."""
        return next((one for one in ids_in(finding) if one in self.documents), None)


def checks_page(request: Request) -> Response:
    """What the checks found, each with what to do about it."""
    context = context_of(request)
    one = organisation(context, request.path_params["tenant_id"])
    known, live = books_checks(context.services.settings.checks), context.services.settings.mode == "live"
    seen = context.books.look(("checks", one.tenant_id), lambda c: list(_read(c, one.tenant_id, known, live=live)))
    return page(
        request,
        "checks.html",
        one=one,
        tabs=plain_tabs(one.tenant_id),
        found=sorted(seen.value, key=_order),
        unfolded=UNFOLDED,
        amounts=AMOUNTS,
        at=seen.at,
        user=session_of(request).user,
    )


def page_of(fields: Mapping[str, Any]) -> str:
    """The address of the page of the organisation that a form names, at the check that it is about."""
    tenant_id, check = (quote(str(fields.get(name, "")), safe="") for name in ("organisation", "check"))
    return f"/books/{tenant_id}/checks#{check}"


def dismiss_finding(context: AppContext, fields: Mapping[str, Any]) -> str:
    """Dismiss a finding of an organisation, and say so.

    Raises:
        ConfigurationError: A name or a reason is missing, or there is no such finding.
        WarehouseBusy: A sync is writing.
    """
    one = organisation(context, str(fields.get("organisation", "")))
    by, reason, wanted = (str(fields.get(name, "")).strip() for name in ("by", "reason", "finding"))
    if not by or not reason:
        raise ConfigurationError("Say who dismisses it, and why.")
    warehouse = context.services.warehouse
    with warehouse.reading() as connection:
        ours = {finding.id for finding in findings(connection, tenant_id=one.tenant_id)}
    if wanted not in ours:
        raise ConfigurationError("This finding is no more: the books changed, or a check did.")
    dismiss(warehouse, [wanted], by, reason, at=clock.now())
    return f"Dismissed by {by}. It comes back when its evidence changes."


def _read(
    connection: Connection, tenant_id: str, known: Sequence[BooksCheck], *, live: bool
) -> Iterator[CheckFindings]:
    states = {one.check: one for one in check_states(connection, tenant_id)}
    found = findings(connection, tenant_id=tenant_id)
    for check in known:
        of = [one for one in found if one.check == check.name]
        still_open = [one for one in of if not one.dismissed_by][:SHOWN]
        dismissed = [one for one in of if one.dismissed_by][:SHOWN]
        documents = _documents(connection, tenant_id, {key for one in still_open for key in ids_in(one)})
        about = subjects(connection, still_open if live else [])
        yield CheckFindings(check, states.get(check.name), still_open, dismissed, documents, about)


def _order(of: CheckFindings) -> tuple[bool, int]:
    """Those that found something first, the fewest first: they are read, many of a kind are worked through."""
    count = of.state.still_open if of.state else 0
    return not count and not (of.state and of.state.problem), count


def _in_words(column: str, value: str, payable: bool) -> str:
    if column in _KINDS:
        return in_words(value)
    if column in _STATES:
        return "Awaiting payment" if payable and value == "AUTHORISED" else state_in_words(value)
    return value.replace("-", "−", 1) if column in AMOUNTS else value


def _documents(connection: Connection, tenant_id: str, ids: Collection[str]) -> Collection[str]:
    if not ids or not has_ledger(connection):
        return ()
    asked = text(
        f"SELECT document_id FROM {named('documents')} WHERE tenant_id = :tenant_id AND document_id IN :ids"
    ).bindparams(bindparam("ids", expanding=True))
    return {row.document_id for row in connection.execute(asked, {"tenant_id": tenant_id, "ids": sorted(ids)})}
