"""Checks that our ledger ties out with Xero's reports: what differs, by how much, and the documents behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from xero_pipeline.defs.checks.failed_rows import ROWS_SHOWN, failed_for_rows
from xero_pipeline.defs.checks.locked_documents import documents_result, documents_spec
from xero_pipeline.defs.checks.tie_out_tables import cause_of, differences_table, document_name, suspects_table
from xero_pipeline.ledger.reconcile.differences import Difference, Suspect, differences, suspects
from xero_pipeline.ledger.reconcile.tie_out import AFTER, STATEMENTS
from xero_pipeline.ledger.tables import SCHEMA, named
from xero_pipeline.sync.missing_sources import lacking
from xero_pipeline.warehouse.organisation_names import NAMED
from xero_pipeline.warehouse.progress.read_progress import cursors

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.container import Services
    from xero_pipeline.defs.naming import Naming
    from xero_pipeline.warehouse.store import Warehouse

EXPLAINED = 10
"""Of how many differences the documents behind them are looked for."""
POSTS = "every_document_posts"
AGREES = "documents_agree_with_journals"


def check_specs(naming: Naming, *, journals: bool = False, besides: Sequence[str] = ()) -> Sequence[dg.AssetCheckSpec]:
    """The checks of the ledger: one a statement, that every document could post, and that none changed where locked.

    Args:
        naming: What the tables are called.
        journals: Whether Xero's own journals are read, and what documents post is compared with them.
        besides: What is compared besides, as in `ledger.tie_out`: reports on cash basis, balances.
    """
    told = {
        "trial_balance": "Every balance of Xero's trial balance is what the documents come to",
        "profit_and_loss": "Every account of Xero's profit and loss is what the documents of the month come to",
        "balance_sheet": "Every balance of Xero's balance sheet is what the documents come to",
        "bank_summary": "Opening, received, spent and closing of every bank account are what Xero's bank summary says",
        "receivables": "The open invoices of customers come to the balance of the receivables account",
        "payables": "The open bills of suppliers come to the balance of the payables account",
        "journals": "Every journal of the ledger sums to zero",
        "trial_balance_cash": "Every balance of Xero's trial balance on cash basis is what settled documents come to",
        "profit_and_loss_cash": "Every account of Xero's profit and loss on cash basis is what was settled then",
        "balance_sheet_cash": "Every balance of Xero's balance sheet on cash basis is what settled documents come to",
        "account_balances": "Every balance of Xero's Account Data API is that of the ledger",
        "account_balances_cash": "Every balance of Xero's Account Data API on cash basis is that of the ledger",
    }
    rule = (
        "to the cent, month by month, in every organisation. A difference with a likely cause (payroll, depreciation, "
        "revaluation, conversion balances, a rule of cash basis) is a warning, any other an error. Months whose "
        "reports are older than their documents wait until they are pulled again."
    )
    tie_out = naming.key("tie_out", SCHEMA)
    return [
        *([_agrees(naming)] if journals else []),
        *(
            dg.AssetCheckSpec(name_of(s), asset=tie_out, description=f"{told[s]}, {rule}")
            for s in (*STATEMENTS, *besides)
        ),
        dg.AssetCheckSpec(
            POSTS,
            asset=naming.key("documents", SCHEMA),
            description="Every document whose status posts could be posted: its lines add up, and name accounts of the "
            "chart.",
        ),
        documents_spec(naming.key("journals", SCHEMA)),
    ]


def _agrees(naming: Naming) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        AGREES,
        asset=naming.key("journal_differences", SCHEMA),
        description="What our rules make of every document is what Xero's own journals say of it, month by month and "
        "account by account. What no document shows, such as a pay run, differs and is a warning.",
    )


def name_of(statement: str) -> str:
    """The name of a statement's check.

    Args:
        statement: As in `ledger.tie_out`.
    """
    if statement == "journals":
        return "journals_balance"
    return f"{statement}_tie_out" if statement in ("receivables", "payables") else f"{statement}_ties_out"


def check_results(
    warehouse: Warehouse,
    naming: Naming,
    services: Services,
    *,
    journals: bool = False,
    besides: Sequence[str] = (),
) -> Iterator[dg.AssetCheckResult]:
    """What the checks say of all organisations: a run of some must not hide what is wrong with the others.

    Args:
        warehouse: Its ledger has been kept.
        naming: What the tables are called.
        services: Know what is put aside.
        journals: As for `check_specs`.
        besides: As for `check_specs`.
    """
    aside, names = (
        services.deferred_work.aside(),
        {one.tenant_id: one.name for one in services.organisations.list()},
    )
    tie_out, documents = naming.key("tie_out", SCHEMA), naming.key("documents", SCHEMA)
    with warehouse.reading() as connection:
        if journals:
            yield _agreeing(connection, naming.key("journal_differences", SCHEMA))
        for statement in (*STATEMENTS, *besides):
            compared_with = {AFTER.get(statement, statement)}
            without = "" if statement == "journals" else lacking(aside, names, compared_with)
            yield _tied(connection, statement, tie_out, without)
        yield _posting(connection, documents)
        journals_key, live = naming.key("journals", SCHEMA), services.settings.mode == "live"
        yield documents_result(connection, journals_key, linked=live)


def _tied(connection: Connection, statement: str, key: dg.AssetKey, without: str) -> dg.AssetCheckResult:
    every = differences(connection, statements=[statement])
    found, waiting = [d for d in every if not d.is_stale], [d for d in every if d.is_stale]
    compared, months = connection.exec_driver_sql(
        f"SELECT COUNT(*), COUNT(DISTINCT period_end) FROM {named('tie_out')} WHERE statement = '{statement}'"
    ).one()
    metadata = {"figures_compared": compared, "months": months, "figures_that_differ": len(found)}
    if waiting:
        metadata["figures_waiting_for_reports"] = len(waiting)
    if not found:
        told = (
            f"All {compared:,} figures of {months} months tie out to the cent."
            if compared
            else _not_compared(statement)
        )
        told = f"{told} {without}".rstrip()
        return _result(statement, key, passed=not without, description=told, metadata=metadata)
    explained = [(d, suspects(connection, d, limit=3)) for d in found[:EXPLAINED]]
    metadata |= {
        "differences": dg.MetadataValue.md(differences_table(found[:ROWS_SHOWN])),
        "documents": dg.MetadataValue.md(suspects_table(explained)),
    }
    told = f"{_description(found, explained)} {without}".rstrip()
    return _result(statement, key, passed=False, description=told, metadata=metadata, found=found)


def _result(
    statement: str,
    key: dg.AssetKey,
    *,
    passed: bool,
    description: str,
    metadata: dict[str, Any],
    found: Sequence[Difference] = (),
) -> dg.AssetCheckResult:
    unknown = any(one.cause == "UNKNOWN" for one in found)
    return dg.AssetCheckResult(
        passed=passed,
        check_name=name_of(statement),
        asset_key=key,
        severity=dg.AssetCheckSeverity.ERROR if unknown or passed else dg.AssetCheckSeverity.WARN,
        description=description,
        metadata=metadata,
    )


def _not_compared(statement: str) -> str:
    return f"Nothing to compare yet: no month of {statement} was pulled."


def _description(found: Sequence[Difference], explained: Sequence[tuple[Difference, Sequence[Suspect]]]) -> str:
    first, behind = explained[0]
    words = (
        f"{len(found)} {'figure differs' if len(found) == 1 else 'figures differ'}. The largest of the newest month: "
        f"{first.account}, {first.period_end:%B %Y}, {first.organisation}: ours {first.ours:,.2f}, Xero's "
        f"{first.xeros:,.2f}, difference {first.difference:+,.2f}; likely cause: {cause_of(first)}."
    )
    if behind:
        words += f" Look at {document_name(behind[0])}: {behind[0].why}."
    return f"{words} `xero-pipeline explain ACCOUNT MONTH` shows the documents behind a difference."


def _posting(connection: Connection, key: dg.AssetKey) -> dg.AssetCheckResult:
    rows = connection.exec_driver_sql(
        f"SELECT COALESCE(o.name, d.tenant_id), d.source_table, d.document_id, d.problem "
        f"FROM {named('documents')} AS d LEFT JOIN {NAMED} AS o ON o.tenant_id = d.tenant_id "
        "WHERE d.problem IS NOT NULL ORDER BY 1, 2, 3"
    ).fetchall()
    if not rows:
        return dg.AssetCheckResult(passed=True, check_name=POSTS, asset_key=key, description="Every document posts.")
    first = rows[0]
    return failed_for_rows(
        POSTS,
        key,
        f"{len(rows)} of them cannot post; what Xero says of them stays unexplained. The first, of "
        f"{first[0]}, in {first[1]} ({first[2]}): {first[3]}. Correct it in Xero, or sync it again with --full.",
        rows,
        ("Organisation", "Table", "Id", "Problem"),
        counted="documents",
        titled="problems",
        severity=dg.AssetCheckSeverity.ERROR,
    )


def _agreeing(connection: Connection, key: dg.AssetKey) -> dg.AssetCheckResult:
    rows = connection.exec_driver_sql(
        "SELECT COALESCE(o.name, d.tenant_id), d.period_start, d.source_type, d.source_id, "
        "COALESCE(CONCAT_WS(' ', a.code, a.name), d.account_id), d.derived_amount, d.journal_amount, d.difference "
        f"FROM {named('journal_differences')} AS d "
        f"LEFT JOIN {NAMED} AS o ON o.tenant_id = d.tenant_id "
        "LEFT JOIN xero.accounts AS a ON a.tenant_id = d.tenant_id AND a.account_id = d.account_id "
        "ORDER BY d.period_start DESC, ABS(d.difference) DESC, d.source_id, d.account_id"
    ).fetchall()
    header = (
        "Organisation",
        "Month",
        "Kind",
        "Source",
        "Account",
        "From the document",
        "In Xero's journals",
        "Difference",
    )
    if not rows:
        return dg.AssetCheckResult(
            passed=True,
            check_name=AGREES,
            asset_key=key,
            description="Every document posts what Xero's own journals say."
            if cursors(connection, "journals")
            else "Xero's own journals have not been read yet: there is nothing to compare.",
        )
    cells = [
        (name, f"{month:%Y-%m}", kind, source, account, *(f"{amount:,.2f}" for amount in amounts))
        for name, month, kind, source, account, *amounts in rows
    ]
    return failed_for_rows(
        AGREES,
        key,
        f"{len(rows)} amounts differ. The ledger has those of Xero's journals; all of them are in "
        "ledger.journal_differences.",
        cells,
        header,
        counted="amounts",
        titled="differences",
        right=(5, 6, 7),
    )
