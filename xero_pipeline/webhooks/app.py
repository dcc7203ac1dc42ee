"""The endpoint as a program of its own, where it is not to run beside the web page.

    uvicorn --factory xero_pipeline.webhooks.app:make_webhook_app --port 3002

Mounted elsewhere, `make_webhook_app()` is an ASGI application like any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings
from xero_pipeline.state.webhook_inbox import WebhookInbox
from xero_pipeline.webhooks.receiver import WebhookReceiver

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


def receiver_of(services: Services) -> WebhookReceiver:
    """The endpoint of a home.

    Args:
        services: Have the keys and the state database; whoever made them closes them.
    """
    return WebhookReceiver(services.settings.webhook_keys, lambda: WebhookInbox(services.state))


def make_webhook_app() -> ASGIApp:
    """The endpoint of the home that the environment names.

    Raises:
        ConfigurationError: A setting is wrong, or XERO_WEBHOOK_KEY is missing.
    """
    services = Services(Settings.load())
    if not services.settings.webhook_keys:
        raise ConfigurationError(
            "XERO_WEBHOOK_KEY is missing: set it to the signing key of your app's webhook, from developer.xero.com."
        )
    # Now, and not while Xero waits for the first answer.
    _ = services.state
    receiver = receiver_of(services)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(services, receive, send)
        else:
            await receiver(scope, receive, send)

    return app


async def _live(services: Services, receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            services.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await send({"type": "lifespan.startup.complete"})
