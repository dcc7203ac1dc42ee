"""What a token endpoint gives out, and what an access token says about itself."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from xero_pipeline.xero.values import is_object

CONSENT_LIVES = timedelta(days=60)
"""Xero forgets a refresh token that is not used for so long; every use begins the time anew."""


@dataclass(frozen=True, slots=True)
class TokenSet:
    """The tokens of one consent.

    Args:
        access_token: Opens the API for half an hour.
        refresh_token: Buys the next access token, once; None in custom connections.
        expires_at: When the access token ends, in UTC.
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: datetime
    scopes: tuple[str, ...]


def consent_event(access_token: str) -> str | None:
    """The id of the consent behind an access token.

    Xero's access tokens are JWTs whose claim `authentication_event_id` equals the `authEventId` of the connections
    that this very consent made (Xero's page "Managing connections"). The signature is not checked: the token came
    straight from the token endpoint, and nothing is decided by the claim but what we tell the person.

    Args:
        access_token: A JWT, or the opaque token of another server.

    Returns:
        The id; None where the token does not tell.
    """
    event = _claims(access_token).get("authentication_event_id")
    return event if isinstance(event, str) else None


def user_of(access_token: str) -> str | None:
    """Xero's id of the person whose consent is behind an access token.

    Args:
        access_token: A JWT, or the opaque token of another server.

    Returns:
        The id; None where the token does not tell, as in custom connections.
    """
    user = _claims(access_token).get("xero_userid")
    return user if isinstance(user, str) else None


def _claims(access_token: str) -> Mapping[str, Any]:
    parts = access_token.split(".")
    if len(parts) != 3:
        return {}
    padded = parts[1] + "=" * (-len(parts[1]) % 4)
    try:
        claims = json.loads(base64.urlsafe_b64decode(padded))
    except (binascii.Error, ValueError):
        # Three parts by accident: an opaque token, which simply tells nothing.
        return {}
    return claims if is_object(claims) else {}
