"""A Xero of our own: books, identity, limits and faults behind one function."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xero_simulator.config import BooksConfig
from xero_simulator.faults.catalogue import Faults
from xero_simulator.identity.connections import SimulatedOrganisation
from xero_simulator.limits import OFF, SimLimits
from xero_simulator.messages import Request, Response
from xero_simulator.values.days import day_of_books

if TYPE_CHECKING:
    from xero_simulator.app import Application
    from xero_simulator.apps import SimulatedApp
    from xero_simulator.company import Company


class Simulator:
    """The simulated Xero. Making one costs nothing: books are written and keys made when they are first needed.

    Args:
        config: The size of the books.
        store_path: A SQLite file that keeps consents, tokens and used-up limits, shared by several processes;
            None keeps them in memory.
        clock: Seconds since 1970.
        faults: What goes wrong; may be changed at any time.
        limits: The rate limits; None for none at all.
        apps: The registered apps; with none, every client id is accepted.
        max_matching: A request that matches more records is refused, as Xero does.
        advanced: Whether apps are of Xero's Advanced tier, which may ask for journals.
        controllable: Whether `/simulator/faults` answers, which lets anybody who reaches the simulator disturb it.
        follow_clock: Whether the books grow with the clock's days. An organisation that was edited stays as it is.
        sleep: How a slow answer waits, in seconds.
    """

    def __init__(
        self,
        config: BooksConfig,
        store_path: Path | None = None,
        clock: Callable[[], float] = time.time,
        faults: Faults | None = None,
        limits: SimLimits | None = SimLimits(),  # noqa: B008 (frozen)
        apps: Sequence[SimulatedApp] = (),
        *,
        max_matching: int = 100_000,
        advanced: bool = False,
        controllable: bool = False,
        follow_clock: bool = False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.config = config
        self.faults = faults if faults is not None else Faults()
        self._store_path = store_path
        self._clock = clock
        self._limits = limits or OFF
        self._apps = tuple(apps)
        self._max_matching = max_matching
        self._advanced = advanced
        self._controllable = controllable
        self._follow_clock = follow_clock
        self._sleep = sleep
        self._lock = threading.RLock()
        self._companies: dict[str, Company] = {}
        self._listed: tuple[SimulatedOrganisation, ...] | None = None
        self._application: Application | None = None

    def handle(self, request: Request) -> Response:
        """Answers one request; any thread may call."""
        response = self._app().handle(request)
        response.headers.setdefault("Date", formatdate(self._clock(), usegmt=True))
        return response

    @property
    def calls(self) -> Counter[tuple[str, str]]:
        """How often each (tenant id or "", path) was asked: `Invoices` for the API, `connect/token` for the rest."""
        return self._app().calls.snapshot()

    @property
    def truth(self) -> Mapping[str, Sequence[Any]]:
        """The postings of every organisation, by tenant id, as the books know them."""
        return _Truth(self)

    @property
    def today(self) -> dt.date:
        """The day of the simulated books."""
        return day_of_books(self._clock())

    def organisations(self) -> tuple[SimulatedOrganisation, ...]:
        """All organisations, known without writing their books."""
        if self._listed is None:
            self._listed = _organisations(self.config)
        return self._listed

    def company(self, tenant_id: str) -> Company:
        """The books of an organisation, written on first use.

        Raises:
            KeyError: When there is no such organisation.
        """
        company = self._current(tenant_id)
        if company is not None:
            return company
        places = {organisation.tenant_id: at for at, organisation in enumerate(self.organisations())}
        place = places[tenant_id]
        # Only who needs books that are not written yet waits for the lock.
        with self._lock:
            company = self._current(tenant_id)
            if company is None:
                from xero_simulator.story import build_books

                company = self._companies[tenant_id] = build_books(self._config_of_today(), place)
            return company

    def _current(self, tenant_id: str) -> Company | None:
        company = self._companies.get(tenant_id)
        return None if company is None or self._has_outlived(company) else company

    def _has_outlived(self, company: Company) -> bool:
        return self._follow_clock and not company.is_edited and company.today < self.today

    def _config_of_today(self) -> BooksConfig:
        if not self._follow_clock or self.today <= self.config.today:
            return self.config
        # The first month stays: books that lost their oldest month overnight would look like deleted documents.
        return replace(self.config, today=self.today, start=self.config.first_month)

    def _books(self, tenant_id: str) -> Callable[[], Company] | None:
        if all(organisation.tenant_id != tenant_id for organisation in self.organisations()):
            return None
        return lambda: self.company(tenant_id)

    def _app(self) -> Application:
        if self._application is None:
            with self._lock:
                if self._application is None:
                    self._application = self._assembled()
        return self._application

    def _assembled(self) -> Application:
        from xero_simulator.assembly import assemble

        return assemble(
            store_path=self._store_path,
            clock=self._clock,
            faults=self.faults,
            limits=self._limits,
            apps=self._apps,
            organisations=self.organisations,
            books=self._books,
            max_matching=self._max_matching,
            advanced=self._advanced,
            controllable=self._controllable,
            sleep=self._sleep,
        )


class _Truth(Mapping[str, Sequence[Any]]):
    """Postings by tenant id; an organisation's books are written when it is looked up."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def __getitem__(self, tenant_id: str) -> Sequence[Any]:
        return self._simulator.company(tenant_id).postings

    def __iter__(self) -> Iterator[str]:
        return (organisation.tenant_id for organisation in self._simulator.organisations())

    def __len__(self) -> int:
        return len(self._simulator.organisations())


def _organisations(config: BooksConfig) -> tuple[SimulatedOrganisation, ...]:
    from xero_simulator.workbench import Workbench

    benches = (Workbench.empty(config, index) for index in range(config.organisations))
    return tuple(SimulatedOrganisation(bench.id_of("tenant"), bench.name) for bench in benches)
