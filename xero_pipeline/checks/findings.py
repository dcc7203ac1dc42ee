"""What the checks found: open findings, dismissed ones, and the word of a person that one is known."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.warehouse.organisation_names import NAMED

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from xero_pipeline.warehouse.store import Warehouse

_FINDINGS = f"""
select f.*, o.name as organisation, d.dismissed_at, d.dismissed_by, d.reason
from xero.findings as f
left join {NAMED} as o on o.tenant_id = f.tenant_id
left join xero.dismissed_findings as d
    on d.tenant_id = f.tenant_id and d.check_name = f.check_name and d.finding_key = f.finding_key
    and d.fingerprint = f.fingerprint
"""
_ORDERED = " order by f.check_name, organisation, f.tenant_id, f.place"
_STATES = f"""
select s.*, o.name as organisation,
    s.found - (
        select count(*) from xero.findings as f
        join xero.dismissed_findings as d
            on d.tenant_id = f.tenant_id and d.check_name = f.check_name and d.finding_key = f.finding_key
            and d.fingerprint = f.fingerprint
        where f.tenant_id = s.tenant_id and f.check_name = s.check_name
    ) as still_open
from xero.check_states as s left join {NAMED} as o on o.tenant_id = s.tenant_id
where s.tenant_id = coalesce(:tenant_id, s.tenant_id)
order by s.check_name, organisation, s.tenant_id
"""
_OPEN = """
select s.tenant_id, sum(s.found) - coalesce(max(d.dismissed), 0) as still_open
from xero.check_states as s
left join (
    select f.tenant_id, count(*) as dismissed
    from xero.findings as f
    join xero.dismissed_findings as d
        on d.tenant_id = f.tenant_id and d.check_name = f.check_name and d.finding_key = f.finding_key
        and d.fingerprint = f.fingerprint
    group by f.tenant_id
) as d on d.tenant_id = s.tenant_id
group by s.tenant_id
"""
_DISMISS = (
    "insert into xero.dismissed_findings "
    "(tenant_id, check_name, finding_key, fingerprint, dismissed_at, dismissed_by, reason) "
    "values (:tenant_id, :check_name, :finding_key, :fingerprint, :at, :by, :reason)"
)
_REOPEN = (
    "delete from xero.dismissed_findings where tenant_id = :tenant_id and check_name = :check_name "
    "and finding_key = :finding_key and fingerprint = :fingerprint"
)
_ID_LETTERS = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding of a check.

    Args:
        organisation: Its name, as far as it is known.
        key: Which finding of the check it is.
        evidence: What the check shows of it, by column.
        found_at: When it was first found so.
        dismissed_by: Who dismissed it; empty while it is open.
        reason: Why.
    """

    tenant_id: str
    organisation: str
    check: str
    key: str
    fingerprint: str
    evidence: Mapping[str, str]
    found_at: datetime
    dismissed_by: str
    reason: str

    @property
    def id(self) -> str:
        """A short name for it, to be typed; the same as long as it is the same finding."""
        return sha256(f"{self.tenant_id} {self.check} {self.key}".encode()).hexdigest()[:_ID_LETTERS]


@dataclass(frozen=True, slots=True)
class CheckState:
    """How a check stands with an organisation.

    Args:
        still_open: How many findings nobody dismissed.
        problem: Why it could not be asked; empty where it could.
    """

    tenant_id: str
    organisation: str
    check: str
    asked_at: datetime
    still_open: int
    problem: str


def findings(
    connection: Connection, check: str | None = None, at_most: int | None = None, tenant_id: str | None = None
) -> list[Finding]:
    """What was found, dismissed or not, by check, organisation and the order of the check.

    Args:
        connection: To the warehouse; reading is enough.
        check: Of this check alone.
        at_most: Only so many, and of those none that was dismissed.
        tenant_id: Of this organisation alone.
    """
    given = {name: value for name, value in (("check_name", check), ("tenant_id", tenant_id)) if value}
    where = " where true" + "".join(f" and f.{name} = :{name}" for name in given)
    limit = f" and d.dismissed_at is null{_ORDERED} limit {at_most}" if at_most is not None else _ORDERED
    return [_finding(row) for row in connection.execute(text(_FINDINGS + where + limit), given)]


def open_findings(connection: Connection) -> Mapping[str, int]:
    """How many findings nobody dismissed, by tenant id; of organisations that checks were asked of.

    Args:
        connection: To the warehouse; reading is enough.
    """
    return {row.tenant_id: int(row.still_open) for row in connection.execute(text(_OPEN))}


def check_states(connection: Connection, tenant_id: str | None = None) -> list[CheckState]:
    """How each check stands with each organisation.

    Args:
        connection: To the warehouse; reading is enough.
        tenant_id: With this one alone.
    """
    return [
        CheckState(
            row.tenant_id,
            row.organisation or row.tenant_id,
            row.check_name,
            row.asked_at,
            row.still_open,
            row.problem or "",
        )
        for row in connection.execute(text(_STATES), {"tenant_id": tenant_id})
    ]


def dismiss(warehouse: Warehouse, ids: Collection[str], by: str, reason: str, *, at: datetime) -> Sequence[Finding]:
    """Dismiss findings as they are: one that changes is open again.

    Args:
        ids: As `Finding.id`.
        by: Who says so.
        reason: Why, in that person's words.
        at: Now, in UTC.

    Returns:
        Those that were open until now.

    Raises:
        ConfigurationError: There is no such finding, or name or reason is empty.
    """
    if not by.strip() or not reason.strip():
        raise ConfigurationError("Say who dismisses it, and why: --by NAME --reason TEXT.")
    with warehouse.writing() as connection:
        chosen = [one for one in _called(connection, ids) if not one.dismissed_by]
        for one in chosen:
            connection.execute(text(_DISMISS), {**_of(one), "at": at, "by": by.strip(), "reason": reason.strip()})
        warehouse.rows_changed()
    return chosen


def reopen(warehouse: Warehouse, ids: Collection[str]) -> Sequence[Finding]:
    """Take back that findings were dismissed.

    Args:
        ids: As `Finding.id`.

    Raises:
        ConfigurationError: There is no such finding.
    """
    with warehouse.writing() as connection:
        chosen = _called(connection, ids)
        for one in chosen:
            connection.execute(text(_REOPEN), _of(one))
        warehouse.rows_changed()
    return chosen


def _called(connection: Connection, ids: Collection[str]) -> list[Finding]:
    known = {one.id: one for one in findings(connection)}
    if unknown := sorted(set(ids) - known.keys()):
        raise ConfigurationError(f"There is no finding {unknown[0]}. `xero-pipeline checks` lists them with their ids.")
    return [known[one] for one in dict.fromkeys(ids)]


def _of(one: Finding) -> dict[str, str]:
    return {
        "tenant_id": one.tenant_id,
        "check_name": one.check,
        "finding_key": one.key,
        "fingerprint": one.fingerprint,
    }


def _finding(row: Row[tuple[object, ...]]) -> Finding:
    return Finding(
        row.tenant_id,
        row.organisation or row.tenant_id,
        row.check_name,
        row.finding_key,
        row.fingerprint,
        json.loads(row.evidence),
        row.found_at,
        row.dismissed_by or "",
        row.reason or "",
    )
