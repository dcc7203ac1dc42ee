"""What checks said of an organisation, as it is kept: their findings, and of what state of the books they are."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

_DELETE = "delete from xero.{table} where tenant_id = :tenant_id and check_name = :check_name"
_KNOWN = (
    "select finding_key, fingerprint, found_at from xero.findings "
    "where tenant_id = :tenant_id and check_name = :check_name order by place"
)
_FOUND = (
    "insert into xero.findings (tenant_id, check_name, finding_key, fingerprint, evidence, place, found_at) "
    "values (:tenant_id, :check_name, :finding_key, :fingerprint, :evidence, :place, :found_at)"
)
_STATE = (
    "insert into xero.check_states (tenant_id, check_name, state, asked_at, found, problem) "
    "values (:tenant_id, :check_name, :state, :asked_at, :found, :problem)"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check said of an organisation.

    Args:
        findings: By key the evidence, in the order of the check; the first of them.
        found: How many there are.
        problem: Why the database, or we, could make nothing of it; empty where all is well.
    """

    findings: Mapping[str, str]
    found: int
    problem: str = ""


class Results:
    """Writes for one organisation.

    Args:
        connection: In a transaction that nobody else writes findings of this organisation in.
    """

    def __init__(self, connection: Connection, tenant_id: str) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    def keep(self, answers: Mapping[str, Answer], states: Mapping[str, str], at: datetime) -> bool:
        """Write what checks said; one that could not be asked keeps what it found before.

        Args:
            answers: By name of the check.
            states: Likewise, of what they are.

        Returns:
            Whether any said something else than before.
        """
        changed = [
            self._keep_findings(name, answer.findings, at) for name, answer in answers.items() if not answer.problem
        ]
        for name, answer in answers.items():
            self._delete("check_states", name)
            told = {"state": states[name], "asked_at": at, "found": answer.found, "problem": answer.problem or None}
            self._connection.execute(text(_STATE), self._of(name) | told)
        return any(changed)

    def forget(self, names: Collection[str]) -> bool:
        """Take away what checks said that are no more; returns whether there are such."""
        for name in names:
            self._delete("findings", name)
            self._delete("check_states", name)
        return bool(names)

    def _keep_findings(self, name: str, findings: Mapping[str, str], at: datetime) -> bool:
        of = self._of(name)
        known = {row.finding_key: row for row in self._connection.execute(text(_KNOWN), of)}
        rows: list[dict[str, object]] = []
        for place, (key, evidence) in enumerate(findings.items()):
            fingerprint = sha256(evidence.encode()).hexdigest()
            before = known.get(key)
            since = before.found_at if before and before.fingerprint == fingerprint else at
            row = {"finding_key": key, "fingerprint": fingerprint, "evidence": evidence, "place": place}
            rows.append({**of, **row, "found_at": since})
        said = [(row["finding_key"], row["fingerprint"]) for row in rows]
        if said == [(key, row.fingerprint) for key, row in known.items()]:
            return False
        self._delete("findings", name)
        if rows:
            self._connection.execute(text(_FOUND), rows)
        return True

    def _delete(self, table: str, name: str) -> None:
        self._connection.execute(text(_DELETE.format(table=table)), self._of(name))

    def _of(self, name: str) -> dict[str, object]:
        return {"tenant_id": self._tenant_id, "check_name": name}
