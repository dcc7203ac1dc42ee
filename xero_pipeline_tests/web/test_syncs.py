"""One sync of an organisation at a time, whoever carries it, and what went wrong is told."""

from __future__ import annotations

import os
import signal
import sys

import dagster as dg
import pytest

from xero_pipeline.defs.partitions import ORGANISATIONS, range_tags
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.shard import Shard
from xero_pipeline.web import syncs as module
from xero_pipeline.web.dagster_graphql import LocationState
from xero_pipeline.web.syncs import Syncs


class Queue:
    """Dagster's webserver: takes a run and writes it down.

    Args:
        shard: Whose code location has the organisation.
    """

    def __init__(self, instance, shard=None):
        self.instance = instance
        self.location = LocationState(shard.name if shard else "xero_pipeline", shard, {})
        self.tags = []

    def location_of(self, _):
        return self.location

    def launch(self, location, job, assets, config, tags):
        self.tags.append(tags)
        run = dg.DagsterRun(job_name=location.named(job), tags=tags, status=dg.DagsterRunStatus.STARTED)
        self.instance.add_run(run)
        return run.run_id


class NoDagster:
    def location_of(self, _):
        return None


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def one(shared_site):
    return shared_site.services.organisations.list()[0]


@pytest.fixture
def command(monkeypatch):
    """Makes every sync of the command line this script."""

    def be(script):
        monkeypatch.setattr(module, "_command", lambda tenant_id: [sys.executable, "-c", script])

    return be


def ended(syncs, tenant_id):
    """Waits for the command line, and looks as the page does."""
    syncs._processes[tenant_id].popen.wait()
    assert tenant_id not in syncs.at_work()


def test_with_dagster_the_run_is_in_its_queue_and_a_second_one_is_not(instance, one):
    queue = Queue(instance)
    syncs = Syncs(instance, queue)
    assert syncs.start(one)
    assert not syncs.start(one)
    assert queue.tags == [{"dagster/partition": one.tenant_id, "xero/organisation": one.tenant_id}]
    assert instance.has_dynamic_partition(ORGANISATIONS, one.tenant_id)
    assert list(syncs.at_work()) == [one.tenant_id]


def test_with_shards_the_organisation_is_a_partition_of_its_own_shard_alone(instance, one):
    shard = Shard.of(one.tenant_id, 4)
    syncs = Syncs(instance, Queue(instance, shard))
    assert syncs.start(one)
    assert instance.get_dynamic_partitions(f"{ORGANISATIONS}_{shard.number}_of_4") == [one.tenant_id]
    assert not instance.get_dynamic_partitions(ORGANISATIONS)
    assert list(syncs.at_work()) == [one.tenant_id]


def test_a_run_of_a_shard_is_that_of_all_organisations_between_its_ends(instance):
    instance.add_dynamic_partitions(f"{ORGANISATIONS}_3_of_4", ["a", "b", "c"])
    tags, status = range_tags(["a", "b", "c"]), dg.DagsterRunStatus.STARTED
    instance.add_run(dg.DagsterRun(job_name="shard_3_sync_organisation", tags=tags, status=status))
    assert sorted(Syncs(instance, NoDagster()).at_work()) == ["a", "b", "c"]


def test_without_dagster_the_command_line_syncs_as_the_shard_of_the_organisation(instance, one, command, tmp_path):
    command(f"import os, pathlib; pathlib.Path({str(tmp_path / 'shard')!r}).write_text(os.environ['XERO_SHARD'])")
    syncs = Syncs(instance, NoDagster(), Shard.all(4))
    syncs.start(one)
    ended(syncs, one.tenant_id)
    assert (tmp_path / "shard").read_text() == str(Shard.of(one.tenant_id, 4))


def test_without_dagster_a_command_line_works_and_a_second_one_does_not(instance, one, command, tmp_path):
    os.mkfifo(tmp_path / "begun")
    command(f"import signal; open({str(tmp_path / 'begun')!r}, 'w').close(); signal.pause()")
    syncs = Syncs(instance, NoDagster())
    assert syncs.start(one)
    assert not syncs.start(one)
    assert syncs.at_work() == {one.tenant_id: None}
    (tmp_path / "begun").read_text()  # Python itself may swallow a signal while it starts
    syncs.close()
    assert syncs.at_work() == {}


def test_a_command_line_that_does_not_heed_its_signal_is_ended_all_the_same(
    instance, one, command, tmp_path, monkeypatch
):
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.1)
    os.mkfifo(tmp_path / "begun")
    deaf = "signal.signal(signal.SIGINT, signal.SIG_IGN)"
    command(f"import signal; {deaf}; open({str(tmp_path / 'begun')!r}, 'w').close(); signal.pause()")
    syncs = Syncs(instance, NoDagster())
    syncs.start(one)
    popen = syncs._processes[one.tenant_id].popen
    (tmp_path / "begun").read_text()
    syncs.close()
    assert popen.returncode == -signal.SIGKILL


def test_a_command_line_that_came_to_nothing_says_why_until_the_next_one(instance, one, command):
    command(
        "import sys; print('  busy'); print('Error: XERO_REPORTS: there is no report x', file=sys.stderr); sys.exit(2)"
    )
    syncs = Syncs(instance, NoDagster())
    syncs.start(one)
    ended(syncs, one.tenant_id)
    assert syncs.problem(one.tenant_id) == "XERO_REPORTS: there is no report x"
    command("")
    syncs.start(one)
    ended(syncs, one.tenant_id)
    assert syncs.problem(one.tenant_id) is None


def test_an_organisation_that_is_not_connected_is_not_synced(instance, one):
    from dataclasses import replace

    with pytest.raises(ConfigurationError, match="not connected"):
        Syncs(instance, Queue(instance)).start(replace(one, status="needs re-consent"))
