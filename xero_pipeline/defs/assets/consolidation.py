"""The group as assets: all organisations in one presentation currency, written anew after any ledger was kept."""

# No `from __future__ import annotations` here: Dagster reads the annotations of asset functions as they are.

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from xero_pipeline import clock
from xero_pipeline.defs.assets.execution import Execute, executed, work_only
from xero_pipeline.defs.assets.subset import Result, emit_selected
from xero_pipeline.defs.checks.failed_rows import failed_for_rows
from xero_pipeline.defs.resources import ASSET_RESOURCES, resources_of
from xero_pipeline.ledger.consolidation.group_file import read_group_file
from xero_pipeline.ledger.consolidation.outcome import Consolidation
from xero_pipeline.ledger.consolidation.rows import TABLES
from xero_pipeline.ledger.consolidation.update import WRITTEN, write_consolidation
from xero_pipeline.ledger.tables import SCHEMA, ledger_table

if TYPE_CHECKING:
    from xero_pipeline.defs.naming import Naming

GROUP = "group"
RATES = "every_month_has_its_rates"
MATCHED = "intercompany_documents_match"
MAPPED = "every_account_is_mapped"
PRESENT = "every_organisation_of_the_group_file_is_there"
DOCUMENTS, ACCOUNTS = "intercompany_documents", "group_accounts"
CHECKS = {
    RATES: (
        TABLES[0],
        "Every month of every organisation could be translated: its rates are in the documents, or were given "
        "(`xero-pipeline rates --import`). What lacks one is empty, never taken as 1.",
    ),
    MATCHED: (
        DOCUMENTS,
        "Every document between two organisations has a mirror of the same number, currency and amount in the books of "
        "the other, and as much of it is open. What has none is not eliminated.",
    ),
    MAPPED: (
        ACCOUNTS,
        "The group file or Xero's reporting code says of every account with a balance what it is in the group. What "
        "nothing is said of is a line of its own, by its code and name.",
    ),
    PRESENT: (
        ACCOUNTS,
        "Every organisation that the group file (XERO_GROUP_FILE) names has a ledger. What has none is left out.",
    ),
}
"""By check its table, and what it promises."""


def group_assets(
    naming: "Naming", *, checked: bool = True, execute: Execute = work_only
) -> Sequence[dg.AssetsDefinition]:
    """The assets of the group; they have no partitions, for they are written all at once.

    Args:
        checked: Whether with their check.
        execute: What the project puts around the work.
    """
    specs = [
        naming.spec(ledger_table(name), schema=SCHEMA, group=GROUP, made_of=[f"{SCHEMA}.journal_lines"], every=None)
        for name in WRITTEN
    ]
    checks = [
        dg.AssetCheckSpec(name, asset=naming.key(table, SCHEMA), description=description)
        for name, (table, description) in CHECKS.items()
    ]

    @dg.multi_asset(
        name=naming.named("write_group"),
        required_resource_keys={naming.resource(name) for name in ASSET_RESOURCES},
        specs=specs,
        check_specs=checks if checked else [],
        can_subset=True,
    )
    @executed(execute)
    def write(context: dg.AssetExecutionContext) -> Iterator[Result]:
        xero, xero_warehouse, _ = resources_of(context, naming)
        warehouse, settings = xero_warehouse.warehouse, xero.services.settings
        file = read_group_file(settings.group_file)
        with warehouse.writing() as connection:
            written = write_consolidation(connection, warehouse.dialect, settings.group_currency, file, at=clock.now())
            if written.changed:
                warehouse.rows_changed()
        results = [
            dg.MaterializeResult(
                naming.key(name, SCHEMA),
                metadata=_facts(written, name),
                data_version=dg.DataVersion(written.contents[name].version),
            )
            for name in WRITTEN
        ]
        evaluated = evaluate(written, naming) if checked else ()
        yield from emit_selected(context, [*results, *evaluated])

    return [write]


def evaluate(written: Consolidation, naming: "Naming") -> Sequence[dg.AssetCheckResult]:
    """What each of `CHECKS` says of what was written."""
    return [told(written, naming) for told in (_rated, _matched, _mapped, _present)]


def _facts(written: Consolidation, table: str) -> dict[str, Any]:
    rows = {"dagster/row_count": written.rows[table]} if table in written.rows else {}
    facts: dict[str, Any] = {**rows, "organisations": written.organisations}
    return facts | {"currency": written.currency or "none: set XERO_GROUP_CURRENCY, the organisations have several"}


def _rated(written: Consolidation, naming: "Naming") -> dg.AssetCheckResult:
    rows = [(one.organisation, f"{one.month:%Y-%m}", one.problem) for one in written.missing]
    if not rows:
        told = "Every month has its rates." if written.currency else "There is no group: no currency in common."
        return dg.AssetCheckResult(
            passed=True, check_name=RATES, asset_key=naming.key(TABLES[0], SCHEMA), description=told
        )
    name, month, problem = rows[0]
    return failed_for_rows(
        RATES,
        naming.key(TABLES[0], SCHEMA),
        f"{len(rows)} months could not be translated into {written.currency}, the first {month} of {name}: "
        f"{problem}. Give the rates with `xero-pipeline rates --import FILE`.",
        rows,
        ("Organisation", "Month", "Problem"),
        counted="months",
        titled="missing",
        severity=dg.AssetCheckSeverity.ERROR,
    )


def _matched(written: Consolidation, naming: "Naming") -> dg.AssetCheckResult:
    key = naming.key(DOCUMENTS, SCHEMA)
    rows = [
        (one.organisation, one.counterpart, one.day, one.number, f"{one.amount:.2f} {one.currency}", one.problem)
        for one in written.unmatched
    ]
    if not rows:
        told = f"All {written.rows.get(DOCUMENTS, 0)} documents between organisations match."
        return dg.AssetCheckResult(passed=True, check_name=MATCHED, asset_key=key, description=told)
    return failed_for_rows(
        MATCHED,
        key,
        f"{len(rows)} documents between organisations are not eliminated, or not as a whole. The first, "
        f"{rows[0][3] or 'without a number'} of {rows[0][0]}: {rows[0][5]}. See ledger.{DOCUMENTS}.",
        rows,
        ("Organisation", "Counterpart", "Date", "Number", "Amount", "Problem"),
        counted="documents",
        titled="unmatched",
    )


def _mapped(written: Consolidation, naming: "Naming") -> dg.AssetCheckResult:
    key, rows = naming.key(ACCOUNTS, SCHEMA), written.unmapped
    if not rows:
        told = "Every account with a balance is mapped."
        return dg.AssetCheckResult(passed=True, check_name=MAPPED, asset_key=key, description=told)
    return failed_for_rows(
        MAPPED,
        key,
        f"{len(rows)} accounts are not mapped, the first {rows[0].name} of {rows[0].organisation}. Name "
        "them in the group file (XERO_GROUP_FILE), or give them a reporting code in Xero.",
        [(one.organisation, one.code, one.name, one.class_) for one in rows],
        ("Organisation", "Code", "Account", "Class"),
        counted="accounts",
        titled="unmapped",
    )


def _present(written: Consolidation, naming: "Naming") -> dg.AssetCheckResult:
    absent = ", ".join(written.absent)
    told = f"No organisation that has a ledger is called so: {absent}." if absent else "Every organisation is there."
    return dg.AssetCheckResult(
        passed=not absent,
        check_name=PRESENT,
        asset_key=naming.key(ACCOUNTS, SCHEMA),
        severity=dg.AssetCheckSeverity.WARN,
        description=told,
    )
