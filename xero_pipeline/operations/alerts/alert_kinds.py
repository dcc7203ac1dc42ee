"""What there is to tell now: the states and issues that the web page and /metrics show, an alert each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xero_pipeline import clock
from xero_pipeline.checks.findings import check_states
from xero_pipeline.operations.health.issues import KINDS, open_issues_in
from xero_pipeline.operations.organisation_states import STALE_AFTER, STATES, consent_fades
from xero_pipeline.operations.organisation_status import all_issues, last_syncs, organisation_statuses

if TYPE_CHECKING:
    from datetime import datetime

    from xero_pipeline.container import Services
    from xero_pipeline.operations.alerts.runs import LastRuns
    from xero_pipeline.warehouse.store import Warehouse

Told = Mapping[str, Any]
FAILED = "failed"
_LONGEST_NAME = 80
_IN_NO_NAME = re.compile(r"[\x00-\x1f\x7f<>@\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
"""Line breaks, and what chats take for a link or a mention: a name comes from Xero, where others choose it."""


@dataclass(frozen=True, slots=True)
class AlertKind:
    """A kind of alert.

    Args:
        label: What is the matter, the headline of all organisations it is the matter with.
        remedy: What to do, a sentence.
        count: How many there are with an organisation now; none where it is not the matter.
    """

    label: str
    remedy: str
    count: Callable[[Told, datetime], int]


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that is the matter now.

    Args:
        kind: A name of `ALERTS`.
        scope: The tenant id; or what a run of several organisations is of.
        name: Of the organisation, as it may be written anywhere.
        count: How many there are: more than were told are told again.
        run_id: Of the run of Dagster that it is about, if it is about one.
        tenant_id: Of the organisation whose page shows it, if it is of one.
    """

    kind: str
    scope: str
    name: str
    count: int = 1
    run_id: str = ""
    tenant_id: str = ""

    @property
    def key(self) -> str:
        """The same for the same matter."""
        return f"{self.kind} {self.scope}"

    @property
    def label(self) -> str:
        """What to call it when it is over."""
        return f"{self.name}: {ALERTS[self.kind].label}"


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at everything found.

    Args:
        alerts: By key, the worst first.
        unknown: Keys of which nobody knows whether they are the matter still, such as that of a failed run long ago
            whose job has not succeeded since.
        left: Tenant ids of organisations that are disconnected, or gone: nothing of them is told any more.
    """

    alerts: Mapping[str, Alert]
    unknown: Callable[[str], bool]
    left: Callable[[str], bool]


def _issue(kind: str) -> Callable[[Told, datetime], int]:
    return lambda one, _: sum(issue.count for issue in one["issues"] if issue.kind == kind)


def _state(name: str) -> Callable[[Told, datetime], int]:
    return lambda one, now: int(STATES[name].holds(one, now))


def _of_runs_alone(_one: Told, _now: datetime) -> int:
    return 0


def _is_stale(one: Told, now: datetime) -> int:
    """A new organisation has a day for its first sync."""
    return int(STATES["stale"].holds(one, now) and now - one["connected_at"] > STALE_AFTER)


ALERTS: Mapping[str, AlertKind] = {
    "needs-consent": AlertKind(STATES["needs-consent"].label, "Run `xero-pipeline connect`.", _state("needs-consent")),
    "consent-ends": AlertKind(
        "Its consent ends within ten days", "Run `xero-pipeline sync`.", lambda one, now: int(consent_fades(one, now))
    ),
    FAILED: AlertKind(STATES[FAILED].label, "`xero-pipeline logs` says why.", _of_runs_alone),
    "put_aside": AlertKind(
        "Collections or reports cannot be read", "`xero-pipeline status` says why.", _issue("put_aside")
    ),
    "rejected_records": AlertKind(
        "Records cannot be read", KINDS["rejected_records"].remedy, _issue("rejected_records")
    ),
    "documents_not_posted": AlertKind(
        "Documents cannot be posted to the ledger", KINDS["documents_not_posted"].remedy, _issue("documents_not_posted")
    ),
    "unexplained_differences": AlertKind(
        "The ledger differs from Xero's reports",
        KINDS["unexplained_differences"].remedy,
        _issue("unexplained_differences"),
    ),
    "locked_period_changes": AlertKind(
        "Figures of a closed period changed", KINDS["locked_period_changes"].remedy, _issue("locked_period_changes")
    ),
    "locked_document_changes": AlertKind(
        "Documents changed in a closed period",
        KINDS["locked_document_changes"].remedy,
        _issue("locked_document_changes"),
    ),
    "findings": AlertKind(
        "Checks of the books found something",
        "`xero-pipeline checks` shows what, and dismisses what is known.",
        lambda one, _: one["findings"],
    ),
    "events_missed": AlertKind(
        "Changes came without an event of Xero's", "`xero-pipeline doctor` says which.", _issue("events_missed")
    ),
    "stale": AlertKind(STATES["stale"].label, "`xero-pipeline doctor` says what is wrong.", _is_stale),
}
"""Everything that is told, the worst first; what failed is read from Dagster's runs."""


def look(services: Services, warehouse: Warehouse, runs: LastRuns) -> Look:
    """See how everything stands.

    Args:
        services: Know the organisations, their consents and what is put aside.
        warehouse: For a short look.
        runs: How the last runs went.

    Raises:
        WarehouseBusy: Another process held the file all the time.
    """
    with warehouse.reading() as connection:
        synced, issues = last_syncs(connection), open_issues_in(connection)
        found: dict[str, int] = {}
        for state in check_states(connection):
            found[state.tenant_id] = found.get(state.tenant_id, 0) + state.still_open + bool(state.problem)
    issues = all_issues(services, issues)
    ours = services.settings.has_organisation
    told: list[dict[str, Any]] = [
        {**one, "issues": issues.get(one["tenant_id"], ()), "findings": found.get(one["tenant_id"], 0)}
        for one in organisation_statuses(services, synced)
        if one["status"] != "disconnected" and ours(one["tenant_id"])
    ]
    names = {one["tenant_id"]: plain_name(one["name"]) for one in told}
    alerts = [*_of_organisations(told), *_of_runs(runs, names)]
    order = list(ALERTS)
    alerts.sort(key=lambda one: (order.index(one.kind), one.name))
    return Look(
        {one.key: one for one in alerts},
        lambda key: key.startswith(f"{FAILED} ") and not runs.is_settled(key.removeprefix(f"{FAILED} "), names),
        lambda key: not any(part in names for part in key.split(" ", 2)[1].split("…")),
    )


def _of_organisations(told: list[dict[str, Any]]) -> Iterator[Alert]:
    now = clock.now()
    for one in told:
        for name, kind in ALERTS.items():
            if count := kind.count(one, now):
                yield Alert(name, one["tenant_id"], plain_name(one["name"]), count, tenant_id=one["tenant_id"])


def _of_runs(runs: LastRuns, names: Mapping[str, str]) -> Iterator[Alert]:
    for scope, run in runs.failed.items():
        known = [tenant for tenant in run.tenants if tenant in names]
        if not known:
            continue
        more = f" and {len(known) - 1} more in the same run" if len(known) > 1 else ""
        of_one = known[0] if len(known) == 1 else ""
        yield Alert(FAILED, scope, f"{names[known[0]]}{more} ({run.job})", run_id=run.run_id, tenant_id=of_one)


def plain_name(name: str) -> str:
    """A name as it may stand in any message."""
    return " ".join(_IN_NO_NAME.sub(" ", name).split())[:_LONGEST_NAME]
