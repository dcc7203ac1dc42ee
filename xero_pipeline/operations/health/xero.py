"""Xero's side: whether its hosts answer, our clock beside theirs, and what the consents let us read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.errors import XeroUnavailable
from xero_pipeline.operations.health.result import HealthResult
from xero_pipeline.operations.organisation_states import CONSENT_FADES
from xero_pipeline.xero.auth.token_set import CONSENT_LIVES

if TYPE_CHECKING:
    from xero_pipeline.container import Services
    from xero_pipeline.xero.auth.organisations import Organisation
    from xero_pipeline.xero.auth.token_store import Consent
    from xero_pipeline.xero.http.ping import PingResult

REACHABILITY = "reachability"
CLOCK_OFF = 30.0
CLOCK_WRONG = 300.0
"""Seconds. An access token is renewed five minutes before its end: a clock that is further off comes too late."""
_CONNECT = "Run `xero-pipeline connect`."


def check_hosts(services: Services) -> Iterator[HealthResult]:
    """Ask where tokens come from and where the books are, and compare clocks."""
    from xero_pipeline.xero.http.ping import ping

    app = services.app()
    hosts = {
        "XERO_IDENTITY_URL": ("identity server", app.identity_url, "/.well-known/openid-configuration"),
        "XERO_API_URL": ("API", app.api_url, "/connections"),
    }
    for setting, (role, host, path) in hosts.items():
        try:
            reached = ping(f"{host}{path}", setting, transport=services.transport)
        except XeroUnavailable as error:
            yield HealthResult(REACHABILITY, "problem", error.message)
            continue
        which = "the simulator" if services.settings.mock_mode else host
        yield HealthResult(REACHABILITY, "ok", f"{role}: {which} answers, in {reached.seconds:.1f} s")
        if setting == "XERO_IDENTITY_URL":
            yield _clock(reached)


def _clock(identity: PingResult) -> HealthResult:
    if identity.ahead is None:
        return HealthResult("clock", "warning", "Xero's identity server told no time", "Is there a proxy in between?")
    off, side = abs(identity.ahead), "ahead of" if identity.ahead > 0 else "behind"
    told = f"{off:.0f} s {side} Xero's" if off >= 1 else "in step with Xero's"
    if off < CLOCK_OFF:
        return HealthResult("clock", "ok", told)
    remedy = "Let the machine keep its time by NTP (timedatectl set-ntp true)."
    return HealthResult("clock", "problem" if off >= CLOCK_WRONG else "warning", told, remedy)


def check_consents(services: Services, now: Callable[[], datetime] = clock.now) -> Iterator[HealthResult]:
    """Which organisations are connected, and whether the consents behind them live and reach as far as is needed.

    Xero is asked what it lists, which may renew a token, as every sync does.

    Raises:
        XeroUnavailable: Xero does not answer.
        ConfigurationError: The app or the key is not the one of a consent.
    """
    from xero_pipeline.xero.auth.consent_flow import check

    check(services.oauth, services.token_store, services.organisations)
    organisations = [one for one in services.organisations.list() if one.status != "disconnected"]
    if not organisations:
        yield HealthResult("consent", "warning", "no organisation is connected", _CONNECT)
        return
    consents = {one.consent_id: one for one in services.token_store.consents()}
    for one in organisations:
        consent = consents.get(one.consent_id or "")
        if one.status != "connected" or consent is None:
            yield HealthResult("consent", "problem", f"{one.name}: Xero does not let us in any more", _CONNECT)
            continue
        yield _age(one, consent, now(), expires=not services.settings.custom_connection)
        yield _reach(services, one, consent)


def _age(organisation: Organisation, consent: Consent, now: datetime, *, expires: bool) -> HealthResult:
    """How long ago the consent was last used; a custom connection needs none of a person, and does not expire."""
    unused = now - consent.updated_at
    told = f"{organisation.name}: connected since {organisation.connected_at:%Y-%m-%d}, last used {_days(unused)}"
    if CONSENT_LIVES - unused >= CONSENT_FADES or not expires:
        return HealthResult("consent", "ok", told)
    if unused < CONSENT_LIVES:
        left = (CONSENT_LIVES - unused).days
        return HealthResult("consent", "warning", f"{told}; it dies in {left} days", "Run `xero-pipeline sync`.")
    return HealthResult("consent", "problem", f"{told}; after 60 days it is dead", _CONNECT)


def _days(span: timedelta) -> str:
    return {0: "today", 1: "yesterday"}.get(span.days, f"{span.days} days ago")


def _reach(services: Services, organisation: Organisation, consent: Consent) -> HealthResult:
    """Granted against needed; who we are to Xero (openid, profile, email) opens no books."""
    needed = {scope for scopes in services.needed_scopes() for scope in scopes}
    lacking = sorted(needed - set(consent.scopes))
    if not lacking:
        return HealthResult("scopes", "ok", f"{organisation.name}: all {len(needed)} that the tables need are granted")
    remedy = _CONNECT if not services.settings.scopes else f"Add them to XERO_SCOPES, or leave it out. {_CONNECT}"
    return HealthResult("scopes", "problem", f"{organisation.name}: not granted: {', '.join(lacking)}", remedy)


def check_put_aside(services: Services) -> Iterator[HealthResult]:
    """What is left out because it cannot be read; each says itself what to do."""
    names = {one.tenant_id: one.name for one in services.organisations.list()}
    aside = services.deferred_work.aside()
    for one in aside:
        yield HealthResult(
            "put aside", "warning", f"{names.get(one.tenant_id, one.tenant_id)}: {one.asset}", one.description
        )
    if not aside:
        yield HealthResult("put aside", "ok", "none: every requested endpoint and report can be read")
