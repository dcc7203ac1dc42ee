"""Reading JSON without a float: what was an exact decimal before it was written is one again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec


def loads(body: bytes | str) -> Any:
    """JSON with every number that has a point or an exponent as an exact Decimal.

    Args:
        body: A whole JSON text, UTF-8.
    """
    return msgspec.json.Decoder(float_hook=Decimal).decode(body)
