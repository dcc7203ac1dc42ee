"""Charts that were drawn already: drawing takes a second, and figures seldom change."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Sequence

from xero_pipeline.web.figures.company_figures import Figures
from xero_pipeline.web.figures.panels import Panel, panels

KEPT = 50


class ChartCache:
    """Draws what has changed. May be shared by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._drawn: dict[Hashable, tuple[Figures, Sequence[Panel]]] = {}

    def show(self, what: Hashable, figures: Figures) -> Sequence[Panel]:
        """The panels of some figures.

        Args:
            figures: As they are now.
        """
        with self._lock:
            before = self._drawn.get(what)
        if before and before[0] == figures:
            return before[1]
        made = panels(figures)
        with self._lock:
            self._drawn.pop(what, None)
            while len(self._drawn) >= KEPT:
                self._drawn.pop(next(iter(self._drawn)))
            self._drawn[what] = figures, made
        return made
