"""What an error body says, in whatever form it came."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from xero_pipeline.xero.values import loads

_LONGEST = 500
_XML_MESSAGE = re.compile(r"<(Message|Detail|title)>(.*?)</\1>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def problem_text(body: bytes) -> str:
    """The message for a person in an error body: JSON with keys in any case, XML, HTML, plain text or nothing.

    Args:
        body: The answer's bytes.

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
    if not isinstance(problem, dict):
        yield from [problem] if isinstance(problem, str) else []
        return
    members = _lower(problem)
    details = [
        str(_lower(error).get("message", ""))
        for element in _dicts(members.get("elements"))
        for error in _dicts(_lower(element).get("validationerrors"))
    ]
    # "A validation exception occurred" says nothing once the exceptions themselves are known.
    yield from details or [str(members[key]) for key in ("message", "detail", "title") if members.get(key)][:1]


def _one_line(message: str) -> str:
    # What is not printable could do things to a terminal.
    return "".join(letter for letter in " ".join(message.split()) if letter.isprintable())


def _text_messages(text: str) -> list[str]:
    tagged = [_TAG.sub(" ", found[1]) for found in _XML_MESSAGE.findall(text)]
    return tagged or [_TAG.sub(" ", text)]


def _lower(members: Mapping[str, Any]) -> dict[str, Any]:
    return {key.lower(): value for key, value in members.items()}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
