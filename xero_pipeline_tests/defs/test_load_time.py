"""Dagster loads the definitions in every process that it starts: they cost about what Dagster's own import does.

On two cores `import dagster` takes 1.25 s of the processor, what we import besides 0.8 s (a third of that SQLAlchemy,
which Dagster loads too once it opens its history), and making the definitions 0.25 s.
"""

import json
import subprocess
import sys

import pytest

LOAD = """
import json, sys, time
begun = time.process_time()
import dagster
dagsters, before = time.process_time() - begun, set(sys.modules)
begun = time.process_time()
from xero_pipeline.definitions import build
from xero_pipeline.settings import Settings
build(Settings.load())
ours = time.process_time() - begun
print(json.dumps({"dagsters": dagsters, "ours": ours, "added": sorted(set(sys.modules) - before)}))
"""
OTHERS = {
    "dotenv",
    "httpx",
    "idna",
    "msgspec",
    "pydantic",
    "pydantic_settings",
    "pygments",
    "rich",
    "sqlalchemy",
    "zstandard",
}
"""Packages of other people that Dagster has not loaded already; rich, pygments and, where pyiceberg has brought it,
zstandard come with httpx."""


def load(home):
    environment = {"XERO_PIPELINE_HOME": str(home), "PATH": "", "HOME": str(home)}
    words = [sys.executable, "-W", "ignore", "-c", LOAD]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=environment)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    return [load(tmp_path_factory.mktemp("home")) for _ in range(3)]


def test_what_we_add_costs_about_what_dagster_does(loaded):
    """Of the processor's time, in one process: 1.0 to 1.35, as the machine is; with pandas it would be 2."""
    assert min(one["ours"] / one["dagsters"] for one in loaded) < 1.5


def test_no_further_library_is_loaded(loaded):
    named = {name.split(".")[0] for name in loaded[0]["added"]}
    others = {name for name in named if name not in sys.stdlib_module_names and not name.startswith("_")}
    assert others - {"dagster", "xero_pipeline"} <= OTHERS
