"""Child processes: they begin when they are told, what they print is told, and none outlives its parent."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from xero_pipeline.operations.child_processes import Children

WORK = """
import subprocess, sys, time

def work():
    print("at work:", *sys.argv[1:], flush=True)
    grandchild = subprocess.Popen([sys.executable, "-c", "import time; print('below', flush=True); time.sleep(600)"])
    time.sleep(600)

def stubborn():
    ignore = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True)"
    subprocess.Popen([sys.executable, "-c", f"{ignore}; time.sleep(600)"])
    time.sleep(600)

def fail():
    sys.exit(3)
"""
PARENT = """
import sys, time
from xero_pipeline.operations.child_processes import Children
children = Children(lambda line: print(line, flush=True))
children.prepare("worker", "its_work:work", ["one"]).start()
print("pid", children._children[0].process.pid, flush=True)
time.sleep(600)
"""
PATIENCE = 60


@pytest.fixture
def path(tmp_path, monkeypatch):
    (tmp_path / "its_work.py").write_text(WORK)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


@pytest.fixture
def told():
    """What the children print, to wait for."""
    return Told()


class Told:
    def __init__(self):
        self.lines = []
        self._more = threading.Condition()

    def __call__(self, line):
        with self._more:
            self.lines.append(line)
            self._more.notify_all()

    def wait_for(self, line):
        with self._more:
            assert self._more.wait_for(lambda: line in self.lines, PATIENCE), self.lines


def group_is_gone(pid):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if not [one for one in Path("/proc").glob("[0-9]*") if lives_in(one, pid)]:
            return True
        time.sleep(0.05)
    return False


def lives_in(process, group):
    try:
        state, _, pgid, *_ = (process / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z" and int(pgid) == group


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")


@needs_proc
def test_a_child_loads_its_modules_waits_for_its_start_and_ends_with_all_that_it_started(path, told):
    children = Children(told)
    child = children.prepare("worker", "its_work:work", ["one", "two"], imports=["json"])
    assert child.is_alive() and told.lines == []
    child.start()
    told.wait_for("at work: one two")
    told.wait_for("below")
    assert children.ended() is None
    children.stop(patience=PATIENCE)
    assert group_is_gone(child.process.pid)


@needs_proc
def test_what_does_not_heed_the_signal_is_killed(path, told):
    children = Children(told)
    child = children.prepare("worker", "its_work:stubborn", [])
    child.start()
    told.wait_for("deaf")
    children.stop(patience=0.1)
    assert group_is_gone(child.process.pid)


def test_nobody_is_waited_for_who_is_in_a_hurry(path, told):
    children = Children(told)
    children.prepare("worker", "its_work:stubborn", []).start()
    told.wait_for("deaf")
    began = time.monotonic()
    children.stop(patience=600, hurry=lambda: True)
    assert time.monotonic() - began < PATIENCE


def test_a_child_that_ends_by_itself_is_noticed(path, told):
    children = Children(told)
    child = children.prepare("worker", "its_work:fail", [])
    child.start()
    child.process.wait(PATIENCE)
    assert children.ended() is child
    assert child.process.returncode == 3
    children.stop(patience=0)


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_parent_that_is_killed_takes_its_children_along(path, number):
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline().split()[-1])
    while parent.stdout.readline() != "below\n":
        assert parent.poll() is None
    os.kill(parent.pid, number)
    parent.wait()
    parent.stdout.close()
    assert group_is_gone(child)
