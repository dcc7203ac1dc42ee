"""The processes of deploy/compose.yaml without containers: each is started as the file says, and restarted likewise.

What a container would give them, they get in other ways: a home of their own (a folder), a host name of their own
(where the kernel lets us), and the names of the other services (replaced by addresses of this machine).
"""

from __future__ import annotations

import ctypes
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

COMPOSE = Path(__file__).resolve().parents[2] / "deploy" / "compose.yaml"
_VARIABLE = re.compile(r"\$(\$)|\$\{(\w+)(?:(:?[-?])([^}]*))?\}")


def interpolated(text: str, given: Mapping[str, str]) -> str:
    """What compose makes of `${NAME}`, `${NAME-…}`, `${NAME:-…}` and `${NAME:?}`.

    Raises:
        KeyError: A variable is needed and not given.
    """

    def value(found: re.Match[str]) -> str:
        escaped, name, operator, default = found.groups()
        if escaped:
            return "$"
        if operator and operator.endswith("?") and not given.get(name):
            raise KeyError(name)
        return given.get(name) or (default or "")

    return _VARIABLE.sub(value, text)


def services(given: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The services of the file, with its variables in place."""

    def inside(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: inside(one) for key, one in node.items()}
        if isinstance(node, list):
            return [inside(one) for one in node]
        return interpolated(node, given) if isinstance(node, str) else node

    return inside(yaml.safe_load(COMPOSE.read_text()))["services"]


@cache
def host_names() -> bool:
    """Whether a process here may have a host name of its own."""
    return subprocess.run(["unshare", "--uts", "true"], check=False, capture_output=True).returncode == 0


_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def _end_with_the_test() -> None:
    """A test that is killed leaves no process behind."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


@dataclass
class Service:
    """A process that is started again when it ends, as `restart: unless-stopped` says.

    Args:
        host: The host name that it sees, where that is possible.
        log: What it prints.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    host: str
    starts: int = 0
    _stopping: threading.Event = field(default_factory=threading.Event)
    _process: subprocess.Popen[bytes] | None = None
    _watch: threading.Thread | None = None

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._start()
        self._watch = threading.Thread(target=self._restart, name=self.name, daemon=True)
        self._watch.start()

    def kill(self, *, all_of_it: bool = False) -> None:
        """SIGKILL for the process; as when its machine dies, for all that it started too."""
        (os.killpg if all_of_it else os.kill)(self.pid, signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, and what is left after some seconds is killed."""
        self._stopping.set()
        if self._process is None:
            return
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def _start(self) -> None:
        self.starts += 1
        named = ["unshare", "--uts", "sh", "-c", 'hostname "$0"; exec "$@"', self.host] if host_names() else []
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*named, *self.command],
                env=dict(self.environment),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_the_test,  # noqa: PLW1509 - a call of the kernel and nothing else
            )

    def _restart(self) -> None:
        while not self._stopping.is_set():
            assert self._process is not None
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.5)
                if not self._stopping.wait(1):
                    self._start()


class Cluster:
    """Services of the file, by name; of the workers as many as are wanted, each with a home of its own.

    Args:
        folder: For homes and logs.
        replaced: What stands for names and addresses inside containers: text by text.
    """

    def __init__(self, folder: Path, given: Mapping[str, str], replaced: Mapping[str, str]) -> None:
        self._folder, self._replaced = folder, replaced
        self._described = services(given)
        self.running: dict[str, Service] = {}

    def start(self, name: str, copies: int = 1) -> None:
        """Start a service as the file says."""
        for number in range(1, copies + 1):
            called = name if copies == 1 else f"{name}-{number}"
            service = self._made(name, called)
            self.running[called] = service
            service.start()

    def healthy(self, called: str) -> bool:
        """What the health check of the file says."""
        name = called.partition("-")[0]
        kind, *words = self._described[name]["healthcheck"]["test"]
        assert kind == "CMD"
        service = self.running[called]
        extra = ["--address", called] if "worker" in words else []
        command = self._program([*(self._here(word) for word in words), *extra])
        done = subprocess.run(
            command, check=False, capture_output=True, env=dict(service.environment), cwd=service.folder, timeout=60
        )
        return done.returncode == 0

    def wait_healthy(self, *called: str, seconds: float = 120) -> None:
        until = time.monotonic() + seconds
        for name in called:
            while not self.healthy(name):
                assert time.monotonic() < until, f"{name} is not healthy:\n{self.running[name].said()[-4000:]}"
                time.sleep(0.5)

    def stop(self) -> None:
        threads = [threading.Thread(target=one.stop) for one in self.running.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _made(self, name: str, called: str) -> Service:
        described = self._described[name]
        folder = self._folder / called
        ours = {key: self._here(str(value)) for key, value in described.get("environment", {}).items()}
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("XERO_", "DAGSTER_"))}
        path = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
        environment = {**kept, **ours, "PATH": path, "XERO_PIPELINE_HOME": str(folder / "home")}
        # Where a container has folders of its own.
        words = [re.sub(r"/data\b|/tmp\b", str(folder), self._here(word)) for word in described["command"]]
        extra = self._name(called) if name == "worker" else []
        return Service(called, self._program([*words, *extra]), environment, folder, called)

    @staticmethod
    def _name(called: str) -> list[str]:
        """Without a host name of its own a worker needs another name."""
        return ["--name", called]

    @staticmethod
    def _program(words: Sequence[str]) -> list[str]:
        """The programs of the image are those of this environment."""
        beside = Path(sys.executable).with_name(words[0])
        return [str(beside) if beside.exists() else words[0], *words[1:]]

    def _here(self, text: str) -> str:
        for inside, outside in self._replaced.items():
            text = text.replace(inside, outside)
        return text
