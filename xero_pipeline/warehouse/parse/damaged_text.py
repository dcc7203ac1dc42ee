"""What was damaged before it reached us: texts with characters that nobody can read, fields that are there twice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from xero_pipeline.warehouse.parse.python_reader import decoded, id_of
from xero_pipeline.warehouse.progress.records import Drift

UNREADABLE = "\ufffd"
"""The sign for a character that could not be read (U+FFFD): ours, or that of whoever had the text before Xero."""

_WRITTEN = UNREADABLE.encode()
_SHOWN = 200


def unreadable_texts(collection: str, texts: Sequence[bytes]) -> Iterator[Drift]:
    """The texts of records that hold characters nobody can read."""
    for text in texts:
        if _WRITTEN not in text:
            continue
        record = decoded(text)
        for path, said in dict(_paths(record, "")).items():
            yield Drift("character", path[:_SHOWN], "", _sample(said), 1, id_of(collection, record))


def duplicate_fields(collection: str, texts: Iterable[bytes]) -> Iterator[Drift]:
    """The fields that records have twice: the last one counts, `raw` has them all."""
    for text in texts:
        found: list[tuple[str, list[Any]]] = []

        def note(pairs: list[tuple[str, Any]], found: list[tuple[str, list[Any]]] = found) -> dict[str, Any]:
            names = [name for name, _ in pairs]
            for name in dict.fromkeys(name for name in names if names.count(name) > 1):
                found.append((name, [value for other, value in pairs if other == name]))
            return dict(pairs)

        try:
            record = json.loads(text, object_pairs_hook=note)
        except (ValueError, RecursionError):
            continue  # whoever reads the record says so
        for name, values in found:
            yield Drift("twice", name[:_SHOWN], "", _sample(values), 1, id_of(collection, record))


def unreadable_texts_in_report(report: Any, month: str) -> Iterator[Drift]:
    """The texts of a report that hold characters nobody can read.

    Args:
        month: To tell which answer had it.
    """
    for path, said in dict(_paths(report, "Report")).items():
        yield Drift("character", path[:_SHOWN], "", _sample(said), 1, month)


def _paths(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Where a sign is, names included, and what stands there."""
    if isinstance(value, str):
        if UNREADABLE in value:
            yield path, value
    elif isinstance(value, list):
        for element in value:
            yield from _paths(element, f"{path}[]")
    elif isinstance(value, dict):
        for name, inner in value.items():
            here = f"{path}.{name}" if path else name
            if UNREADABLE in name:
                yield here, inner
            yield from _paths(inner, here)


def _sample(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)[:_SHOWN]
