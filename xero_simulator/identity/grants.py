"""Consents that were given, the codes that carry them back and the refresh tokens that keep them alive."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import sqlite3
import uuid
from collections.abc import Callable, Sequence

from xero_simulator.apps import Caller, oauth_refused
from xero_simulator.identity.connections import ConsentConnections
from xero_simulator.identity.grant import ConsentQuestion, Grant, Issued
from xero_simulator.identity.users import NOBODY
from xero_simulator.store import Store

CODE_SECONDS = 300
GRACE_SECONDS = 30 * 60
REFRESH_SECONDS = 60 * 86_400


class Grants:
    """Keeps grants, codes and refresh tokens; tokens are kept as digests only.

    Args:
        connections: Where a consent connects organisations.
        clock: Seconds since 1970.
    """

    def __init__(self, store: Store, connections: ConsentConnections, clock: Callable[[], float]) -> None:
        self._store = store
        self._connections = connections
        self._clock = clock

    def consent(self, question: ConsentQuestion, tenants: Sequence[str], user_id: str) -> str:
        """Records that the person allowed it, connects the organisations and returns the code.

        Args:
            tenants: The organisations the person ticked.
        """
        code, grant_id, event_id, now = secrets.token_urlsafe(32), uuid.uuid4().hex, str(uuid.uuid4()), self._clock()
        with self._store.writing() as database:
            scopes = _with_earlier(database, question, user_id)
            database.execute(
                "INSERT INTO grants (id, client_id, user_id, event_id, scopes, granted) VALUES (?, ?, ?, ?, ?, ?)",
                (grant_id, question.client_id, user_id, event_id, " ".join(scopes), now),
            )
            database.execute(
                "INSERT INTO codes (digest, grant_id, redirect_uri, challenge, nonce, expires) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (_digest(code), grant_id, *_bound_to(question), now + CODE_SECONDS),
            )
            self._connections.connect(database, question.client_id, user_id, tenants, event_id)
        return code

    def own(self, client_id: str, scopes: Sequence[str], tenants: Sequence[str]) -> Grant:
        """The grant of a custom connection: the app asks for itself, no person and no refresh token.

        Args:
            scopes: What it asks for.
            tenants: The organisation it was set up for.
        """
        grant = Grant(uuid.uuid4().hex, client_id, str(uuid.uuid4()), tuple(scopes), self._clock())
        with self._store.writing() as database:
            database.execute(
                "INSERT INTO grants (id, client_id, user_id, event_id, scopes, granted) VALUES (?, ?, ?, ?, ?, ?)",
                (grant.id, client_id, NOBODY, grant.event_id, " ".join(scopes), grant.granted),
            )
            self._connections.connect(database, client_id, NOBODY, tenants, grant.event_id)
        return grant

    def redeem(self, caller: Caller, code: str, redirect_uri: str, verifier: str) -> Issued:
        """Exchanges a code, once, within five minutes, by the app and for the address it was made for.

        Args:
            redirect_uri: The address of the authorisation.
            verifier: The PKCE verifier, or empty.

        Raises:
            Refused: `invalid_grant`, or `invalid_client` when neither secret nor verifier protects the code.
        """
        with self._store.writing() as database:
            row = database.execute("SELECT * FROM codes WHERE digest = ?", (_digest(code),)).fetchone()
            grant = _grant(database, row["grant_id"]) if row else None
            if row is None or grant is None or grant.client_id != caller.client_id or row["used"]:
                raise oauth_refused("invalid_grant")
            if row["expires"] <= self._clock() or row["redirect_uri"] != redirect_uri:
                raise oauth_refused("invalid_grant")
            if caller.public and not row["challenge"]:
                raise oauth_refused("invalid_client")
            if row["challenge"] and not hmac.compare_digest(row["challenge"], challenge_of(verifier)):
                raise oauth_refused("invalid_grant")
            database.execute("UPDATE codes SET used = 1 WHERE digest = ?", (row["digest"],))
            database.execute("UPDATE grants SET public = ? WHERE id = ?", (caller.public, grant.id))
            return Issued(grant, self._new_token(database, grant, parent=None), row["nonce"])

    def refresh(self, caller: Caller, token: str) -> Issued:
        """Rotates a refresh token.

        The token before the current one may be used again for thirty minutes, in case its answer was lost; not
        when a successor of it has been used, for then the answer did arrive.

        Raises:
            Refused: `invalid_grant`, or `invalid_client` when an app with a secret comes without it.
        """
        now = self._clock()
        with self._store.writing() as database:
            row = database.execute("SELECT * FROM refresh_tokens WHERE digest = ?", (_digest(token),)).fetchone()
            grant = _grant(database, row["grant_id"]) if row else None
            if row is None or grant is None or grant.revoked or grant.client_id != caller.client_id:
                raise oauth_refused("invalid_grant")
            if caller.public and not grant.public:
                raise oauth_refused("invalid_client")
            if row["expires"] <= now or _is_spent(database, row, now):
                raise oauth_refused("invalid_grant")
            database.execute(
                "UPDATE refresh_tokens SET replaced = coalesce(replaced, ?) WHERE digest = ?", (now, row["digest"])
            )
            return Issued(grant, self._new_token(database, grant, parent=row["digest"]))

    def revoke(self, caller: Caller, token: str) -> None:
        """Ends what the person behind a refresh token allowed the app, and removes the connections they made.

        Other people's consents stay; unknown tokens are no error.
        """
        with self._store.writing() as database:
            row = database.execute("SELECT grant_id FROM refresh_tokens WHERE digest = ?", (_digest(token),)).fetchone()
            grant = _grant(database, row["grant_id"]) if row else None
            if grant is not None and grant.client_id == caller.client_id:
                theirs = (caller.client_id, grant.user_id)
                database.execute("UPDATE grants SET revoked = 1 WHERE client_id = ? AND user_id = ?", theirs)
                database.execute("DELETE FROM connections WHERE client_id = ? AND user_id = ?", theirs)

    def find(self, grant_id: str) -> Grant | None:
        """The grant with an id."""
        rows = self._store.read("SELECT * FROM grants WHERE id = ?", grant_id)
        return _grant_of(rows[0]) if rows else None

    def _new_token(self, database: sqlite3.Connection, grant: Grant, parent: str | None) -> str | None:
        if "offline_access" not in grant.scopes:
            return None
        token = secrets.token_urlsafe(32)
        database.execute(
            "INSERT INTO refresh_tokens (digest, grant_id, parent, expires) VALUES (?, ?, ?, ?)",
            (_digest(token), grant.id, parent, self._clock() + REFRESH_SECONDS),
        )
        return token


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636, section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _bound_to(question: ConsentQuestion) -> tuple[str, str, str]:
    return question.redirect_uri, question.challenge, question.nonce


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _is_spent(database: sqlite3.Connection, row: sqlite3.Row, now: float) -> bool:
    if row["replaced"] is None:
        return False
    sql = "SELECT 1 FROM refresh_tokens WHERE parent = ? AND replaced IS NOT NULL"
    successor_used = database.execute(sql, (row["digest"],)).fetchone() is not None
    return successor_used or now - row["replaced"] > GRACE_SECONDS


def _with_earlier(database: sqlite3.Connection, question: ConsentQuestion, user_id: str) -> tuple[str, ...]:
    """The scopes asked for now and those of the person's earlier consents, which add up until they are revoked."""
    sql = "SELECT scopes FROM grants WHERE client_id = ? AND user_id = ? AND revoked = 0 ORDER BY granted"
    rows = database.execute(sql, (question.client_id, user_id)).fetchall()
    earlier = [scope for row in rows for scope in row["scopes"].split() if scope != "offline_access"]
    return tuple(dict.fromkeys([*question.scopes, *earlier]))


def _grant(database: sqlite3.Connection, grant_id: str) -> Grant | None:
    row = database.execute("SELECT * FROM grants WHERE id = ?", (grant_id,)).fetchone()
    return _grant_of(row) if row else None


def _grant_of(row: sqlite3.Row) -> Grant:
    return Grant(
        id=row["id"],
        client_id=row["client_id"],
        event_id=row["event_id"],
        scopes=tuple(row["scopes"].split()),
        granted=row["granted"],
        user_id=row["user_id"],
        public=bool(row["public"]),
        revoked=bool(row["revoked"]),
    )
