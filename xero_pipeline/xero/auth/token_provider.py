"""The one place where access tokens come from: renewed in time, once, whoever asks.

A refresh token buys one new pair. So one asker at a time goes to Xero, over threads and processes, and the new pair is
on the disk before anybody uses it. When the holder is killed in between, the next one repeats with the old refresh
token, which Xero accepts for thirty minutes after its first use.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from xero_pipeline.errors import (
    ConfigurationError,
    NeedsReconsent,
    OrganisationDisconnected,
    XeroPipelineError,
    XeroUnavailable,
)
from xero_pipeline.state.locks import exclusive
from xero_pipeline.xero.auth.oauth import OAuth
from xero_pipeline.xero.auth.organisations import Organisations
from xero_pipeline.xero.auth.token_set import TokenSet
from xero_pipeline.xero.auth.token_store import TokenStore

RENEW_BEFORE_END = timedelta(minutes=5)
# Longer than the longest refresh: six attempts of half a minute each, and the waits between them.
LOCK_SECONDS = 300
# Xero forgets a consent that is not used for 60 days; one in reserve is kept from that.
RENEW_RESERVE_AFTER = timedelta(days=7)
_CONSENTS_TO_FOLLOW = 10

_log = logging.getLogger(__name__)


class TokenProvider:
    """Gives access tokens that Xero will accept. May be shared by threads.

    Args:
        token_store: Where the tokens are.
        organisations: Which consent opens which organisation.
        clock: The time, in seconds since 1970; None for the one `oauth` goes by.
    """

    def __init__(
        self,
        token_store: TokenStore,
        oauth: OAuth,
        organisations: Organisations,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._token_store = token_store
        self._oauth = oauth
        self._organisations = organisations
        self._clock = clock or oauth.clock
        self._threads: dict[str, threading.Lock] = {}

    def access_token(self, tenant_id: str, rejected: str | None = None) -> str:
        """Give an access token for an organisation, renewed when it has less than five minutes left.

        Args:
            rejected: A token the API has just refused. Where a newer one is stored already, that one is given.

        Returns:
            The token, to be sent as it is and never to be written anywhere.

        Raises:
            NeedsReconsent: Xero does not renew this consent any more.
            OrganisationDisconnected: The organisation is not connected.
            XeroUnavailable: The token endpoint does not answer.
            ConfigurationError: The app or the key is not the one of this consent.
        """
        for _ in range(_CONSENTS_TO_FOLLOW):
            consent_id = self._consent_of(tenant_id)
            stored = self._token_store.load(consent_id)
            if stored is not None and self._is_good(stored, rejected):
                return stored.access_token
            try:
                renewed = self._renewed(consent_id, stored, rejected)
            except NeedsReconsent:
                organisation = self._organisations.get(tenant_id)
                if organisation is None or organisation.consent_id in {consent_id, None}:
                    raise
                # Another person's consent opens it, too, and has taken it over.
                continue
            if renewed is not None:
                self._keep_reserve(tenant_id, consent_id)
                return renewed.access_token
            # A newer consent took the organisation over while we waited: ask that one.
        raise NeedsReconsent(
            "The organisation's consent keeps changing. Run `xero-pipeline connect` once, alone.",
            organisation=tenant_id,
        )

    def of_consent(self, consent_id: str) -> str:
        """Give an access token of one consent, whatever it opens.

        Returns:
            As `access_token`.

        Raises:
            NeedsReconsent: Xero does not renew this consent any more, or it is gone.
            XeroUnavailable: The token endpoint does not answer.
            ConfigurationError: The app or the key is not the one of this consent.
        """
        stored = self._token_store.load(consent_id)
        if stored is not None and self._is_good(stored, None):
            return stored.access_token
        renewed = self._renewed(consent_id, stored, None)
        if renewed is None:
            raise NeedsReconsent("This consent was taken back. Run `xero-pipeline connect` again.")
        return renewed.access_token

    def fall_back_to_other_grant(self, tenant_id: str, refused: str) -> bool:
        """Say whether another consent opens an organisation that Xero does not let a token into.

        Xero is asked first whether the token's own consent still lists the organisation; if it does, all stays.

        Args:
            refused: The token, which is good, but not for this organisation.
        """
        here = self._organisations.get(tenant_id)
        if here is None or here.consent_id is None or here.status != "connected":
            return False
        stored = self._token_store.load(here.consent_id)
        if stored is None or stored.access_token != refused:
            return stored is not None  # taken over meanwhile
        if len(self._organisations.ways(tenant_id)) < 2:
            return False
        try:
            listed = {entry.tenant_id for entry in self._oauth.connections(refused)}
        except XeroPipelineError as error:
            _log.warning("The list of connections could not be read: %s", error)
            return False
        if tenant_id in listed or self._organisations.lose(here.consent_id, [tenant_id]):
            return False
        _log.warning("A person disconnected %s in Xero; another person's consent goes on with it.", here.name)
        return True

    def _consent_of(self, tenant_id: str) -> str:
        if in_use := self._organisations.consent_in_use(tenant_id):
            return in_use
        organisation = self._organisations.get(tenant_id)
        if organisation is not None and organisation.status == "needs re-consent":
            raise _needs_consent(organisation.name, tenant_id)
        if organisation is None or organisation.consent_id is None or organisation.status == "disconnected":
            name = organisation.name if organisation else tenant_id
            raise OrganisationDisconnected(
                f"“{name}” is not connected. Run `xero-pipeline connect`.", organisation=tenant_id
            )
        return organisation.consent_id

    def _keep_reserve(self, tenant_id: str, in_use: str) -> None:
        """Renew the other consents that open an organisation now and then, or they would be dead when needed."""
        for way in self._organisations.ways(tenant_id):
            consent = self._token_store.consent(way.consent_id) if way.consent_id != in_use else None
            if consent is None or self._now() - consent.updated_at < RENEW_RESERVE_AFTER:
                continue
            try:
                self.of_consent(way.consent_id)
            except XeroPipelineError as error:
                # Nothing that is asked for now depends on it; the next renewal tries again.
                _log.warning("A consent in reserve could not be renewed: %s", error)

    def _renewed(self, consent_id: str, seen: TokenSet | None, rejected: str | None) -> TokenSet | None:
        """Renew alone; None when the consent is gone."""
        with self._refresh_lock(consent_id):
            stored = self._token_store.load(consent_id)
            while stored is not None:
                if self._is_good(stored, rejected) or self._was_refreshed_meanwhile(stored, seen, rejected):
                    return stored
                # Xero takes a spent refresh token for thirty minutes only, and a disk is full for longer: whoever
                # cannot write must not ask.
                self._token_store.rewrite(consent_id)
                try:
                    fresh = self._ask(consent_id, stored)
                except NeedsReconsent as error:
                    newest = self._token_store.load(consent_id)
                    if newest is not None and newest.refresh_token == stored.refresh_token:
                        raise self._mark_grant_dead(consent_id) from error
                    # Somebody outside our lock renewed it: theirs is the one that counts.
                    stored = newest
                    continue
                return fresh if self._token_store.replace(consent_id, fresh) else None
        return None

    def _ask(self, consent_id: str, stored: TokenSet) -> TokenSet:
        consent = self._token_store.consent(consent_id)
        if consent is not None and consent.client_id != self._oauth.app.client_id:
            raise ConfigurationError(
                f"This consent was given to the app {consent.client_id}, and XERO_CLIENT_ID is "
                f"{self._oauth.app.client_id}: put the old one back, or run `xero-pipeline connect` again."
            )
        if stored.refresh_token is not None:
            return self._oauth.refresh(stored.refresh_token)
        if self._oauth.app.custom_connection:
            return self._oauth.client_credentials()
        raise NeedsReconsent("The consent came without a refresh token (scope offline_access).")

    def _is_good(self, stored: TokenSet, rejected: str | None) -> bool:
        return stored.access_token != rejected and stored.expires_at - self._now() >= RENEW_BEFORE_END

    def _was_refreshed_meanwhile(self, stored: TokenSet, seen: TokenSet | None, rejected: str | None) -> bool:
        # Renewed while we waited for our turn. Servers may give tokens that live less than five minutes.
        changed = seen is not None and stored.access_token not in {seen.access_token, rejected}
        return changed and stored.expires_at > self._now()

    @contextmanager
    def _refresh_lock(self, consent_id: str) -> Generator[None]:
        # Threads queue here first, so that at most one of them holds a connection to the state database.
        with self._threads.setdefault(consent_id, threading.Lock()):
            lock = exclusive(self._token_store.engine, f"refresh {consent_id}", timeout_seconds=LOCK_SECONDS)
            try:
                lock.__enter__()
            except TimeoutError as error:
                raise XeroUnavailable(
                    f"Another process has been renewing the access token for {LOCK_SECONDS} s. Try again later."
                ) from error
            try:
                yield
            finally:
                lock.__exit__(None, None, None)

    def _mark_grant_dead(self, consent_id: str) -> NeedsReconsent:
        """Note that a consent is over, and make the error for the organisations that nothing else opens."""
        covered = self._organisations.of_consent(consent_id)
        closed = self._organisations.lose(consent_id)
        self._token_store.drop_unused(frozenset({consent_id}))
        left = {one.tenant_id for one in closed}
        if others := [one.name for one in covered if one.tenant_id not in left]:
            _log.warning("A consent is over; another person's consent goes on with %s.", ", ".join(others))
        return _needs_consent(
            ", ".join(one.name for one in closed or covered), closed[0].tenant_id if len(closed) == 1 else None
        )

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)


def _needs_consent(names: str, tenant_id: str | None) -> NeedsReconsent:
    return NeedsReconsent(
        f"Xero does not renew the access to {names} any more: the consent was revoked, spent, or not used for 60 days. "
        "Run `xero-pipeline connect` again; nothing already loaded is lost.",
        organisation=tenant_id,
    )
