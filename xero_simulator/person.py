"""The person at the browser: opens the consent page, ticks organisations, presses a button."""

from __future__ import annotations

from collections.abc import Collection
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx


class Person:
    """Answers consent pages as a person with a browser would; mock mode and tests need no hands that way.

    Args:
        transport: Into the simulator; None for the network.
        name: Who signs in, by the name on the page; None for whoever is signed in already.
    """

    def __init__(self, transport: httpx.BaseTransport | None = None, name: str | None = None) -> None:
        self._transport = transport
        self._name = name

    def allow(self, address: str, organisations: Collection[str] | None = None) -> str:
        """Presses "Allow access" and returns the address the browser is sent back to.

        Args:
            address: The consent page's address.
            organisations: Names or tenant ids to tick; None leaves all ticked, as the page comes.

        Raises:
            ValueError: When the page is an error page; its text is the message.
        """
        return self._answer(address, "allow", organisations)

    def cancel(self, address: str) -> str:
        """Presses "Cancel" and returns the address the browser is sent back to.

        Args:
            address: The consent page's address.

        Raises:
            ValueError: When the page is an error page.
        """
        return self._answer(address, "cancel", None)

    def _answer(self, address: str, decision: str, organisations: Collection[str] | None) -> str:
        with httpx.Client(transport=self._transport) as browser:
            page = browser.get(address)
            form = _Form()
            form.feed(page.text)
            if page.status_code != 200 or not form.action:
                raise ValueError(" ".join(" ".join(form.words).split()))
            ticked = [
                value
                for value, label in form.boxes.items()
                if organisations is None or value in organisations or label.strip() in organisations
            ]
            fields = {**form.hidden, "tenant": ticked, "decision": decision}
            if self._name is not None:
                fields["person"] = self._name
            answer = browser.post(urljoin(str(page.url), form.action), data=fields)
        if answer.status_code != 302:
            raise ValueError(f"The consent page answered {answer.status_code}")
        return answer.headers["location"]


class _Form(HTMLParser):
    """The one form of the consent page."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.hidden: dict[str, str] = {}
        self.boxes: dict[str, str] = {}
        self.words: list[str] = []
        self._box = ""
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._silent = tag in ("style", "title")
        if tag == "form":
            self.action = given.get("action", "")
        elif tag == "input" and given.get("type") == "hidden":
            self.hidden[given["name"]] = given["value"]
        elif tag == "input" and given.get("type") == "checkbox":
            self._box = given["value"]
            self.boxes[self._box] = ""

    def handle_endtag(self, tag: str) -> None:
        self._silent = False
        if tag == "label":
            self._box = ""

    def handle_data(self, data: str) -> None:
        if self._box:
            self.boxes[self._box] += data
        elif not self._silent:
            self.words.append(data)
