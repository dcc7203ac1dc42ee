"""What the rooms below say while they wait, shown to the person at the terminal."""

from __future__ import annotations

import logging

_WAREHOUSE = "xero_pipeline.warehouse"


class _Shown(logging.Handler):
    """Shows each message as a line of the error stream; while there is a progress display, above it."""

    def emit(self, record: logging.LogRecord) -> None:
        from xero_pipeline.cli.output.console import say

        say(record.getMessage())


def show_log() -> None:
    """Show what the warehouse says, such as for whom it waits."""
    logger = logging.getLogger(_WAREHOUSE)
    logger.addHandler(_Shown())
    logger.propagate = False
