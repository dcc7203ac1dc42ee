"""The bytes of small real files, the same in every run."""

from __future__ import annotations

import struct
import zlib

_HEAD = b"%PDF-1.4\n"


def pdf(*lines: str) -> bytes:
    """A page with some lines of text; letters outside ASCII become question marks."""
    shown = b"".join(b"(" + _escaped(line) + b") Tj T* " for line in lines)
    content = b"BT /F1 14 Tf 72 760 Td 20 TL " + shown + b"ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    body, places = _HEAD, []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return body + end % (size, table, size, len(body))


def png(red: int, green: int, blue: int, side: int = 8) -> bytes:
    """A square of one colour. It is not compressed: how well that works depends on the library's version."""
    row = b"\0" + bytes((red, green, blue)) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(row * side, level=0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _escaped(line: str) -> bytes:
    plain = line.encode("ascii", "replace")
    for letter in (b"\\", b"(", b")"):
        plain = plain.replace(letter, b"\\" + letter)
    return plain
