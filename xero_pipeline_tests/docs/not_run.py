"""The commands of the pages that no test runs as they stand, each with the reason; their words are checked."""

from __future__ import annotations

import shlex

NOT_RUN = {
    "make run": "serves until Ctrl-C; journeys/test_mock.py runs what it does",
    "make demo": "serves until Ctrl-C; cli/test_demo.py runs what it does",
    "XERO_PIPELINE_HOME=.xero-demo": "needs the demo's folder; cli/test_demo.py makes one",
    "make test": "is what runs this",
    ".venv/bin/xero-pipeline --install-completion": "writes into the start files of your shell",
    "dg ": "works in another project; defs/test_component.py makes one",
    "export XERO_DEFINITIONS": "is for another project; defs/test_component.py sets it",
    "xero-pipeline rates --import": "needs a file; ledger/test_rates_command.py writes one",
    "git pull": "there is nowhere to pull from",
    "pip install": "`make setup` has installed it",
    "export XERO_MCP_TOKEN": "goes with mcp --http",
    "xero-pipeline mcp": "serves until Ctrl-C; assistants/test_transports.py asks it",
    "xero-pipeline doctor --alert": "needs a receiver; alerts/test_alerts.py has one",
    "ssh": "needs another machine",
    "DAGSTER_HOME=$PWD/.xero/dagster .venv/bin/dagster dev": "serves until Ctrl-C; defs/test_daemon.py runs it",
    "set -a; . ./.env; set +a": "goes with dagster dev",
    "export DAGSTER_STORAGE_URL": "goes with dagster dev",
    "export XERO_MOVE": "goes with move; journeys/test_move.py sets them",
    ".venv/bin/xero-pipeline move": "journeys/test_move.py moves to PostgreSQL and back",
    "xero-pipeline schedule": "journeys/test_commands.py switches it off and on, a start of Dagster each",
    "export XERO_JOURNALS=true": "goes with connect",
    "xero-pipeline connect": "needs a person in the browser; journeys/test_live.py has one",
    "xero-pipeline sync --select journals": "needs another consent; sync/test_journals.py reads them",
    "xero-pipeline sync --select document_history": "needs an id; defs/test_document_details.py has one",
    "xero-pipeline sync --select attachments": "needs another consent, too",
    "xero-pipeline checks --dismiss 0": "needs a finding; checks/test_evaluation.py plants one",
    "xero-pipeline checks --reopen": "needs a finding, too",
    "xero-pipeline explain --document": "needs the number of a document; cli/test_explain.py has one",
    "xero-pipeline publish": "needs a destination; publish/test_publishing.py has three",
    "xero-pipeline rebuild": "journeys/test_rebuild.py makes all tables again, and some",
    ".venv/bin/xero-simulator": "serves until Ctrl-C; simulator/test_package.py starts it",
    ".venv/bin/xero-pipeline web": "serves until Ctrl-C; journeys/test_web.py looks at it",
    "XERO_WEB_PASSWORD=…": "serves until Ctrl-C; web/test_request_guard.py tries to get in",
    "curl -s -H": "needs a page that is served; web/test_docs.py has one",
    "cp deploy/xero.env.example": "goes with compose",
    "cp deploy/publish.env.example": "goes with compose",
    "docker": "needs Docker; deploy/test_practice.py starts the processes of the compose file",
    "kubectl": "needs a cluster",
    "helm": "needs a cluster; deploy/test_files.py looks at the values",
    "aws s3": "needs Amazon's command line",
    "export XERO_LANDING=/srv/xero-landing": "a folder of the test takes its place",
}
"""By the beginning of the command."""

RUN_ELSEWHERE = {
    "xero-pipeline sync": "journeys/test_second_sync.py, and nearly every other one",
}
"""By the whole command: what takes long, and is run by many a test."""


PYTHON_NOT_RUN = {
    "docs/web.md": "needs a page that is served; web/test_docs.py has one",
    "docs/component.md": "belongs into another project; defs/test_component.py has it in one",
}
"""By page: Python that belongs into another project, say."""


def reason(command: str, page: str) -> str | None:
    """Why a command is not run; None if it is."""
    if page in PYTHON_NOT_RUN and command.startswith(".venv/bin/python -c"):
        return PYTHON_NOT_RUN[page]
    words = " ".join(shlex.split(command, comments=True))
    beginnings = (why for beginning, why in NOT_RUN.items() if command.startswith(beginning))
    return RUN_ELSEWHERE.get(words) or next(beginnings, None)
