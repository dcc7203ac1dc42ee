"""What people install: the wheel has the licence, the types and every file that is read at run time."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    into = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(into)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (found,) = into.glob("*.whl")
    with zipfile.ZipFile(found) as opened:
        yield opened


def test_the_wheel_has_every_file_of_the_package(wheel):
    packages = (ROOT / "xero_pipeline", ROOT / "xero_simulator")
    files = {path.relative_to(ROOT).as_posix() for one in packages for path in one.rglob("*") if path.is_file()}
    expected = {name for name in files if "__pycache__" not in name}
    assert expected <= set(wheel.namelist())


def test_a_type_checker_may_read_the_package_and_the_licence_comes_along(wheel):
    names = wheel.namelist()
    assert {"xero_pipeline/py.typed", "xero_simulator/py.typed"} <= set(names)
    for licence in ("LICENSE", "xero_pipeline/web/static/inter-license.txt"):
        assert any(name.endswith(f"dist-info/licenses/{licence}") for name in names)
    (metadata,) = [name for name in names if name.endswith("dist-info/METADATA")]
    assert message_from_string(wheel.read(metadata).decode())["License-Expression"] == "MIT AND OFL-1.1"


@pytest.mark.slow
def test_the_schedule_is_switched_by_what_the_wheel_has_alone(wheel, tmp_path):
    wheel.extractall(tmp_path / "installed")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("XERO_", "DAGSTER_"))}
    variables |= {"PYTHONPATH": str(tmp_path / "installed"), "XERO_PIPELINE_HOME": str(tmp_path / "home")}

    def schedule(word):
        command = [sys.executable, "-m", "xero_pipeline", "schedule", word]
        return subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)

    off = schedule("off")
    assert off.returncode == 0, off.stderr
    assert schedule("status").stdout.strip() == "off"
