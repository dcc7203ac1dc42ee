"""The tools we compare with, each in environments of its own: never in ours, never in our lock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ROOT / "build" / "peers"
QUIET = {
    "AIRBYTE_OFFLINE_MODE": "1",
    "DO_NOT_TRACK": "1",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "NO_PROXY": "localhost,127.0.0.1",
}
"""No peer reports its use to its makers or looks for anything but the simulator."""


class PeerError(Exception):
    """A peer could not be installed, or its load failed."""


@dataclass(frozen=True)
class Peer:
    """One tool.

    Attributes:
        packages: By environment what is installed into it; the driver runs in the first.
        driver: Its script in `drivers/`.
        aim: How many times as fast as it ours should be, at least.
        place: The folder of its environments.
    """

    name: str
    packages: Mapping[str, tuple[str, ...]]
    driver: str
    aim: float
    place: Path = ENVIRONMENTS

    def install(self) -> None:
        """Make its environments, unless they are there with just these packages.

        Raises:
            PeerError: What the installer said.
        """
        for name, packages in self.packages.items():
            environment = self.place / name
            installed = environment / "installed.txt"
            if installed.exists() and installed.read_text().split() == [*packages]:
                continue
            _uv("venv", "--clear", "--python", sys.executable, str(environment))
            _uv("pip", "install", "--python", str(environment / "bin" / "python"), *packages)
            installed.write_text("\n".join(packages))

    def load(self, task: Mapping[str, str], folder: Path) -> dict[str, float]:
        """Let its driver load the invoices.

        Args:
            task: The variables that `drivers/measurement.py` reads.
            folder: What the peer takes for its home.

        Returns:
            seconds, cpu, calls, wire_bytes.

        Raises:
            PeerError: What the driver said last.
        """
        first, *others = (self.place / name for name in self.packages)
        target = {"PEER_TARGET": str(others[0])} if others else {}
        done = subprocess.run(
            [str(first / "bin" / "python"), str(Path(__file__).parent / "drivers" / self.driver)],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            env={**os.environ, **QUIET, **task, **target, "HOME": str(folder), "TMPDIR": str(folder)},
        )
        if done.returncode:
            raise PeerError(_last_line(done.stderr))
        return json.loads(done.stdout.splitlines()[-1])


PEERS = (
    Peer("dlt 1.31, REST source", {"dlt": ("dlt[duckdb]==1.31.0",)}, "dlt_driver.py", aim=12),
    Peer("PyAirbyte 0.71, declarative source", {"pyairbyte": ("airbyte==0.71.0",)}, "pyairbyte_driver.py", aim=4),
    Peer(
        "tap-xero 2.6 into target-duckdb 0.8",
        # The tap imports six without asking for it.
        {"tap-xero": ("tap-xero==2.6.0", "six==1.17.0"), "target-duckdb": ("target-duckdb==0.8.0",)},
        "tap_xero_driver.py",
        aim=10,
    ),
)


def _uv(*words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "uv", "--quiet", *words], capture_output=True, text=True, check=False, timeout=900
    )
    if done.returncode:
        raise PeerError(_in_a_cell(done.stderr))


def _last_line(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return _in_a_cell(lines[-1] if lines else "it said nothing")


def _in_a_cell(said: str) -> str:
    words = said.replace("|", "/").split()
    return " ".join(word for word in words if any(sign.isascii() for sign in word))[:300]
