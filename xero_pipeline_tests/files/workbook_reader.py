"""Reads a workbook as a spreadsheet program does, with the standard library alone."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass
class ReadSheet:
    """One sheet: its rows, in which an absent cell is None, text is str and a number the double that was read."""

    name: str
    rows: list[list[str | float | None]]
    xml: str

    @property
    def numbers(self):
        return [cell for row in self.rows for cell in row if isinstance(cell, float)]

    @property
    def texts(self):
        return [cell for row in self.rows for cell in row if isinstance(cell, str)]


def read_workbook(content: bytes) -> list[ReadSheet]:
    with zipfile.ZipFile(io.BytesIO(content)) as files:
        shared = [_text(one) for one in ElementTree.fromstring(files.read("xl/sharedStrings.xml"))]
        names = [one.get("name") for one in ElementTree.fromstring(files.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")]
        sheets = [files.read(f"xl/worksheets/sheet{place}.xml").decode() for place in range(1, len(names) + 1)]
    return [ReadSheet(name, _rows(xml, shared), xml) for name, xml in zip(names, sheets, strict=True)]


def _rows(xml, shared):
    rows = []
    for row in ElementTree.fromstring(xml).iter(f"{_MAIN}row"):
        cells = {}
        for cell in row:
            value = cell.find(f"{_MAIN}v")
            if value is not None:
                is_text = cell.get("t") == "s"
                cells[_column(cell.get("r"))] = shared[int(value.text)] if is_text else float(value.text)
        rows.append([cells.get(place) for place in range(max(cells, default=-1) + 1)])
    return rows


def _column(reference):
    number = 0
    for letter in re.match("[A-Z]+", reference)[0]:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _text(item):
    text = "".join(one.text or "" for one in item.iter(f"{_MAIN}t"))
    return re.sub("_x([0-9A-F]{4})_", lambda code: chr(int(code[1], 16)), text)
