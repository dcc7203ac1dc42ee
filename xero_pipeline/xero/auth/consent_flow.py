"""Consents from end to end: given by a person, checked again, taken back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from xero_pipeline.errors import ConsentDenied, ReconnectError, XeroPipelineError
from xero_pipeline.xero.auth.callback_page import CallbackRequest
from xero_pipeline.xero.auth.callback_server import listening
from xero_pipeline.xero.auth.connections import Connection
from xero_pipeline.xero.auth.oauth import OAuth, PendingConsent
from xero_pipeline.xero.auth.organisations import Organisation, Organisations
from xero_pipeline.xero.auth.token_provider import TokenProvider
from xero_pipeline.xero.auth.token_set import TokenSet, consent_event
from xero_pipeline.xero.auth.token_store import TokenStore

_log = logging.getLogger(__name__)


def connect(
    oauth: OAuth,
    token_store: TokenStore,
    organisations: Organisations,
    *,
    announce: Callable[[str], None],
    open_browser: Callable[[str], None] | None,
    timeout_seconds: float,
) -> Sequence[Organisation]:
    """Ask a person for consent and enter the organisations it covers.

    Listens on the redirect URI's own port, on this machine only. A custom connection needs no person: it just asks.

    Args:
        announce: Tells the person the consent page's address.
        open_browser: Opens it too; None to leave that to the person.
        timeout_seconds: How long the person may take.

    Returns:
        The organisations this consent added; all that it covers where the server does not tell which those are.

    Raises:
        ConsentDenied: The person said no, chose no organisation, or did not answer in time.
        ConsentForged: The answer was to another question.
        ConfigurationError: A setting of the app is wrong, or the port is taken.
        XeroUnavailable: Xero does not answer.
    """
    if oauth.app.custom_connection:
        return _enter(oauth, token_store, organisations, oauth.client_credentials())
    with listening(oauth.app.redirect_uri) as callback:
        pending = oauth.begin()
        announce(pending.url)
        if open_browser is not None:
            open_browser(pending.url)
        answer = callback.wait(timeout_seconds)
        with _telling(answer):
            added = take_answer(oauth, token_store, organisations, pending, answer.url)
        names = ", ".join(one.name for one in added)
        answer.say(200, "Connected", f"{names}. You may close this page and go back to the terminal.")
    return added


def take_answer(
    oauth: OAuth, token_store: TokenStore, organisations: Organisations, pending: PendingConsent, callback_url: str
) -> Sequence[Organisation]:
    """Turn the answer to a consent into connected organisations.

    Args:
        oauth: Put the question, and speaks to Xero.

    Returns:
        As `connect`.

    Raises:
        ConsentDenied: The person said no, or chose no organisation.
        ConsentForged: The answer was to another question.
        NeedsReconsent: The code was used before, or is too old.
        XeroUnavailable: Xero does not answer.
    """
    return _enter(oauth, token_store, organisations, oauth.finish(pending, callback_url))


def disconnect(oauth: OAuth, token_store: TokenStore, organisations: Organisations, organisation: Organisation) -> bool:
    """Remove an organisation's connections at Xero, whoever made them, and forget the consents that open nothing else.

    Returns:
        False when Xero does not let us in any more, so that only our side could be cleared; the connection may then
        still be listed in Xero under “Connected apps”.

    Raises:
        XeroUnavailable: Xero does not answer; nothing has changed on our side then.
    """
    told = False
    ways = organisations.ways(organisation.tenant_id) if organisation.status == "connected" else ()
    tokens = TokenProvider(token_store, oauth, organisations)
    for way in ways:
        try:
            oauth.remove_connection(tokens.of_consent(way.consent_id), way.connection_id)
            told = True
        except ReconnectError as error:
            _log.warning("Xero was not told about the disconnect of %s: %s", organisation.name, error)
    organisations.detach(organisation.tenant_id)
    token_store.drop_unused(frozenset({way.consent_id for way in ways} | {organisation.consent_id or ""}))
    return told


def disconnect_all(oauth: OAuth, token_store: TokenStore, organisations: Organisations, consent_id: str) -> None:
    """Take a whole consent back: Xero removes every connection its user made for the app, and its tokens end.

    An organisation that another person's consent opens as well stays connected by that one.

    Args:
        consent_id: Which; one that is gone already is no error.

    Raises:
        XeroUnavailable: Xero does not answer; nothing has changed then.
    """
    tokens = token_store.load(consent_id)
    if tokens is not None and tokens.refresh_token is None:
        # A custom connection has nothing to give back but its connection.
        for organisation in organisations.of_consent(consent_id):
            disconnect(oauth, token_store, organisations, organisation)
    elif tokens is not None and tokens.refresh_token is not None:
        oauth.revoke(tokens.refresh_token)
    for organisation in organisations.lose(consent_id):
        organisations.detach(organisation.tenant_id)
    token_store.drop(consent_id)


def check(oauth: OAuth, token_store: TokenStore, organisations: Organisations) -> Sequence[Organisation]:
    """Ask Xero which organisations are still connected, and note what has changed.

    Xero says nothing when a person disconnects the app there: the organisation is just not listed any more.

    Returns:
        Those that were connected until now and are not any more, by anybody's consent.

    Raises:
        XeroUnavailable: Xero does not answer.
    """
    tokens = TokenProvider(token_store, oauth, organisations)
    before = {one.tenant_id for one in organisations.list() if one.status == "connected"}
    for consent in token_store.consents():
        covered = {one.tenant_id for one in organisations.of_consent(consent.consent_id) if one.tenant_id in before}
        if not covered:
            continue
        try:
            listed = oauth.connections(tokens.of_consent(consent.consent_id))
        except ReconnectError:
            # TokenProvider has noted it already.
            continue
        organisations.refresh(consent.consent_id, [entry for entry in listed if entry.tenant_id in covered])
        # Not "disconnected", which is what somebody chose here: until somebody does, its syncs fail visibly.
        organisations.lose(consent.consent_id, covered - {entry.tenant_id for entry in listed})
        token_store.drop_unused(frozenset({consent.consent_id}))
    return [one for one in organisations.list() if one.tenant_id in before and one.status != "connected"]


def _enter(
    oauth: OAuth, token_store: TokenStore, organisations: Organisations, tokens: TokenSet
) -> Sequence[Organisation]:
    # Durable first, used second.
    consent_id = token_store.add(tokens, oauth.app.client_id)
    try:
        listed = oauth.connections(tokens.access_token)
        if not listed:
            raise ConsentDenied(
                "The consent covers no organisation. Run `xero-pipeline connect` again and choose one on Xero's page."
            )
    except XeroPipelineError:
        token_store.drop(consent_id)
        raise
    token_store.drop_unused(organisations.upsert(consent_id, listed))
    added = {entry.tenant_id for entry in _added(listed, tokens)}
    return [one for one in organisations.list() if one.tenant_id in added]


def _added(listed: list[Connection], tokens: TokenSet) -> list[Connection]:
    event = consent_event(tokens.access_token)
    return [entry for entry in listed if event is not None and entry.event == event] or listed


@contextmanager
def _telling(answer: CallbackRequest) -> Generator[None]:
    """Whatever goes wrong, the person in front of the browser sees it too."""
    try:
        yield
    except XeroPipelineError as error:
        answer.say(400, "Not connected", error.message)
        raise
    except BaseException:
        answer.say(500, "Not connected", "Something unexpected happened. Look at the terminal.")
        raise
