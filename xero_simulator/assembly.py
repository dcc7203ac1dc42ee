"""Puts the parts of the simulated Xero together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from xero_simulator.api.accounting import AccountingApi
from xero_simulator.api.catalogue import grantable_scopes
from xero_simulator.app import Application, SimulatedBooks
from xero_simulator.apps import Apps, SimulatedApp
from xero_simulator.faults.catalogue import Faults
from xero_simulator.identity.connections import ConsentConnections, SimulatedOrganisation
from xero_simulator.identity.consent import ConsentPage
from xero_simulator.identity.grants import Grants
from xero_simulator.identity.service import Identity
from xero_simulator.identity.signer import Signer
from xero_simulator.journal_log import JournalLog
from xero_simulator.limits import RateLimiter, SimLimits
from xero_simulator.reports.request import BadReportRequest
from xero_simulator.store import Store


def assemble(
    *,
    store_path: Path | None,
    clock: Callable[[], float],
    faults: Faults,
    limits: SimLimits,
    apps: Sequence[SimulatedApp],
    organisations: Callable[[], Sequence[SimulatedOrganisation]],
    books: Callable[[str], Callable[[], SimulatedBooks] | None],
    max_matching: int,
    advanced: bool,
    controllable: bool,
    sleep: Callable[[float], None],
) -> Application:
    """One application out of its parts.

    Args:
        store_path: The shared SQLite file, or None.
        clock: Seconds since 1970.
        books: For a tenant id, what finds or writes its books; None for an unknown one.
        max_matching: The most records a request may match.
        advanced: Whether apps are of Xero's Advanced tier, which may ask for journals.
        controllable: Whether faults can be set over HTTP.
        sleep: How a slow answer waits.
    """
    store, registered = Store(store_path), Apps(apps)
    connections = ConsentConnections(store, clock)
    grants = Grants(store, connections, clock)
    return Application(
        consent=ConsentPage(store, registered, grants, organisations, clock, grantable_scopes(advanced=advanced)),
        identity=Identity(registered, grants, connections, Signer(store), organisations, clock),
        connections=connections,
        api=AccountingApi((BadReportRequest,), max_matching, clock, JournalLog(store, clock)),
        limiter=RateLimiter(store, limits, clock),
        faults=faults,
        books=books,
        sleep=sleep,
        controllable=controllable,
    )
