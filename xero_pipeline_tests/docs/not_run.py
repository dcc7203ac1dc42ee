"""The commands of the pages that no test runs as they stand, each with the reason; their words are checked."""

from __future__ import annotations

NOT_RUN = {
    "make run": "serves until Ctrl-C; journeys/test_mock.py runs what it does",
    "make test": "is what runs this",
    "git pull": "there is nowhere to pull from",
    "ssh": "needs another machine",
    "DAGSTER_HOME=$PWD/.xero/dagster .venv/bin/dagster dev": "serves until Ctrl-C; defs/test_daemon.py runs it",
    "set -a; . ./.env; set +a": "goes with dagster dev",
    "export XERO_DAGSTER_URL": "goes with dagster dev",
    "export XERO_MOVE": "goes with move; journeys/test_move.py sets them",
    ".venv/bin/xero-pipeline move": "journeys/test_move.py moves to PostgreSQL and back",
    "xero-pipeline schedule": "journeys/test_commands.py switches it off and on, a start of Dagster each",
    "export XERO_JOURNALS=true": "goes with connect",
    "xero-pipeline connect": "needs a person in the browser; journeys/test_live.py has one",
    "xero-pipeline sync --select journals": "needs another consent; sync/test_journals.py reads them",
    "export XERO_LANDING=/srv/xero-landing": "a folder of the test takes its place",
}
"""By the beginning of the command."""


def reason(command: str) -> str | None:
    """Why a command is not run; None if it is."""
    return next((why for beginning, why in NOT_RUN.items() if command.startswith(beginning)), None)
