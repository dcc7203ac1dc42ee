"""What the rooms below say while they wait, shown to the person at the terminal."""

from __future__ import annotations

import logging

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.log_lines import LogFormat, log_as_json

_WAREHOUSE = "xero_pipeline.warehouse"


class _Shown(logging.Handler):
    """Shows each message as a line of the error stream; while there is a progress display, above it."""

    def emit(self, record: logging.LogRecord) -> None:
        from xero_pipeline.cli.output.console import say

        say(record.getMessage())


def show_log() -> None:
    """Show what the warehouse says, such as for whom it waits; or all as lines of JSON, where that is set."""
    if _wanted() == "json":
        log_as_json()
        return
    logger = logging.getLogger(_WAREHOUSE)
    logger.addHandler(_Shown())
    logger.propagate = False


def _wanted() -> LogFormat:
    from xero_pipeline.settings import Settings

    try:
        return Settings.load().log_format
    except ConfigurationError:
        # The command itself says what is wrong.
        return "text"
