"""What this process trusts when it speaks to Xero: reading the certificates takes longer than many a call."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from ssl import SSLContext


@cache
def trusted() -> SSLContext:
    """The certificates of httpx, or of SSL_CERT_FILE; read once."""
    return httpx.create_ssl_context()
