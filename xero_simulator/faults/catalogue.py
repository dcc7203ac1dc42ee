"""Things that go wrong on purpose."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from xero_simulator.messages import Request

FaultKind = Literal[
    "minute_limit",  # 429, Retry-After below a minute
    "day_limit",  # 429, Retry-After of many hours
    "concurrent_limit",  # 429 without Retry-After
    "app_limit",  # 429 of the app
    "server_error",  # 500
    "unavailable",  # 503, plain text
    "gateway",  # 502, an HTML page
    "invalid_json",  # 200 that says JSON and holds HTML
    "truncated",  # 200 whose JSON ends in the middle
    "dropped",  # the connection breaks and nothing was done
    "lost_answer",  # all was done, the connection breaks before the answer arrives
    "slow",  # the answer takes `seconds`
    "expired_token",  # 401 TokenExpired
    "revoked_token",  # 401 AuthenticationUnsuccessful
    "disconnected",  # 403 as for a tenant that is not connected any more
    "no_role",  # 403 as for a person who may not see the reports, or the bank accounts
    "no_scope",  # 401 as for a consent that does not cover the endpoint
    "bad_request",  # 400 with a validation error
    "not_found",  # 404 as for an endpoint that an organisation does not have
    "not_implemented",  # 501
    "new_fields",  # records carry fields nobody knows
    "new_nested_fields",  # the objects in records, and in their lists, carry fields nobody knows
    "new_enum",  # the first record's `field` (Status, or Type) is a value nobody knows
    "wrong_type",  # the first record's `field` (Total, Amount or Name) is an object
    "new_section",  # a report has a section, and in it a kind of row, that nobody knows
    "missing_field",  # the first record has no `field` (Status, or Type)
]

# These make sense for calls of the Accounting API only.
_API_ONLY = frozenset(
    {
        "minute_limit", "day_limit", "concurrent_limit", "app_limit", "expired_token", "revoked_token",
        "disconnected", "no_role", "no_scope", "bad_request", "not_found", "not_implemented",
        "new_fields", "new_nested_fields", "new_enum", "wrong_type", "missing_field",
        "new_section",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong, for the calls it matches.

    Args:
        path: Whole segments of the path, in any capitals: `Invoices`, `connect/token`; empty for every call.
        times: How often; None for always.
        after: How many matching calls go well first.
        query: One parameter as `name=value`, such as `page=2`; empty for any.
        tenant_id: Only calls for this organisation.
        field: Which field of a record, where the kind is about one; empty for a likely one.
        seconds: How long a `slow` answer takes, and the Retry-After of a limit (None: a likely value).
    """

    kind: FaultKind
    path: str = ""
    times: int | None = 1
    after: int = 0
    query: str = ""
    tenant_id: str = ""
    field: str = ""
    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"There is no fault '{self.kind}'; there are {', '.join(get_args(FaultKind))}")

    def matches(self, request: Request) -> bool:
        """Whether a call is one this fault is meant for."""
        path = f"{request.path.lower().rstrip('/')}/"
        if self.kind in _API_ONLY and ".xro/" not in path:
            return False
        if self.path and f"/{self.path.lower().strip('/')}/" not in path:
            return False
        if self.tenant_id and request.headers.get("xero-tenant-id") != self.tenant_id:
            return False
        name, _, value = self.query.partition("=")
        return not self.query or request.query.get(name.lower()) == value


class Faults:
    """The faults that wait for their calls; may be changed while the simulator runs.

    Args:
        waiting: Faults to begin with.
    """

    def __init__(self, waiting: Iterable[Fault] = ()) -> None:
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = [_Waiting(fault) for fault in waiting]

    def add(self, *faults: Fault) -> Faults:
        """Adds faults behind those that wait already, and returns itself."""
        with self._lock:
            self._waiting.extend(_Waiting(fault) for fault in faults)
        return self

    def clear(self) -> None:
        """Forgets all faults."""
        with self._lock:
            self._waiting.clear()

    def take(self, request: Request) -> Fault | None:
        """The fault that befalls a call, used up by it; at most one does."""
        with self._lock:
            for waiting in self._waiting:
                if waiting.fault.matches(request) and waiting.strikes():
                    return waiting.fault
        return None

    def pending(self) -> list[Fault]:
        """The faults that have not struck as often as they shall."""
        with self._lock:
            return [waiting.fault for waiting in self._waiting if not waiting.done]


@dataclass(slots=True)
class _Waiting:
    """A fault and the matching calls it has seen."""

    fault: Fault
    seen: int = 0

    @property
    def done(self) -> bool:
        return self.fault.times is not None and self.seen >= self.fault.after + self.fault.times

    def strikes(self) -> bool:
        if self.done:
            return False
        self.seen += 1
        return self.seen > self.fault.after


def fault_of(described: Any) -> Fault:
    """A fault from its JSON description.

    Args:
        described: An object with the fields of `Fault`.

    Raises:
        ValueError: When it describes none.
    """
    known = {field.name for field in fields(Fault)}
    if not isinstance(described, dict) or not set(described) <= known or "kind" not in described:
        raise ValueError(f"A fault is an object with kind and any of {', '.join(sorted(known))}")
    return Fault(**described)
