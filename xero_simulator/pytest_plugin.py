"""A fixture for tests of any program that reads Xero: `pytest_plugins = ["xero_simulator.pytest_plugin"]`.

Point the program at `simulated_xero.url` instead of `api.xero.com`, `identity.xero.com` and `login.xero.com`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from xero_simulator.config import BooksConfig
from xero_simulator.faults.catalogue import Faults
from xero_simulator.person import Person
from xero_simulator.server import serving
from xero_simulator.simulator import Simulator
from xero_simulator.values.days import day_of_books


@dataclass(frozen=True, slots=True)
class SimulatedXero:
    """A Xero that answers over HTTP.

    Attributes:
        url: Its address, the same for all three hosts of Xero.
        simulator: What answers: its organisations and their books.
        person: Gives consents as a person at a browser does.
    """

    url: str
    simulator: Simulator
    person: Person

    @property
    def faults(self) -> Faults:
        """What goes wrong; may be changed at any time."""
        return self.simulator.faults


@pytest.fixture
def simulated_xero() -> Iterator[SimulatedXero]:
    """A simulated Xero for one test: one organisation, its books end today, no rate limits."""
    simulator = Simulator(BooksConfig(today=day_of_books(time.time()), invoices=120, months=6), limits=None)
    with serving(simulator) as url:
        yield SimulatedXero(url, simulator, Person())
