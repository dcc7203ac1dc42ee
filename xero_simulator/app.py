"""The whole simulated Xero as one function from a request to an answer."""

from __future__ import annotations

import gzip
import json
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from xero_simulator.account_data.api import API_ROOT as ACCOUNT_DATA_ROOT
from xero_simulator.account_data.api import answer_account_data
from xero_simulator.api.accounting import API_ROOT, AccountingApi
from xero_simulator.assets.api import API_ROOT as ASSETS_ROOT
from xero_simulator.assets.api import answer_assets
from xero_simulator.company import Company
from xero_simulator.faults.catalogue import Fault, Faults, fault_of
from xero_simulator.faults.damage import afterwards, instead
from xero_simulator.identity.connections import ConsentConnections
from xero_simulator.identity.consent import ConsentPage
from xero_simulator.identity.service import Identity
from xero_simulator.limits import RateLimiter
from xero_simulator.messages import Refused, Request, Response
from xero_simulator.payroll.api import API_ROOT as PAYROLL_ROOT
from xero_simulator.payroll.api import answer_payroll
from xero_simulator.wire import forbidden, json_answer, not_allowed, not_found

# Compressing less than a packet costs more than it saves.
_WORTH_COMPRESSING = 1_000


class CallCounter:
    """Counts requests by organisation and path, for tests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted: Counter[tuple[str, str]] = Counter()

    def note(self, request: Request) -> None:
        """Counts a request, whatever becomes of it."""
        path = request.path.removeprefix(API_ROOT).strip("/")
        tenant_id = request.headers.get("xero-tenant-id", "") if _is_api(request.path) else ""
        with self._lock:
            self._counted[(tenant_id, path)] += 1

    def snapshot(self) -> Counter[tuple[str, str]]:
        """The counts so far, by (tenant id or "", path): `Invoices` for the API, `connect/token` for the rest."""
        with self._lock:
            return Counter(self._counted)


@dataclass(slots=True)
class Application:
    """Routes requests, and lets faults and limits have their way.

    Attributes:
        consent: The consent page.
        identity: Tokens and connections.
        connections: Who is connected to what.
        api: The Accounting API.
        limiter: The rate limits.
        faults: What goes wrong.
        books: For a tenant id, what finds or writes its books; None for an unknown one.
        sleep: How a slow answer waits.
        controllable: Whether `/simulator/faults` may be used.
        calls: Counts requests.
    """

    consent: ConsentPage
    identity: Identity
    connections: ConsentConnections
    api: AccountingApi
    limiter: RateLimiter
    faults: Faults
    books: Callable[[str], Callable[[], Company] | None]
    sleep: Callable[[float], None]
    controllable: bool
    calls: CallCounter = field(default_factory=CallCounter)

    def handle(self, request: Request) -> Response:
        """Answers one request; any thread may call."""
        if self.controllable and request.path == "/simulator/faults":
            return self._control(request)
        self.calls.note(request)
        fault = self.faults.take(request)
        response = instead(fault) if fault is not None else None
        if response is None:
            response = self._route(request, fault)
        if fault is not None:
            response = afterwards(fault, response)
        response.headers.setdefault("Xero-Correlation-Id", str(uuid.uuid4()))
        return _compressed(request, response)

    def _route(self, request: Request, fault: Fault | None) -> Response:
        try:
            if _is_api(request.path):
                return self._call_api(request, fault)
            response = self._call_identity(request)
        except Refused as refused:
            response = refused.response
        self._wait(request, fault, response)
        return response

    def _call_api(self, request: Request, fault: Fault | None) -> Response:
        bearer = self.identity.bearer(request)
        tenant_id = request.headers.get("xero-tenant-id", "").lower()
        is_open = self.connections.connected(bearer.client_id, bearer.user_id, tenant_id)
        books = self.books(tenant_id) if is_open else None
        if books is None:
            raise forbidden()
        with self.limiter.slot(bearer.client_id, tenant_id) as remaining:
            try:
                response = self._answer(request, bearer.scopes, books)
            except Refused as refused:
                response = refused.response
            # Waiting inside the slot: a slow answer is a call in flight.
            self._wait(request, fault, response)
        response.headers.update(remaining)
        return response

    def _answer(self, request: Request, scopes: frozenset[str], books: Callable[[], Company]) -> Response:
        if request.path.startswith(f"{ACCOUNT_DATA_ROOT}/"):
            return answer_account_data(request, scopes, books, self.api.journals, self.api.clock())
        if request.path.startswith(f"{PAYROLL_ROOT}/"):
            return answer_payroll(request, scopes, books, self.api.clock())
        if request.path.startswith(f"{ASSETS_ROOT}/"):
            return answer_assets(request, scopes, books)
        return self.api.answer(request, scopes, books)

    def _call_identity(self, request: Request) -> Response:
        path = request.path.lower()
        match request.method, path:
            case (("GET" | "POST"), "/identity/connect/authorize"):
                return self.consent.answer(request)
            case "POST", "/connect/token":
                return self.identity.token(request)
            case "POST", "/connect/revocation":
                return self.identity.revoke(request)
            case "GET", "/connect/userinfo":
                return self.identity.userinfo(request)
            case "GET", "/.well-known/openid-configuration/jwks":
                return self.identity.keys()
            case _, ("/connect/token" | "/connect/revocation" | "/identity/connect/authorize"):
                raise not_allowed()
        if path == "/connections" or path.startswith("/connections/"):
            bearer = self.identity.bearer(request)
            remaining = self.limiter.app_call(bearer.client_id)
            response = self.identity.connections(request, bearer)
            response.headers.update(remaining)
            return response
        raise not_found()

    def _wait(self, request: Request, fault: Fault | None, response: Response) -> None:
        if fault is None or fault.kind != "slow":
            return
        seconds = 5.0 if fault.seconds is None else fault.seconds
        if request.patience is not None and seconds > request.patience:
            # The client gives up first; there is no need to make anybody wait for that.
            response.timed_out = True
        else:
            self.sleep(seconds)

    def _control(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.faults.clear()
        elif request.method == "POST":
            try:
                described: Any = json.loads(request.body)
                faults = [fault_of(one) for one in (described if isinstance(described, list) else [described])]
            except (ValueError, TypeError) as error:
                return json_answer(400, {"error": str(error)})
            self.faults.add(*faults)
        return json_answer(200, [asdict(fault) for fault in self.faults.pending()])


def _is_api(path: str) -> bool:
    """Whether a path is of an API that reads an organisation's books."""
    return path.startswith((f"{API_ROOT}/", f"{ACCOUNT_DATA_ROOT}/", f"{PAYROLL_ROOT}/", f"{ASSETS_ROOT}/"))


def _compressed(request: Request, response: Response) -> Response:
    accepted = "gzip" in request.headers.get("accept-encoding", "").lower()
    if accepted and len(response.body) > _WORTH_COMPRESSING:
        response.body = gzip.compress(response.body, compresslevel=1, mtime=0)
        response.headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return response
