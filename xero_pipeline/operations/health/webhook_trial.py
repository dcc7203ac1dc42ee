"""Posts to our own address for Xero's webhooks as Xero does when it tries an endpoint out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.operations.health.result import HealthResult
from xero_pipeline.operations.health.webhooks import NAME
from xero_pipeline.webhooks.receiver import PATH
from xero_pipeline.webhooks.signature import HEADER, signature_of

if TYPE_CHECKING:
    from xero_pipeline.settings import Settings

_SECONDS = 5.0
"""How long Xero waits."""
_BODY = json.dumps({"events": [], "firstEventSequence": 0, "lastEventSequence": 0, "entropy": "DOCTOR"}).encode()


def try_webhook(settings: Settings) -> Iterator[HealthResult]:
    """Send a body that is signed rightly, and one that is not; neither holds an event.

    Raises:
        ConfigurationError: There is no key, or no address.
    """
    if not settings.webhook_keys:
        raise ConfigurationError("XERO_WEBHOOK_KEY is missing: there is nothing to sign a delivery with.")
    address = settings.web_url or f"http://{settings.web_host}:{settings.web_port}"
    for key, wanted in ((settings.webhook_keys[0], 200), ("not the key", 401)):
        yield _answered(f"{address.rstrip('/')}{PATH}", key, wanted)


def _answered(url: str, key: str, wanted: int) -> HealthResult:
    how = "rightly" if wanted < httpx.codes.BAD_REQUEST else "wrongly"
    try:
        answer = httpx.post(url, content=_BODY, headers={HEADER: signature_of(key, _BODY)}, timeout=_SECONDS)
    except httpx.HTTPError as error:
        told = f"{url} does not answer within {_SECONDS:.0f} seconds: {type(error).__name__}"
        return HealthResult(NAME, "problem", told, "Is the page running, and does the proxy lead there?")
    if (answer.status_code, answer.content, "set-cookie" in answer.headers) == (wanted, b"", False):
        took = answer.elapsed.total_seconds()
        return HealthResult(NAME, "ok", f"{url} answers {wanted} to a body signed {how}, in {took:.1f} s")
    told = f"{url} answers {answer.status_code} to a body signed {how}; Xero wants {wanted}, without a body or cookie"
    return HealthResult(NAME, "problem", told, "docs/events.md says which mistake shows so.")
