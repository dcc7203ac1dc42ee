"""The token store: the tokens of every consent, encrypted, in the state database.

Tokens belong to a consent, not to an organisation: one consent may cover many organisations, and its refresh token
may be used once.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import time

import sqlalchemy as sa

from xero_pipeline.state.tables import state_table
from xero_pipeline.state.transaction import read_connection, write_transaction
from xero_pipeline.xero.auth.encryption import EncryptionKeys
from xero_pipeline.xero.auth.token_set import TokenSet, user_of

# A consent whose `connect` was killed before it knew its organisations; nothing takes that long.
ABANDONED_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Consent:
    """One time a person said yes, without its tokens.

    Args:
        client_id: The app it was given to.
        expires_at: When its access token ends, in UTC.
        created_at: When it was given, in UTC.
        updated_at: When its tokens were last replaced, in UTC.
    """

    consent_id: str
    client_id: str
    expires_at: datetime
    scopes: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


class TokenStore:
    """Keeps tokens. What `add` and `replace` were given is on the disk when they return.

    Args:
        keys: Seal and open the tokens.
        clock: The time, in seconds since 1970.
    """

    def __init__(self, engine: sa.Engine, keys: EncryptionKeys, clock: Callable[[], float] = time) -> None:
        self.engine = engine
        self._keys = keys
        self._clock = clock
        self._table = state_table("consents")

    def add(self, tokens: TokenSet, client_id: str) -> str:
        """Keep the tokens of a new consent.

        Args:
            client_id: The app they were given to.

        Returns:
            The consent's id.
        """
        consent_id, now = str(uuid.uuid4()), self._now()
        with write_transaction(self.engine) as connection:
            connection.execute(
                self._table.insert().values(
                    consent_id=consent_id, client_id=client_id, created_at=now, updated_at=now, **self._sealed(tokens)
                )
            )
        return consent_id

    def replace(self, consent_id: str, tokens: TokenSet) -> bool:
        """Put renewed tokens in the place of the spent ones.

        Returns:
            False when the consent was dropped meanwhile; nothing is stored then.
        """
        with write_transaction(self.engine) as connection:
            changed = connection.execute(
                self._table.update()
                .where(self._table.c.consent_id == consent_id)
                .values(updated_at=self._now(), **self._sealed(tokens))
            )
        return changed.rowcount > 0

    def rewrite(self, consent_id: str) -> None:
        """Write a consent's tokens over themselves: shows that new ones could be kept, before the old ones are spent.

        Raises:
            sqlalchemy.exc.DBAPIError: Nothing can be written: the disk is full, the database may only be read, …
        """
        columns = self._table.c
        with write_transaction(self.engine) as connection:
            connection.execute(
                self._table.update()
                .where(columns.consent_id == consent_id)
                .values(access_token=columns.access_token, refresh_token=columns.refresh_token)
            )

    def load(self, consent_id: str) -> TokenSet | None:
        """Read the tokens of a consent.

        Returns:
            The newest tokens; None when there is no such consent any more.

        Raises:
            ConfigurationError: No key opens them.
        """
        columns = self._table.c
        with read_connection(self.engine) as connection:
            row = connection.execute(
                sa.select(columns.access_token, columns.refresh_token, columns.expires_at, columns.scopes).where(
                    columns.consent_id == consent_id
                )
            ).one_or_none()
        if row is None:
            return None
        refresh_token = self._keys.open(row.refresh_token) if row.refresh_token else None
        return TokenSet(self._keys.open(row.access_token), refresh_token, row.expires_at, tuple(row.scopes.split()))

    def consents(self) -> list[Consent]:
        """List the consents, the oldest first, without opening any token.

        Returns:
            What is known of each.
        """
        columns = [column for column in self._table.c if not column.name.endswith("_token")]
        with read_connection(self.engine) as connection:
            rows = connection.execute(sa.select(*columns).order_by(self._table.c.created_at)).all()
        return [
            Consent(
                consent_id=row.consent_id,
                client_id=row.client_id,
                expires_at=row.expires_at,
                scopes=tuple(row.scopes.split()),
                created_at=row.created_at,
                updated_at=row.updated_at,
            )
            for row in rows
        ]

    def consent(self, consent_id: str) -> Consent | None:
        """Look one consent up.

        Returns:
            What is known of it without opening a token.
        """
        return next((one for one in self.consents() if one.consent_id == consent_id), None)

    def drop(self, consent_id: str) -> None:
        """Forget a consent and its tokens.

        Args:
            consent_id: Whose; none of that name is no error.
        """
        with write_transaction(self.engine) as connection:
            connection.execute(self._table.delete().where(self._table.c.consent_id == consent_id))

    def drop_unused(self, once_used: frozenset[str]) -> None:
        """Forget consents that open no organisation any more.

        A consent that is just being given has no organisation yet, so only those named and long abandoned ones go.

        Args:
            once_used: Consents that lost an organisation just now.
        """
        in_use = state_table("organisations").c.consent_id
        used = sa.union(
            sa.select(in_use).where(in_use.is_not(None)), sa.select(state_table("connections").c.consent_id)
        )
        columns = self._table.c
        abandoned = columns.created_at < self._now() - ABANDONED_AFTER
        with write_transaction(self.engine) as connection:
            connection.execute(
                self._table.delete().where(
                    columns.consent_id.not_in(used), columns.consent_id.in_(sorted(once_used)) | abandoned
                )
            )

    def rotate(self) -> int:
        """Encrypt every token anew under the current key, all or none.

        A process that still runs with the old key may write one more token under it: call this again, after those have
        ended, before the old key is thrown away.

        Returns:
            How many consents were written.

        Raises:
            ConfigurationError: One token opens with none of the keys; nothing was changed.
        """
        columns = self._table.c
        with write_transaction(self.engine) as connection:
            rows = connection.execute(sa.select(columns.consent_id, columns.access_token, columns.refresh_token)).all()
            for row in rows:
                connection.execute(
                    self._table.update()
                    .where(columns.consent_id == row.consent_id)
                    .values(
                        access_token=self._keys.seal(self._keys.open(row.access_token)),
                        refresh_token=row.refresh_token and self._keys.seal(self._keys.open(row.refresh_token)),
                    )
                )
        return len(rows)

    def _sealed(self, tokens: TokenSet) -> dict[str, object]:
        return {
            "access_token": self._keys.seal(tokens.access_token),
            "refresh_token": self._keys.seal(tokens.refresh_token) if tokens.refresh_token else None,
            "expires_at": tokens.expires_at,
            "scopes": " ".join(tokens.scopes),
            "user_id": user_of(tokens.access_token),
        }

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)
