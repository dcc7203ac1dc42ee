"""The switch of the schedules turns what the daemon carries: in the code locations that `serve` serves."""

import subprocess
from pathlib import Path

import pytest
import yaml

from xero_pipeline.cli.machines import serve
from xero_pipeline.errors import XeroPipelineError
from xero_pipeline.operations import schedule_switch
from xero_pipeline.settings import Settings

LOCAL = {"python_module": {"module_name": "xero_pipeline.definitions", "location_name": "xero_pipeline"}}


def served_by(number):
    return {"grpc_server": {"host": f"code-{number}", "port": 4000, "location_name": f"shard_{number}"}}


class Dagster:
    """Dagster's command: notes what it is asked, and refuses the schedules it is told to."""

    def __init__(self):
        self.asked = []
        self.refused = {}

    def __call__(self, words, **_):
        verb, schedule, workspace = words[4], words[5], Path(words[words.index("--workspace") + 1])
        self.asked.append((verb, schedule, yaml.safe_load(workspace.read_text())["load_from"]))
        said = self.refused.get(schedule, "")
        return subprocess.CompletedProcess(words, 2 if said else 0, "", said)


@pytest.fixture
def dagster(monkeypatch):
    command = Dagster()
    monkeypatch.setattr(schedule_switch.subprocess, "run", command)
    return command


def test_one_location_is_called_as_everywhere(dagster):
    schedule_switch.turn(Settings.load(), on=False)
    assert dagster.asked == [("stop", "daily_sync", [LOCAL]), ("stop", "rolling_reread", [LOCAL])]


def test_the_schedules_of_every_shard_are_turned_each_in_its_location(dagster, monkeypatch):
    monkeypatch.setenv("XERO_CODE_SERVER", "code-1:4000,code-2:4000")
    schedule_switch.turn(Settings.load(), on=True)
    assert dagster.asked == [
        ("start", f"shard_{number}_{name}", [served_by(number)])
        for number in (1, 2)
        for name in ("daily_sync", "rolling_reread")
    ]


@pytest.mark.parametrize("servers", ["", "code:4000", "code-1:4000,code-2:4000"])
def test_the_locations_are_those_that_the_daemon_is_told_of(dagster, monkeypatch, tmp_path, servers):
    monkeypatch.setenv("XERO_CODE_SERVER", servers)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    settings = Settings.load()
    schedule_switch.turn(settings, on=True)
    served = yaml.safe_load(serve._workspace(settings).read_text())["load_from"]
    turned = [location for _, schedule, (location,) in dagster.asked if schedule.endswith("daily_sync")]
    assert turned == served


def test_a_shard_that_cannot_be_turned_is_named_and_keeps_no_other_from_it(dagster, monkeypatch):
    monkeypatch.setenv("XERO_CODE_SERVER", "code-1:4000,code-2:4000")
    said = "Usage: dagster\n\nError: Error loading location: no answer\n\nStack Trace:\n    ^^^^\n"
    dagster.refused = {"shard_1_daily_sync": said}
    with pytest.raises(XeroPipelineError, match=r"start the schedule shard_1_daily_sync: .*no answer$"):
        schedule_switch.turn(Settings.load(), on=True)
    assert [schedule for _, schedule, _ in dagster.asked][2:] == ["shard_2_daily_sync", "shard_2_rolling_reread"]


def test_a_schedule_that_is_as_wanted_already_is_no_problem(dagster):
    dagster.refused = {"daily_sync": "You have attempted to start the schedule daily_sync, but it is already running"}
    schedule_switch.turn(Settings.load(), on=True)
    assert len(dagster.asked) == 2
