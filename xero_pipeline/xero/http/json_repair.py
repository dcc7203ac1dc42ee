r"""Bodies of answers that are almost JSON: read all the same, and no character of the good ones is touched.

What can be read only one way is written so (a byte order mark, a tab inside a text, gzip that nobody announced). What
cannot be read is the sign for that, U+FFFD, and `warehouse.spoiled` tells where one stands. Nothing is guessed beyond:
an answer that was cut off stays one.

Seen in the field: freakboy3742/pyxero#225 (byte order marks), airbytehq/airbyte#3476 (U+0000), smilli/py-corenlp#1
(raw control characters), brian7704/OpenTAKServer#291 (NaN).
"""

from __future__ import annotations

import codecs
import gzip
import re
import zlib

import msgspec

_GZIP = b"\x1f\x8b\x08"
_WIDE = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_UNREADABLE = "\ufffd".encode()
# What is looked for in every answer: NUL, and the sign itself where it is written as an escape.
_SIGNS = re.compile(rb"\\u(?:0000|[fF]{3}[dD])")

# Escapes as they follow one another: a pair of surrogates, one that is no character, any other good one, a bad one.
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(\\u(?:[dD][89a-fA-F][0-9a-fA-F]{2}|0000|[fF]{3}[dD]))"
    rb"|\\(?:u[0-9a-fA-F]{4}|[\"\\/bfnrt])"
    rb"|(\\)"
)
_CONTROL = re.compile(rb"[\x00-\x1f]")
# A text, or whatever else stands between the signs of JSON. Nothing is to be done about those that match no group.
_TOKEN = re.compile(
    rb'"[^"\\\x00-\x1f]*"|("(?:[^"\\]|\\.)*")'
    rb"|(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)(?=[\s\]},]|$)"
    rb'|([^\s\[\]{},:"]+)',
    re.DOTALL,
)


def readable(body: bytes) -> bytes:
    """An answer without what no database takes, as UTF-8; as it was where there is nothing of the kind.

    Looks at every answer: about 0.2 ms per MB.

    Args:
        body: As it came over the network.
    """
    while body.startswith(_GZIP):
        body = _unpacked(body)
    if body.startswith(codecs.BOM_UTF8):
        body = body.removeprefix(codecs.BOM_UTF8)
    elif body[:2] in _WIDE:
        body = body.decode(_WIDE[body[:2]], "replace").encode()
    if not body.isascii():
        body = body.decode("utf-8", "replace").encode()
    return _ESCAPE.sub(_escape, body) if _SIGNS.search(body) else body


def repaired(body: bytes) -> bytes:
    r"""An answer that is not JSON, with its texts and numbers written so that it may be.

    In texts: halves of characters (where a text was cut to a length in UTF-16, an emoji at its end leaves half of
    itself behind, which .NET writes as `\ud83d` alone), control characters, escapes that are none. Outside: words that
    are no values, such as NaN, become texts, for whoever reads the record to refuse; the others of its page stay.

    Args:
        body: As `readable` gives it.
    """
    return _TOKEN.sub(_token, body.strip(b"\0 \t\r\n"))


def _unpacked(body: bytes) -> bytes:
    try:
        return gzip.decompress(body)
    except (EOFError, OSError, zlib.error):
        return b""  # cut off: no answer


def _token(found: re.Match[bytes]) -> bytes:
    text, word = found.groups()
    if text:
        return _CONTROL.sub(_control, _ESCAPE.sub(_escape, text))
    return msgspec.json.encode(word.decode("utf-8", "replace")) if word else found[0]


def _escape(found: re.Match[bytes]) -> bytes:
    if found[1]:
        return _UNREADABLE
    return rb"\\" if found[2] else found[0]


def _control(found: re.Match[bytes]) -> bytes:
    return _UNREADABLE if found[0] == b"\0" else rb"\u%04x" % found[0][0]
