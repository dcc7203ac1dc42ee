"""Stable ids: the same record has the same id in every run."""

from __future__ import annotations

import hashlib
import uuid

_NAMESPACE = uuid.UUID("6f2b6f0e-6d0c-5b7e-9a3e-2d1c0f4b8a77").bytes


def stable_id(name: str) -> str:
    """The version 5 UUID of a name, within this simulator's own namespace.

    Args:
        name: What the record is, such as `1/0/invoice/2026-10/17`.
    """
    digest = hashlib.sha1(_NAMESPACE + name.encode(), usedforsecurity=False).digest()
    text = (digest[:6] + bytes([digest[6] & 0x0F | 0x50, digest[7], digest[8] & 0x3F | 0x80]) + digest[9:16]).hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
