"""What keeps an organisation's data from being right: the one list behind `status`, `doctor`, the web page and its API.

Each kind of issue is also a check in Dagster; both read the same tables of the warehouse, and the
same notes of what is put aside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.ledger.locked.documents import open_documents
from xero_pipeline.ledger.reconcile.differences import differences, is_kept
from xero_pipeline.ledger.tables import named
from xero_pipeline.sync.locked.period_changes import open_changes_in
from xero_pipeline.warehouse.progress.issues import quarantined_counts

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.state.deferred_work import DeferredTask
    from xero_pipeline.warehouse.store import Warehouse


@dataclass(frozen=True, slots=True)
class Issue:
    """Something of an organisation that a person has to look at.

    Args:
        kind: Which kind, a name of `KINDS`.
        count: How many records, documents or figures.
        message: What is wrong, a sentence.
        remedy: What to do, a sentence.
    """

    kind: str
    count: int
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of issue.

    Args:
        one: What is wrong with one of them.
        many: What is wrong with several; `{count}` is how many.
        remedy_of_one: What to do about one of them.
        remedy: What to do about several.
        count: Counts them by tenant id.
    """

    one: str
    many: str
    remedy_of_one: str
    remedy: str
    count: Callable[[Connection], Mapping[str, int]]


def _unposted(connection: Connection) -> Mapping[str, int]:
    if not is_kept(connection):
        return {}
    sql = f"SELECT tenant_id, COUNT(*) FROM {named('documents')} WHERE problem IS NOT NULL GROUP BY tenant_id"
    return {row[0]: row[1] for row in connection.exec_driver_sql(sql)}


def _unexplained(connection: Connection) -> Mapping[str, int]:
    found = differences(connection, causes=False, once=True) if is_kept(connection) else []
    return Counter(one.tenant_id for one in found if not one.is_stale)


def _locked(connection: Connection) -> Mapping[str, int]:
    return Counter(one.tenant_id for one in open_changes_in(connection))


def _locked_documents(connection: Connection) -> Mapping[str, int]:
    return Counter(one.tenant_id for one in open_documents(connection))


KINDS: Mapping[str, _Kind] = {
    "rejected_records": _Kind(
        "1 record could not be read and is missing from the tables",
        "{count:,} records could not be read and are missing from the tables",
        "Correct it in Xero, or update xero_pipeline. `xero-pipeline status` names it.",
        "Correct them in Xero, or update xero_pipeline. `xero-pipeline status` names each.",
        quarantined_counts,
    ),
    "documents_not_posted": _Kind(
        "1 document cannot be posted to the ledger",
        "{count:,} documents cannot be posted to the ledger",
        "Correct it in Xero. The Dagster check `every_document_posts` names it.",
        "Correct them in Xero. The Dagster check `every_document_posts` names each.",
        _unposted,
    ),
    "unexplained_differences": _Kind(
        "1 figure of the ledger differs from Xero's reports without a known cause",
        "{count:,} figures of the ledger differ from Xero's reports without a known cause",
        "`xero-pipeline explain` shows it and the documents behind it.",
        "`xero-pipeline explain` shows them and the documents behind them.",
        _unexplained,
    ),
    "locked_period_changes": _Kind(
        "1 figure of a locked period changed",
        "{count:,} figures of locked periods changed",
        "Undo the change in Xero, or accept it: `xero-pipeline restatements --accept NOTE`.",
        "Undo the changes in Xero, or accept them: `xero-pipeline restatements --accept NOTE`.",
        _locked,
    ),
    "locked_document_changes": _Kind(
        "1 document changed in a locked period",
        "{count:,} documents changed in locked periods",
        "`xero-pipeline restatements --locked` names it. Undo the change in Xero, or accept it: "
        "`xero-pipeline restatements --accept NOTE`.",
        "`xero-pipeline restatements --locked` names each. Undo the changes in Xero, or accept them: "
        "`xero-pipeline restatements --accept NOTE`.",
        _locked_documents,
    ),
}
"""Every kind, the most serious first."""


def open_issues(warehouse: Warehouse) -> Mapping[str, Sequence[Issue]]:
    """The issues of every organisation that has any in the warehouse, by tenant id, the most serious first.

    Raises:
        WarehouseBusy: Another process held the file all the time.
    """
    with warehouse.reading() as connection:
        return open_issues_in(connection)


def open_issues_in(connection: Connection) -> Mapping[str, Sequence[Issue]]:
    """As `open_issues`, over a connection to the warehouse that is open already."""
    found: dict[str, list[Issue]] = {}
    for name, kind in KINDS.items():
        for tenant_id, count in sorted(kind.count(connection).items()):
            message = kind.one if count == 1 else kind.many.format(count=count)
            remedy = kind.remedy_of_one if count == 1 else kind.remedy
            found.setdefault(tenant_id, []).append(Issue(name, count, f"{message}.", remedy))
    return found


def with_put_aside(
    found: Mapping[str, Sequence[Issue]], aside: Iterable[DeferredTask]
) -> Mapping[str, Sequence[Issue]]:
    """The issues with one for each endpoint or report that is put aside before them.

    Args:
        aside: What is put aside.
    """
    missing: dict[str, list[Issue]] = {}
    for one in aside:
        told = f"{one.asset} could not be read and is put aside: {one.error}"
        missing.setdefault(one.tenant_id, []).append(Issue("put_aside", 1, told, one.retry_note))
    return {tenant: [*missing.get(tenant, ()), *found.get(tenant, ())] for tenant in {**missing, **found}}
