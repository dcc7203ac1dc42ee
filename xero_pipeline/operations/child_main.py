"""The first program of a child process: loads what it will need, waits for its start, and never outlives its parent.

`python -m xero_pipeline.operations.child_main PIPE MODULE[,MODULE…] MODULE:FUNCTION WORD…` imports the modules, waits
for a byte from the pipe, then calls the function with the words as its command line. The parent holds the other end of
the pipe: when that end closes, whatever became of the parent, the whole process group is ended.
"""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import threading

from xero_pipeline.log_lines import log_as_json

START = b"s"
"""The byte that the parent sends."""

GRACE_SECONDS = 3
"""For runs to note in Dagster's history that they were stopped."""


def main() -> None:
    """Run the command line that this module was given."""
    pipe, modules, target, *words = sys.argv[1:]
    # A shell that starts its commands in the background leaves SIGINT ignored; Dagster hands it on to SIGTERM.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if os.environ.get("XERO_LOG_FORMAT") == "json":
        log_as_json()
    for module in modules.split(","):
        importlib.import_module(module)
    if os.read(int(pipe), 1) != START:
        return
    threading.Thread(target=_end_with_parent, args=(int(pipe),), name="parent", daemon=True).start()
    module, _, function = target.partition(":")
    sys.argv = [module, *words]
    getattr(importlib.import_module(module), function)()


def _end_with_parent(pipe: int) -> None:
    # Reads the descriptor itself: a thread that waits in a buffered stream holds its lock when Python ends, and Python
    # then dies of "could not acquire lock at interpreter shutdown".
    while os.read(pipe, 1):
        continue
    # Another program, for this one may be the first to go.
    last = f"trap '' TERM; sleep {GRACE_SECONDS}; kill -KILL 0"
    subprocess.Popen(["/bin/sh", "-c", last])  # noqa: S603 - our own words only
    os.killpg(os.getpgrp(), signal.SIGTERM)


if __name__ == "__main__":
    main()
