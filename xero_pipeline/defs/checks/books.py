"""The checks of the books as checks of Dagster: what they find in all organisations, with the evidence."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import dagster as dg

from xero_pipeline.checks.findings import CheckState, Finding, check_states, findings
from xero_pipeline.checks.subjects import subjects
from xero_pipeline.defs.metadata.markdown import markdown_table
from xero_pipeline.ledger.tables import SCHEMA
from xero_pipeline.xero.deep_links import record_link

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xero_pipeline.checks.catalogue import BooksCheck
    from xero_pipeline.checks.subjects import FindingSubject
    from xero_pipeline.defs.naming import Naming
    from xero_pipeline.warehouse.store import Warehouse

ASSET = "documents"
"""The table of the ledger whose checks they are: they look at documents, once the ledger is kept."""
ROWS_SHOWN = 20
"""Of a check's findings; `xero-pipeline checks` has all of them."""


def book_check_specs(naming: Naming, checks: Sequence[BooksCheck]) -> Sequence[dg.AssetCheckSpec]:
    """A check of Dagster for each of the books.

    Args:
        naming: What the tables are called.
    """
    return [
        dg.AssetCheckSpec(check.name, asset=naming.key(ASSET, SCHEMA), description=_description(check))
        for check in checks
    ]


def _description(check: BooksCheck) -> str:
    told = [f"{check.title}: none in any organisation.", check.said.get("finds", ""), check.said["why"]]
    return " ".join([*filter(None, told), "A finding that is known: `xero-pipeline checks --dismiss ID`."])


def book_check_results(
    warehouse: Warehouse, naming: Naming, checks: Sequence[BooksCheck], *, linked: bool
) -> Iterator[dg.AssetCheckResult]:
    """What they found in all organisations, when each was last asked.

    Args:
        naming: What the tables are called.
        linked: Whether Xero shows the records; the simulated ones it does not.
    """
    if not checks:
        return
    with warehouse.reading() as connection:
        states = {name: list(found) for name, found in groupby(check_states(connection), lambda one: one.check)}
        shown = {
            check.name: findings(connection, check.name, at_most=ROWS_SHOWN)
            for check in checks
            if any(one.still_open for one in states.get(check.name, ()))
        }
        about: Mapping[str, FindingSubject] = (
            subjects(connection, [one for of in shown.values() for one in of]) if linked else {}
        )
    key = naming.key(ASSET, SCHEMA)
    for check in checks:
        yield _result(check, key, states.get(check.name, []), shown.get(check.name, []), about)


def _result(
    check: BooksCheck,
    key: dg.AssetKey,
    states: Sequence[CheckState],
    shown: Sequence[Finding],
    about: Mapping[str, FindingSubject],
) -> dg.AssetCheckResult:
    broken = [one for one in states if one.problem]
    count = sum(one.still_open for one in states)
    told = f"{count:,} {'finding' if count == 1 else 'findings'}." if count else "Nothing found."
    metadata: dict[str, Any] = {"findings": count}
    if count:
        metadata["evidence"] = dg.MetadataValue.md(_table(shown, about))
        told += f" {check.said['do']}" if "do" in check.said else ""
    if broken:
        first = broken[0]
        told = f"It cannot be asked: {first.problem} ({first.organisation}; {check.source}). {told}"
        metadata["organisations_not_asked"] = len(broken)
    return dg.AssetCheckResult(
        passed=not count and not broken,
        check_name=check.name,
        asset_key=key,
        severity=dg.AssetCheckSeverity.ERROR if broken or check.is_error else dg.AssetCheckSeverity.WARN,
        description=told,
        metadata=metadata,
    )


def _table(shown: Sequence[Finding], about: Mapping[str, FindingSubject]) -> str:
    columns = list(shown[0].evidence) if shown else []
    links = {one.id: _link(about.get(one.id)) for one in shown}
    header = ["Id", "Organisation", *(name.replace("_", " ").capitalize() for name in columns)]
    rows = [[one.id, one.organisation, *(one.evidence.get(name, "") for name in columns)] for one in shown]
    if any(links.values()):
        header.append("In Xero")
        rows = [[*row, links[one.id]] for row, one in zip(rows, shown, strict=True)]
    return markdown_table(header, rows)


def _link(subject: FindingSubject | None) -> str:
    address = record_link(subject.short_code, subject.collection, subject.record_id) if subject else None
    return f"[open]({address})" if address else ""
