"""What an error body says, in whatever form it came, and whether it is Xero's at all.

Gateways before the API and before the token endpoint answer with pages of their own and any status, where the same
call succeeds a moment later (XeroAPI/Xero-Net#334, XeroAPI/xero-php-oauth2#302).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from xero_pipeline.xero.values import is_list, is_object, loads

_LONGEST = 500
_XML_MESSAGE = re.compile(r"<(Message|Detail|title)>(.*?)</\1>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_TITLE = re.compile(r"<(title|h1)\b[^>]*>(.*?)</\1>", re.IGNORECASE | re.DOTALL)
_MARKUP = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<([!a-z][\w:.-]*)", re.IGNORECASE)
# What Xero's errors are called where they come as XML.
_XEROS_ROOTS = frozenset({b"apiexception", b"response", b"problem"})
_NOT_FOUND = "cannot be found"
# The number: XeroAPI/Xero-NetStandard#604; the type: XeroAPI/xero-python#148; the text: XeroAPI/xero-php-oauth2-app#31.
_HIGH_VOLUME = {"errornumber": "51", "type": "highvolumeexception"}
_HIGH_VOLUME_SAID = "extremely high volume"
_MESSAGES = ("message", "detail", "title", "error", "errormessage")


def is_page(body: bytes) -> bool:
    """Whether an answer is a gateway's page instead of the API's own."""
    markup = _MARKUP.match(body)
    return markup is not None and markup[1].lower() not in _XEROS_ROOTS


def is_error(parts: Mapping[str, bytes]) -> bool:
    """Whether a JSON object is an error instead of an envelope with a list.

    Args:
        parts: The JSON text of every member.
    """
    names = {name.lower() for name in parts}
    lists = any(bytes(part).startswith(b"[") for part in parts.values())
    return "errornumber" in names or (not lists and not names.isdisjoint(_MESSAGES))


def says_not_found(body: bytes) -> bool:
    """Whether a 404 is Xero's own word that it has no such record: that alone proves that one is deleted.

    Gateways know pages, routes and hosts they cannot find; Xero says it in a sentence of its own, or as a problem.
    """
    if is_page(body):
        return False
    try:
        problem = loads(body)
    except ValueError:
        return _NOT_FOUND in body.decode("utf-8", "replace").lower()
    if is_object(problem):
        names = {name.lower() for name in problem}
        return "errornumber" in names or {"title", "status"} <= names
    return _NOT_FOUND in str(problem).lower()


def says_high_volume(body: bytes) -> bool:
    """Whether a 400 is Xero's word that a list has too many records for what was asked."""
    try:
        problem = loads(body)
    except ValueError:
        problem = None
    members = _lower(problem) if is_object(problem) else {}
    marked = any(str(members.get(name)).lower() == value for name, value in _HIGH_VOLUME.items())
    return marked or _HIGH_VOLUME_SAID in problem_text(body).lower()


def problem_text(body: bytes) -> str:
    """The message for a person in an error body: JSON with keys in any case, XML, HTML, plain text or nothing.

    Returns:
        One line, shortened; empty if the body says nothing.
    """
    try:
        found = list(_json_messages(loads(body)))
    except ValueError:
        found = _text_messages(body.decode("utf-8", "replace"))
    unique = dict.fromkeys(_one_line(message) for message in found)
    return "; ".join(message for message in unique if message)[:_LONGEST]


def _json_messages(problem: Any) -> Iterator[str]:
    if not is_object(problem):
        yield from [problem] if isinstance(problem, str) else []
        return
    members = _lower(problem)
    details = [
        str(_lower(error).get("message", ""))
        for element in _dicts(members.get("elements"))
        for error in _dicts(_lower(element).get("validationerrors"))
    ]
    # "A validation exception occurred" says nothing once the exceptions themselves are known.
    yield from details or [str(members[key]) for key in _MESSAGES if members.get(key)][:1]


def _one_line(message: str) -> str:
    # What is not printable could do things to a terminal.
    return "".join(letter for letter in " ".join(message.split()) if letter.isprintable())


def _text_messages(text: str) -> list[str]:
    # Of a page that is made for people its title says most, and no script is in it.
    tagged = _TITLE.findall(text)[:1] if is_page(text.encode()) else _XML_MESSAGE.findall(text)
    return [_TAG.sub(" ", found[1]) for found in tagged] or [_TAG.sub(" ", text)]


def _lower(members: Mapping[str, Any]) -> dict[str, Any]:
    return {key.lower(): value for key, value in members.items()}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if is_object(one)] if is_list(value) else []
