"""What goes on in served books while a program reads them: somebody works, and a webhook tells of it."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING

from xero_simulator.edits.office import Office
from xero_simulator.webhooks.courier import Courier
from xero_simulator.webhooks.sender import WebhookSender

if TYPE_CHECKING:
    from xero_simulator.simulator import Simulator

LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class DailyLife:
    """What is asked for.

    Args:
        work_every: Seconds between two things that somebody does, in one organisation after the other; 0 for never.
        url: Where a webhook delivers to; empty for none.
        key: Its signing key.
        categories: What it is subscribed to.
    """

    work_every: float = 0
    url: str = ""
    key: str = ""
    categories: Collection[str] = ()

    def begin(self, simulator: Simulator, say: Callable[[str], None]) -> None:
        """Let it go on, in a thread that ends with the process."""
        if self.work_every or self.url:
            threading.Thread(target=self._go_on, args=(simulator, say), name="daily life", daemon=True).start()

    def _go_on(self, simulator: Simulator, say: Callable[[str], None]) -> None:
        tenants = [one.tenant_id for one in simulator.organisations()]
        sender = WebhookSender(self.url, self.key, clock=time.time) if self.url else None
        courier = Courier(sender, categories=self.categories, say=say) if sender else None
        offices: defaultdict[str, Office] = defaultdict(Office)
        whose, worked_at = cycle(tenants), time.monotonic()
        while True:
            if courier:
                courier.look({tenant_id: simulator.company(tenant_id) for tenant_id in tenants})
            time.sleep(min(LOOK_SECONDS, self.work_every or LOOK_SECONDS))
            if self.work_every and time.monotonic() - worked_at >= self.work_every:
                worked_at, tenant_id = time.monotonic(), next(whose)
                offices[tenant_id].work(simulator.company(tenant_id), dt.datetime.fromtimestamp(time.time(), dt.UTC))
