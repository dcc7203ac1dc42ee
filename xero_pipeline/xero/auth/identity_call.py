"""A call for a consent, a token or a connection: repeated like every call, and its failures said in our words.

Xero accepts the previous refresh token for thirty minutes when the answer to a refresh was lost (Xero's OAuth 2.0 FAQ),
so even a refresh is safe to send again, as long as it is the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TypeVar

import httpx

from xero_pipeline.errors import ConfigurationError, UnreadableAnswer, XeroUnavailable
from xero_pipeline.xero.http.error_body import is_page
from xero_pipeline.xero.http.retry_loop import call_with_retries
from xero_pipeline.xero.http.retry_policy import Retry, is_outage

T = TypeVar("T")


def retry_identity_call(call: Callable[[], T], sleep: Callable[[float], None]) -> T:
    """Call until an answer comes, as often as any call without one is made.

    Args:
        call: Sends the request; always the same one.
        sleep: Waits so many seconds.

    Returns:
        What the call returns.

    Raises:
        XeroUnavailable: No answer, or only 408, 429 and 5xx, after all attempts.
        UnreadableAnswer: Only broken answers after all attempts.
    """

    def attempt() -> T | Retry:
        try:
            return call()
        except (XeroUnavailable, UnreadableAnswer) as error:
            return Retry("broken", None, error)

    return call_with_retries(attempt, lambda seconds, _: sleep(seconds))


@contextmanager
def speaking_to(url: str, setting: str) -> Generator[None]:
    """Say in our words what the network did to a request.

    Args:
        url: Where the request goes; without anything secret.
        setting: The variable that names this place.

    Yields:
        Nothing; the request is sent inside.

    Raises:
        ConfigurationError: The address cannot be one.
        XeroUnavailable: Nobody answered, or the answer broke off.
    """
    try:
        yield
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise ConfigurationError(f"{setting} is not an address that can be called: {url}.") from error
    except httpx.RequestError as error:
        raise XeroUnavailable(
            f"No answer from {url} ({type(error).__name__}). Is the network up, and is {setting} right?"
        ) from error


def check_answered(response: httpx.Response, setting: str) -> None:
    """Refuse answers after which the same request may succeed.

    Args:
        setting: The variable that names this place.

    Raises:
        XeroUnavailable: 408, 429 or 5xx; a gateway's page instead of a refusal, whatever its status.
    """
    if response.status_code >= 400 and is_page(response.content):
        place = response.request.url.copy_with(query=None)
        raise XeroUnavailable(
            f"Not Xero but a gateway before it, or a proxy of yours, answered for {place} with a page for people "
            f"(HTTP {response.status_code}). Try again in some minutes; if it lasts, is {setting} right?",
            endpoint=response.request.url.path,
            status=response.status_code,
            correlation_id=correlation_id(response),
        )
    if response.status_code == 429 or is_outage(response.status_code):
        raise XeroUnavailable(
            f"Xero cannot answer at the moment (HTTP {response.status_code}). Try again in some minutes.",
            endpoint=response.request.url.path,
            status=response.status_code,
            correlation_id=correlation_id(response),
        )


def correlation_id(response: httpx.Response) -> str | None:
    """The id by which Xero's support finds a call.

    Returns:
        The header's value, if there is one.
    """
    return response.headers.get("Xero-Correlation-Id")
