"""A home is served by one process; another one is told which, and a killed one keeps nobody out."""

import json
import os
import subprocess
import sys

import pytest

from xero_pipeline.errors import AlreadyServed
from xero_pipeline.operations.home_lock import require_unserved, serving

ADDRESSES = {"the web page": "http://localhost:3001", "the Dagster UI": "http://localhost:3000"}
HOLDER = """
import sys
from pathlib import Path
from xero_pipeline.operations.home_lock import serving
sys.argv = ["/bin/xero-pipeline", "run", "--port", "secret"]
with serving(Path({home!r}), {addresses!r}):
    print("serving", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def other(tmp_path):
    code = HOLDER.format(home=str(tmp_path), addresses=ADDRESSES)
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "serving\n"
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("attempt", [require_unserved, lambda home: serving(home, {}).__enter__()])
def test_a_second_one_is_refused_and_told_who_serves_and_where(other, tmp_path, attempt):
    with pytest.raises(AlreadyServed) as refused:
        attempt(tmp_path)
    told = str(refused.value)
    assert f"process {other.pid} (xero-pipeline run), since 20" in told
    assert "the web page at http://localhost:3001, the Dagster UI at http://localhost:3000" in told
    assert "secret" not in told
    assert "XERO_PIPELINE_HOME" in told


def test_a_killed_one_keeps_nobody_out(other, tmp_path):
    other.kill()
    other.wait()
    assert (tmp_path / "serving.json").exists()
    require_unserved(tmp_path)
    with serving(tmp_path, ADDRESSES):
        assert json.loads((tmp_path / "serving.json").read_text())["pid"] == os.getpid()
    assert not (tmp_path / "serving.json").exists()


def test_one_that_has_ended_keeps_nobody_out(other, tmp_path):
    other.communicate("\n")
    require_unserved(tmp_path)


def test_a_card_that_cannot_be_read_does_no_harm(other, tmp_path):
    (tmp_path / "serving.json").write_text("{")
    with pytest.raises(AlreadyServed, match="by another process"):
        require_unserved(tmp_path)


def test_a_home_that_is_not_there_is_not_made(tmp_path):
    require_unserved(tmp_path / "home")
    assert list(tmp_path.iterdir()) == []
