"""Signs and reads the JSON Web Tokens of the simulated identity service."""

from __future__ import annotations

import json
import threading
import uuid
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from xero_simulator.store import Store

_KEY_NAME = "signing"


class Signer:
    """RS256 with one key that lives in the store, made on first use.

    Args:
        store: Where the key lives.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._key: RSAKey | None = None
        self._read: dict[str, dict[str, Any]] = {}

    def sign(self, claims: dict[str, Any]) -> str:
        """A signed token."""
        key = self._signing_key()
        return jwt.encode({"alg": "RS256", "typ": "JWT", "kid": key.kid}, claims, key)

    def read(self, token: str) -> dict[str, Any] | None:
        """The claims of a token this signer has signed, expired or not; None for any other text."""
        claims = self._read.get(token)
        if claims is None:
            try:
                claims = jwt.decode(token, self._signing_key(), algorithms=["RS256"]).claims
            except (JoseError, ValueError):
                return None
            if len(self._read) > 1000:
                self._read.clear()
            self._read[token] = claims
        return claims

    def public_keys(self) -> dict[str, Any]:
        """The JSON Web Key Set that others check signatures with."""
        return {"keys": [self._signing_key().as_dict(private=False)]}

    def _signing_key(self) -> RSAKey:
        with self._lock:
            if self._key is None:
                self._key = self._kept_key() or self._new_key()
            return self._key

    def _kept_key(self) -> RSAKey | None:
        rows = self._store.read("SELECT value FROM keys WHERE name = ?", _KEY_NAME)
        return RSAKey.import_key(json.loads(rows[0]["value"])) if rows else None

    def _new_key(self) -> RSAKey:
        made = generated_key()
        with self._store.writing() as database:
            kept = database.execute(
                "INSERT OR IGNORE INTO keys VALUES (?, ?)", (_KEY_NAME, json.dumps(made.as_dict(private=True)))
            )
        # Another process may have been first: what the store holds is the key of all.
        return made if kept.rowcount else self._kept_key() or made


def generated_key() -> RSAKey:
    """A new key, which takes a tenth of a second."""
    return RSAKey.generate_key(2048, {"kid": uuid.uuid4().hex, "use": "sig", "alg": "RS256"})
