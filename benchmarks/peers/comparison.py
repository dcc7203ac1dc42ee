"""Runs our own load and that of each peer, one after the other against one served simulator, and prints them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.connected import connected, simulator
from benchmarks.page import row, verdict
from benchmarks.peers.content import Content, content
from benchmarks.peers.peer import PEERS, Peer, PeerError

HEADINGS = (
    "Loaded by", "Invoices", "Seconds", "× ours", "CPU-s", "× ours", "Calls", "MB on the wire", "Tables", "Columns",
    "Rows",
)  # fmt: skip
_PAGE = 1000
BELOW = """
Seconds and CPU-seconds, children included, from before the first call until the file is written, without the start of a
peer's Python. Columns and rows of tables that have rows, bookkeeping included.
"""


@dataclass(frozen=True)
class Load:
    """What one load took, and what it left."""

    took: Mapping[str, float]
    left: Content


def compare(invoices: int, peers: Sequence[Peer] = PEERS) -> None:
    """Print how long each takes for the same invoices, and whether ours is as many times as fast as it should be.

    Args:
        invoices: Of the simulated organisation.
    """
    absent = [_absence(peer) for peer in peers]
    row(*HEADINGS)
    row("---", *["--:"] * (len(HEADINGS) - 1))
    found: list[tuple[Peer, Load]] = []
    with simulator(invoices) as url, tempfile.TemporaryDirectory() as folder:
        expected = _expected(_task(url, Path(folder, "first")))
        ours = _ours(url, Path(folder, "ours"))
        _print("xero_pipeline", ours, ours, expected)
        for peer, why in zip(peers, absent, strict=True):
            load = why or _theirs(peer, url, Path(folder, Path(peer.driver).stem))
            if isinstance(load, str):
                row(peer.name, load, *[""] * (len(HEADINGS) - 2))
                continue
            found.append((peer, load))
            _print(peer.name, load, ours, expected)
    print(BELOW)
    for peer, load in found:
        verdict(f"times as fast as {peer.name}", load.took["seconds"] / ours.took["seconds"], peer.aim, most=False)


def _absence(peer: Peer) -> str:
    """Why a peer is not there, or nothing."""
    try:
        peer.install()
    except PeerError as failed:
        return f"not installed: {failed}"
    return ""


def _task(url: str, home: Path) -> dict[str, str]:
    """A fresh access token, and what else a driver is told."""
    services = connected(url, home)
    tenant_id = services.organisations.list()[0].tenant_id
    token = services.tokens.access_token(tenant_id)
    return {"PEER_URL": url, "PEER_ACCESS_TOKEN": token, "PEER_TENANT_ID": tenant_id}


def _expected(task: Mapping[str, str]) -> int:
    """How many invoices Xero says it has, with every page read once: the simulator makes each answer only then.

    Whoever came first would wait for that; ours did.
    """
    total, page = 1, 0
    while page * _PAGE < total:
        page += 1
        answer = httpx.get(
            f"{task['PEER_URL']}/api.xro/2.0/Invoices",
            params={"page": page, "pageSize": _PAGE},
            headers={
                "Authorization": f"Bearer {task['PEER_ACCESS_TOKEN']}",
                "Xero-tenant-id": task["PEER_TENANT_ID"],
                "Accept": "application/json",
            },
            timeout=600,
        )
        total = answer.raise_for_status().json()["pagination"]["itemCount"]
    return total


def _ours(url: str, home: Path) -> Load:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", url, str(home)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "XERO_WAREHOUSE_URL": ""},
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return Load(json.loads(done.stdout.splitlines()[-1]), content(next(home.rglob("*.duckdb"))))


def _theirs(peer: Peer, url: str, folder: Path) -> Load | str:
    """A peer's load, or why there is none."""
    task = _task(url, folder / "token")
    database = folder / "peer.duckdb"
    try:
        return Load(peer.load({**task, "PEER_DATABASE": str(database)}, folder), content(database))
    except PeerError as failed:
        return f"failed: {failed}"


def _print(name: str, load: Load, ours: Load, expected: int) -> None:
    took, left = load.took, load.left
    complete = f"{left.invoices:,}" if left.invoices == expected else f"**{left.invoices:,} of {expected:,}**"
    row(
        name,
        complete,
        f"{took['seconds']:.1f}",
        f"{took['seconds'] / ours.took['seconds']:.1f}",
        f"{took['cpu']:.1f}",
        f"{took['cpu'] / ours.took['cpu']:.1f}",
        f"{took['calls']:,.0f}",
        f"{took['wire_bytes'] / 1e6:.1f}",
        *(f"{number:,}" for number in (left.tables, left.columns, left.rows)),
    )
