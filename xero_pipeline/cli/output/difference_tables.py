"""What does not tie out, a figure with what moved it, and its journal lines, as tables."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from xero_pipeline.cli.output.console import in_currency, print_table, say
from xero_pipeline.cli.output.tie_out_note import without_cause
from xero_pipeline.warehouse.document_names import in_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from xero_pipeline.ledger.reconcile.differences import Difference, Movement, Suspect
    from xero_pipeline.ledger.statements.general_ledger import LedgerEntry

_FIGURES = ("Ours", "Xero's", "Difference")


def show_differences(found: Sequence[Difference], currencies: Mapping[str, str]) -> None:
    """Print all of them, a table for each organisation.

    Args:
        currencies: The base currency of each organisation, by tenant id.
    """
    by_tenant = sorted(found, key=lambda one: (one.organisation, one.tenant_id))
    for (organisation, tenant_id), theirs in groupby(by_tenant, key=lambda one: (one.organisation, one.tenant_id)):
        columns = [
            *((name, "left") for name in ("Account", "Month", "Statement", "Figure")),
            *((in_currency(name, currencies.get(tenant_id)), "right") for name in _FIGURES),
            ("Likely cause", "left"),
        ]
        rows = [(one.account, f"{one.period_end:%Y-%m}", _words(one.statement), *_figure(one)) for one in theirs]
        print_table(f"What does not tie out: {organisation}", columns, rows)
    if unknown := len(without_cause(found)):
        say(
            f"Nothing explains {unknown} of them: `xero-pipeline explain ACCOUNT MONTH` shows the documents behind one."
        )
    else:
        say("Each of them has a likely cause, or waits for its report to be pulled again.")


def show_figure(
    known: Sequence[Difference],
    moved: Sequence[Movement],
    behind: Sequence[Suspect],
    start: date,
    currency: str | None,
    *,
    compared: bool,
) -> None:
    """Print the figures of an account in a month, what moved it, and the documents that may be behind a difference.

    Args:
        compared: Whether there is a report of Xero's of that month.
    """
    if compared and not known:
        say(f"Nothing was on this account in {start:%B %Y}, neither in the ledger nor in Xero's reports.")
        return
    if known:
        _show_figures(known, start, currency)
    _show_moved(moved, currency)
    if not compared:
        say(
            f"It could not be compared: the warehouse has no report of Xero's of {start:%B %Y}. "
            "`xero-pipeline status` says which reports could not be read, and why."
        )
    elif any(one.difference for one in known):
        _show_documents(behind, currency)
    else:
        say("It ties out to the cent.")


def show_lines(entries: Sequence[LedgerEntry], currency: str | None) -> None:
    """Print the journal lines of an account, each with the number or the id of its document."""
    names = ("Date", "Source", "Document", "Contact", "Description")
    columns = [*((name, "left") for name in names)]
    columns += [(in_currency(name, currency), "right") for name in ("Debit", "Credit", "Balance")]
    rows = [
        (
            one.date,
            in_words(one.source_type) if one.source_type else one.entry_type.replace("_", " "),
            one.number or one.source_id or "",
            one.contact_name or "",
            one.description or "",
            one.debit or "",
            one.credit or "",
            "" if one.balance is None else one.balance,
        )
        for one in entries
    ]
    print_table("Its journal lines", columns, rows, last_is_total=True)
    if any(one.source_id for one in entries):
        say("`xero-pipeline explain --document DOCUMENT` shows what one posts, its versions, and what was received.")


def _words(name: str) -> str:
    return name.replace("_", " ")


def _figure(one: Difference) -> tuple[object, ...]:
    cause = (one.cause or "").lower() + (", waits for the report" if one.is_stale else "")
    return (_words(one.measure), one.ours, one.xeros, one.difference, cause)


def _show_figures(known: Sequence[Difference], start: date, currency: str | None) -> None:
    title = f"{known[0].account}, {start:%B %Y}, {known[0].organisation}"
    columns = [("Statement", "left"), ("Figure", "left"), *((in_currency(one, currency), "right") for one in _FIGURES)]
    rows = [(_words(one.statement), _words(one.measure), one.ours, one.xeros, one.difference) for one in known]
    print_table(title, columns, rows)


def _show_moved(moved: Sequence[Movement], currency: str | None) -> None:
    print_table(
        "What moved, debit positive",
        [("Source", "left"), ("Journals", "right"), (in_currency("Amount", currency), "right")],
        [(in_words(one.source_type), one.journals, one.amount) for one in moved],
    )


def _show_documents(behind: Sequence[Suspect], currency: str | None) -> None:
    columns = [("Document", "left"), ("Number", "left"), ("Date", "left"), ("Contact", "left")]
    print_table(
        "Documents that may be behind it, the likeliest first",
        [*columns, (in_currency("Amount", currency), "right"), ("Why", "left")],
        [
            (in_words(one.document_type, one.source_table), one.number, one.date, one.contact, one.amount, one.why)
            for one in behind
        ],
    )
