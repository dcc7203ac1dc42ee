"""Who sets an app and stays in mock mode is told so before anything is simulated in its name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PROGRAM = Path(sys.executable).with_name("xero-pipeline")
ODD = "Warning: Mock mode is on although XERO_CLIENT_ID is set"


@pytest.fixture
def said(tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XERO_", "DAGSTER_"))}

    def run(*words, **variables):
        done = subprocess.run(
            [PROGRAM, *words], cwd=tmp_path, env=kept | variables, capture_output=True, text=True, check=True
        )
        return done.stderr

    return run


def test_connect_and_sync_say_that_mock_mode_is_on_and_what_to_do(said):
    for words in (("connect", "--yes"), ("sync", "--select", "accounts")):
        told = said(*words, XERO_CLIENT_ID="my-app")
        assert told.count(ODD) == 1 and "XERO_MOCK_MODE=false" in told


def test_without_an_app_nothing_is_said(said):
    assert "Warning" not in said("connect", "--yes")
