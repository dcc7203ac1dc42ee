"""How much the proofs try: `make prove` tries everything, `make test` each time some of it, so that it stays short."""

from __future__ import annotations

import os

import pytest


def so_many(everything: int, some: int) -> int:
    """How often a proof is tried.

    Args:
        everything: By `make prove`, which the release waits for.
        some: By `make test`.
    """
    return everything if os.environ.get("XERO_PIPELINE_PROVE") else some


proof = pytest.mark.skipif("XERO_PIPELINE_PROVE" not in os.environ, reason="a long proof: `make prove` has it")
"""For a test that takes minutes of what shorter ones show, too."""
