"""A state database with everything around it, for tests of consents and tokens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from xero_pipeline.state.engine import open_state
from xero_pipeline.xero.auth.encryption import EncryptionKeys
from xero_pipeline.xero.auth.oauth import App, OAuth
from xero_pipeline.xero.auth.organisations import Organisations
from xero_pipeline.xero.auth.token_provider import TokenProvider
from xero_pipeline.xero.auth.token_store import TokenStore
from xero_pipeline_tests.xero.identity_double import Identity, an_app

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEY = "ab" * 32


class Clock:
    """A time that only moves when told."""

    def __init__(self) -> None:
        self.now = NOON.timestamp()
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def minutes(self, minutes: float) -> None:
        self.now += minutes * 60


@dataclass
class Desk:
    engine: sa.Engine
    identity: Identity
    clock: Clock
    oauth: OAuth
    token_store: TokenStore
    organisations: Organisations
    tokens: TokenProvider

    def consent(self, *tenant_ids: str) -> str:
        """Enter a consent without going through a browser."""
        self.identity.code = "code-secret-1"
        pending = self.oauth.begin()
        tokens = self.oauth.finish(pending, f"http://localhost/?code=code-secret-1&state={pending.state}")
        consent_id = self.token_store.add(tokens, self.oauth.app.client_id)
        listed = [one for one in self.oauth.connections(tokens.access_token) if one.tenant_id in tenant_ids]
        self.organisations.upsert(consent_id, listed)
        return consent_id


@contextmanager
def a_desk(home: Path, *, url: str | None = None, app: App | None = None, key: str = KEY) -> Iterator[Desk]:
    clock, identity = Clock(), Identity()
    engine = open_state(url or f"sqlite:///{home}/state.db")
    oauth = OAuth(app or an_app(), identity.transport(), clock, clock.sleep)
    token_store = TokenStore(engine, EncryptionKeys(key), clock)
    organisations = Organisations(engine, clock)
    try:
        tokens = TokenProvider(token_store, oauth, organisations, clock)
        yield Desk(engine, identity, clock, oauth, token_store, organisations, tokens)
    finally:
        engine.dispose()
