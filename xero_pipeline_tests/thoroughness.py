"""How much the proofs try: `make prove` tries everything, `make test` each time some of it, so that it stays short."""

from __future__ import annotations

import os


def so_many(everything: int, some: int) -> int:
    """How often a proof is tried.

    Args:
        everything: By `make prove`, which the release waits for.
        some: By `make test`.
    """
    return everything if os.environ.get("XERO_PIPELINE_PROVE") else some
