"""An installation without an extra says in one line what to install, and is complete for everybody else."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

from xero_pipeline.cli import main
from xero_pipeline.extras import MODULES
from xero_simulator.command import main as simulator_main

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]


def names(requirements):
    return {re.split(r"[\[<>=;]", line)[0].strip() for line in requirements}


@pytest.fixture
def without(monkeypatch):
    def leave_out(*modules):
        for one in ("xero_pipeline.extras", "xero_simulator.command"):
            monkeypatch.setattr(f"{one}.find_spec", lambda name: None if name in modules else find_spec(name))

    return leave_out


@pytest.mark.parametrize(
    ("words", "extra", "told"),
    [
        (["connect", "--yes"], "simulator", "Mock mode needs joserfc, which is not installed."),
        (["sync"], "simulator", "Mock mode needs joserfc, which is not installed."),
        (["run"], "simulator", "Mock mode needs joserfc, which is not installed."),
        (["simulator", "serve"], "simulator", "The simulator needs joserfc, which is not installed."),
        (["run"], "web", "The web page needs python_multipart and prometheus_client, which are not installed."),
        (["web"], "web", "The web page needs python_multipart and prometheus_client, which are not installed."),
        (["status"], "postgresql", "XERO_STATE_URL: PostgreSQL needs psycopg and dagster_postgres, which are not"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else None,
)
def test_a_command_says_what_to_install(monkeypatch, tmp_path, capsys, without, words, extra, told):
    without(*MODULES[extra])
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path / "home"))
    if extra == "postgresql":
        monkeypatch.setenv("XERO_STATE_URL", "postgresql://me@nowhere.invalid/books")
    monkeypatch.setattr(sys, "argv", ["xero-pipeline", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    said = " ".join(capsys.readouterr().err.split())
    assert ended.value.code == 2
    assert told in said
    assert f'pip install "xero-pipeline[{extra}]"' in said


def test_the_simulator_alone_says_it_too(capsys, without):
    without(*MODULES["simulator"])
    with pytest.raises(SystemExit) as ended:
        simulator_main([])
    assert ended.value.code == 2
    assert 'pip install "xero-pipeline[simulator]"' in capsys.readouterr().err


def test_each_extra_brings_what_is_missed_without_it():
    extras = dict(PROJECT["optional-dependencies"])
    everything = names(extras.pop("all")[0].removeprefix("xero-pipeline[").removesuffix("]").split(","))
    assert everything == set(extras) == set(MODULES)
    known = {module: {one.replace("_", "-") for one in found} for module, found in packages_distributions().items()}
    for extra, modules in MODULES.items():
        brought = {one for module in modules for one in known[module]}
        # OpenTelemetry is many packages under one name.
        assert all(names(extras[extra]) & known[module] for module in modules), extra
        assert not brought & names(PROJECT["dependencies"]), extra


def test_the_component_and_the_books_need_no_extra():
    """Who has a Dagster project and DuckDB has enough: neither the definitions nor a command imports more."""
    missed = sorted({module for modules in MODULES.values() for module in modules})
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({missed}));"
        "import xero_pipeline.cli.app, xero_pipeline.notebook, xero_pipeline.warehouse.query_stream;"
        "import xero_pipeline.warehouse.database.dialects, xero_pipeline.operations.dagster_home;"
        "from xero_pipeline import build_xero_defs; build_xero_defs(key_prefix='raw').resolve_all_job_defs()"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
