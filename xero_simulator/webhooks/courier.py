"""Looks for changes in books and hands them to a webhook, which has to be switched on first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from xero_simulator.company import Company
from xero_simulator.webhooks.events import EVENT_CATEGORIES, ChangeLog
from xero_simulator.webhooks.sender import WebhookSender

LOOKS_BETWEEN_TRIES = 5
"""An address that does not answer the intent to receive as it must is tried again after so many looks."""


class Courier:
    """Between books and a webhook.

    Args:
        sender: Of the webhook.
        categories: What it is subscribed to.
        say: Told when the webhook is switched on, is refused or gives up, and what was taken.
    """

    def __init__(
        self,
        sender: WebhookSender,
        *,
        categories: Collection[str] = frozenset(EVENT_CATEGORIES),
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._sender, self._categories, self._say = sender, categories, say
        self._log = ChangeLog()
        self._looks = 0
        self._gave_up = False

    def look(self, books: Mapping[str, Company]) -> None:
        """Tell what changed since the last look; the first one only sees what is there.

        Args:
            books: By tenant id.
        """
        changed = [event for tenant_id, company in books.items() for event in self._log.changes(tenant_id, company)]
        if not self._is_on():
            return
        self._sender.queue([event for event in changed if event["eventCategory"] in self._categories])
        if taken := self._sender.send():
            self._say(f"Webhook: {taken} delivered")
        if not self._sender.is_on:
            self._gave_up = True
            self._say("Webhook: nobody took an event for a day, so it is switched off")

    def _is_on(self) -> bool:
        if self._sender.is_on or self._gave_up:
            return self._sender.is_on
        if self._looks % LOOKS_BETWEEN_TRIES == 0 and self._sender.try_out():
            self._say("Webhook: on")
        elif not self._looks:
            self._say("Webhook: the address does not answer an intent to receive as it must; it is tried again")
        self._looks += 1
        return self._sender.is_on
