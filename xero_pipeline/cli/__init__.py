"""The command line: a thin face over the same rooms as Dagster."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `xero-pipeline` and end the process: 0 done, 1 something failed, 2 wrong use, 130 stopped by a person."""
    try:
        _run()
    except KeyboardInterrupt as stopped:
        # During the imports; from a command on, `cli.arguments` is told first.
        from xero_pipeline.cli.interrupts import end

        end(stopped)


def _run() -> None:
    import errno

    from xero_pipeline.cli.interrupts import heed_signals

    heed_signals()
    from xero_pipeline.cli.app import app
    from xero_pipeline.cli.output.console import complain
    from xero_pipeline.cli.output.log_handler import show_log
    from xero_pipeline.errors import ConfigurationError, XeroPipelineError

    show_log()
    try:
        app()
    except XeroPipelineError as error:
        complain(str(error))
        sys.exit(2 if isinstance(error, ConfigurationError) else 1)
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        complain(f"The disk is full: {error.filename or error.strerror}. Make room, then run the same again.")
        sys.exit(1)
