"""Who sent a delivery: Xero signs the bytes of each with the key of the webhook.

Source: developer.xero.com/documentation/webhooks/configuring-your-server; `x-xero-signature` in xero-webhooks.yaml.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

HEADER = "x-xero-signature"


def signature_of(key: str, body: bytes) -> str:
    """What Xero sends with a body: base64 of HMAC-SHA256, keyed with the text of the key.

    Args:
        body: Exactly the bytes of the request.
    """
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


def is_signed(keys: Sequence[str], body: bytes, given: str) -> bool:
    """Whether one of the keys made a signature; how long that takes says nothing of how nearly.

    Args:
        given: The header, whatever is in it.
    """
    sent = given.strip().encode("utf-8", "replace")
    found = [hmac.compare_digest(signature_of(key, body).encode(), sent) for key in keys]
    return any(found)
