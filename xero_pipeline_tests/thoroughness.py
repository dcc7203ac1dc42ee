"""How much the proofs try: `make prove` tries everything, `make test` some of it, so that it stays short."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from zlib import crc32

import pytest

_DATABASE = re.compile(r"duckdb|( in )?postgresql|[\[\]-]")


def so_many(everything: int, some: int) -> int:
    """How often a proof is tried.

    Args:
        everything: By `make prove`, which the release waits for.
        some: By `make test`.
    """
    return everything if os.environ.get("XERO_PIPELINE_PROVE") else some


proof = pytest.mark.skipif("XERO_PIPELINE_PROVE" not in os.environ, reason="a long proof: `make prove` has it")
"""For a test that takes minutes of what shorter ones show, too."""


def of_the_other_database(items: Sequence[pytest.Item], rooms: Collection[str]) -> list[pytest.Item]:
    """Of the tests that are there for both databases, each once: for which one, the name of the other decides.

    One in eight is on DuckDB, where small books take three times as long. Nearly all SQL runs on both all the same:
    most tests of these rooms carry out most of it, and journeys and runs of Dagster on DuckDB.

    Args:
        rooms: The folders whose tests are looked at.

    Returns:
        What `make test` leaves out and `make prove` has.
    """
    twins: dict[str, list[pytest.Item]] = {}
    for item in items:
        if rooms & {*item.nodeid.partition("::")[0].split("/")}:
            twins.setdefault(_DATABASE.sub("", item.nodeid), []).append(item)
    found: list[pytest.Item] = []
    for both in twins.values():
        function = both[0].nodeid.partition("[")[0]
        on_duckdb_only = crc32(function.encode()) % 8 == 0
        others = [item for item in both if ("postgresql" in item.nodeid) == on_duckdb_only]
        found += others if len(others) < len(both) else []
    return found
