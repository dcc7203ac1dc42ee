"""Answers spoilt in every way we could think of, by a seed: as text, as bytes, as JSON of other shapes."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Slot = tuple[Any, Any]
"""A container of an answer, and one of its keys or places."""


@dataclass(frozen=True)
class Raw:
    """JSON text that stands as it is: numbers beyond all types, and such as are none."""

    text: str


class Pairs(list):
    """An object with a key twice."""


NUMBERS = ("1e999", "-1e999", "9" * 400, "-" + "9" * 40, "0." + "123456789" * 9, "-0.0", "1E+2", "00", "+1", ".5", "1.")
DATES = (
    "/Date(99999999999999999)/",
    "/Date(-62135596800001)/",
    "/Date(1439434356790+1300)/",
    "/Date()/",
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59",
    "2026-02-30",
    "soon",
)
TEXTS = (
    "",
    " ",
    "x",
    "\0",
    "a\0b",
    "\ud83d",
    "\u202e",
    "'; drop table --",
    "../..",
    "%2f?x=1#y",
    "é" * 300,
    "0",
    "null",
)


def spoilt(body: bytes, seed: int) -> bytes:
    """An answer, spoilt in the way of a seed."""
    chance = random.Random(seed)
    if chance.random() < 0.3:
        return chance.choice(BYTES)(body, chance)
    tree = json.loads(body, parse_float=Raw, parse_int=Raw)
    for _ in range(chance.choice((1, 1, 2, 4))):
        slots = list(_slots(tree))
        near = [slot for slot, depth in slots if depth <= 2]
        places = near if chance.random() < 0.4 else [slot for slot, _ in slots]
        if not places:
            break
        # What was put there may have no such place any more.
        _change(*chance.choice(places), chance, tree)
    return write(tree).encode("utf-8", "surrogatepass")


def write(value: Any) -> str:
    """JSON text, also of what JSON does not allow.

    Args:
        value: A tree with `Raw` and `Pairs` in it.
    """
    match value:
        case Raw():
            return value.text
        case Pairs():
            return "{" + ",".join(f"{json.dumps(key)}:{write(one)}" for key, one in value) + "}"
        case dict():
            return "{" + ",".join(f"{json.dumps(key)}:{write(one)}" for key, one in value.items()) + "}"
        case list():
            return "[" + ",".join(map(write, value)) + "]"
        case str():
            return json.dumps(value, ensure_ascii=len(value) % 2 == 0)
        case _:
            return json.dumps(value)


def junk(chance: random.Random) -> Any:
    """Something that belongs nowhere."""
    return chance.choice(
        (
            None,
            True,
            False,
            Raw("0"),
            Raw("-1"),
            Raw("3"),
            Raw(chance.choice(NUMBERS)),
            Raw("NaN"),
            chance.choice(TEXTS),
            chance.choice(TEXTS),
            chance.choice(DATES),
            [],
            {},
            [[]],
            [None],
            [Raw("5")],
            {"": None},
            {"Value": Raw("5")},
            Raw("[" * 700 + "]" * 700),
            Raw('{"a":' * 300 + "1" + "}" * 300),
        )
    )


def _slots(value: Any, depth: int = 0) -> Iterator[tuple[Slot, int]]:
    match value:
        case Pairs():
            return
        case dict():
            for key, one in list(value.items()):
                yield (value, key), depth
                yield from _slots(one, depth + 1)
        case list():
            for place, one in enumerate(value):
                yield (value, place), depth
                yield from _slots(one, depth + 1)


def _change(container: Any, key: Any, chance: random.Random, tree: Any) -> None:
    before = container[key]
    ways: list[Callable[[], Any]] = [
        lambda: _put(container, key, junk(chance)),
        lambda: _put(container, key, junk(chance)),
        lambda: container.pop(key),
        lambda: _put(container, key, [before]),
        lambda: _put(container, key, {"Value": before}),
        lambda: _put(container, key, before[0] if isinstance(before, list) and before else write(before)),
        lambda: _put(
            container, key, chance.choice(list(_slots(tree)))[0][0] if chance.random() < 0.1 else [before] * 2
        ),
    ]
    if isinstance(container, dict):
        ways += [
            lambda: _rename(container, key, chance.choice((str(key).lower(), f"{key}s", str(key)[:-1], ""))),
            lambda: _put(container, key, Pairs([("Status", before), ("Status", junk(chance))])),
        ]
    else:
        ways += [lambda: container.insert(key, before), lambda: container.insert(key, junk(chance))]
    if isinstance(before, dict) and before:
        doubled = chance.choice(list(before))
        ways += [lambda: _put(container, key, Pairs([*before.items(), (doubled, junk(chance))]))] * 2
    chance.choice(ways)()
    _without_rings(tree, set())


def _put(container: Any, key: Any, value: Any) -> None:
    container[key] = value


def _rename(container: dict[str, Any], key: str, name: str) -> None:
    container[name] = container.pop(key)


def _without_rings(value: Any, above: set[int]) -> None:
    """A subtree that was put below itself would never end."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in list(items):
        if id(one) in above or one is value:
            value[key] = None
        elif isinstance(one, dict | list) and not isinstance(one, Pairs):
            _without_rings(one, above | {id(value)})


def _cut(body: bytes, chance: random.Random) -> bytes:
    return body[: chance.randrange(len(body))]


def _flip(body: bytes, chance: random.Random) -> bytes:
    changed = bytearray(body)
    for _ in range(chance.choice((1, 1, 5, 50))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _insert(body: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(body) + 1)
    what = chance.choice(
        (b"\0", b"\x1f", b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b'"', b"\\", b"\\ud800", b"{", b"]", b",")
    )
    return body[:place] + what + body[place:]


def _before_or_behind(body: bytes, chance: random.Random) -> bytes:
    what = chance.choice(
        (b"\xef\xbb\xbf", b"\xff\xfe", b"\n\n ", b"while(1);", b"<!-- -->", b"HTTP/1.1 200 OK\r\n\r\n")
    )
    return what + body if chance.random() < 0.7 else body + what


def _other(body: bytes, chance: random.Random) -> bytes:
    page = b"<html><body><h1>Sign in</h1></body></html>"
    error = b'{"Type":null,"Title":"An error occurred","Status":500,"Detail":"Oops"}'
    wholes = (b"", b" ", b"null", b"true", b"5", b'"text"', b"[]", b"{}", b"[" * 100_000, b'{"a":' * 5_000, page, error)
    return chance.choice((*wholes, body + body, body[::-1], body.decode().encode("utf-16"), gzip.compress(body)))


BYTES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _cut,
    _flip,
    _flip,
    _insert,
    _insert,
    _before_or_behind,
    _other,
)
