"""One request and one answer, free of any HTTP library.

The simulator's core is a plain function from `Request` to `Response`. The in-process transport and the real server are
thin coats around it, so both behave the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked.

    Attributes:
        method: `GET`, `POST`, ….
        path: The decoded path, starting with a slash; hosts play no part.
        query: Parameters by lower-case name; a repeated parameter becomes a comma-separated list.
        headers: Headers by lower-case name.
        body: The raw body.
        patience: How many seconds the client waits for an answer; None when only the network knows.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    patience: float | None = None

    def form(self) -> dict[str, str]:
        """The fields of an `application/x-www-form-urlencoded` body, the last one of a name winning."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def form_values(self, name: str) -> tuple[str, ...]:
        """All values of one field of the form body."""
        pairs = parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return tuple(value for key, value in pairs if key == name)


@dataclass(slots=True)
class Response:
    """What the simulator answers.

    Attributes:
        status: The HTTP status.
        body: The body, not compressed.
        headers: Headers as they go out.
        dropped: The connection breaks instead of this answer arriving.
        timed_out: The client gives up waiting before this answer arrives.
    """

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    dropped: bool = False
    timed_out: bool = False


class Refused(Exception):
    """Ends the handling of a request early with the answer it carries.

    Args:
        response: The refusal to send.
    """

    def __init__(self, response: Response) -> None:
        super().__init__(f"answered {response.status}")
        self.response = response


def parse_query(text: str) -> dict[str, str]:
    """Splits a query string the way Xero's hosts read it.

    Args:
        text: The part behind the question mark, still percent-encoded.
    """
    found: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        key = name.lower()
        found[key] = f"{found[key]},{value}" if key in found else value
    return found


def html(status: int, page: str) -> Response:
    """A page for a person.

    Args:
        page: The whole document, already escaped where needed.
    """
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
    }
    return Response(status, page.encode(), headers)


def text(status: int, line: str) -> Response:
    """A line of plain text, as Xero's gateway answers 404 and 503."""
    return Response(status, line.encode(), {"Content-Type": "text/plain; charset=utf-8"})
