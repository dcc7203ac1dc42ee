"""A case as its file tells it."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path

from xero_pipeline.xero.endpoints import catalogue
from xero_pipeline.xero.on_request import on_request
from xero_pipeline.xero.reports.catalogue import reports

FOLDER = Path(__file__).parent
_JSON = {"Content-Type": "application/json; charset=utf-8"}
_KNOWN = {
    "what", "source", "went_wrong", "pending", "organisation", "lists", "answers", "syncs", "collections", "months",
    "expect",
}  # fmt: skip
_EXPECTED = {
    "rows", "drift", "rejected", "errors", "calls", "status", "organisations", "journals", "problems", "differences",
    "queries",
}  # fmt: skip
_OF_AN_ANSWER = {
    "path", "when", "sync", "query", "status", "headers", "json", "text", "latin1", "base64", "gzip",
}  # fmt: skip


@dataclass(frozen=True)
class Overlay:
    """An answer in the place of a good one.

    Args:
        path: Below `/api.xro/2.0/`, or absolute.
        when: `first`, `every`, or which request to the path.
        sync: Only in this sync; 0 for every one.
        query: Parameters that must be asked for.
        body: Exactly these bytes.
    """

    path: str
    when: str | int
    sync: int
    query: dict[str, str]
    status: int
    headers: dict[str, str]
    body: bytes

    def fits(self, number: int, sync: int, query: dict[str, str]) -> bool:
        """Whether it answers a request.

        Args:
            number: Of the request to its path, from 1.
            sync: Which sync it is, from 1.
            query: The parameters by lower-case name.
        """
        turn = {"every": number, "first": 1}.get(self.when, self.when)
        asked = all(query.get(name.lower()) == value for name, value in self.query.items())
        return turn == number and self.sync in (0, sync) and asked


@dataclass(frozen=True)
class Case:
    """What somebody met in the field.

    Args:
        name: Its file, without the ending.
        answers: Laid over the good ones; the first that fits wins.
        expect: What must come of it.
    """

    name: str
    told: dict
    answers: tuple[Overlay, ...]
    expect: dict = field(default_factory=dict)

    @property
    def collections(self) -> list[str]:
        """The tables to sync, in the order of the catalogue."""
        named = {"organisations", "accounts", *self.told.get("collections", ()), *self._lists()}
        rows = (*catalogue(), *on_request())
        wrong = named - {row.table for row in rows}
        assert not wrong, f"{self.name}: no such collection: {wrong}"
        return [row.table for row in rows if row.table in named]

    @property
    def reports(self) -> list[str]:
        """The reports that answers name, each once."""
        paths = {answer.path for answer in self.answers}
        return [one.name for one in reports() if one.enabled_by_default and one.path in paths]

    def _lists(self) -> set[str]:
        asked = {*self.told.get("lists", ()), *(answer.path.split("/")[0] for answer in self.answers)}
        return {row.table for row in catalogue() if asked & {row.wrapper, row.path}} | {
            row.table for row in on_request() if row.path in asked - {"Reports"}
        }


def cases() -> list[Case]:
    """All of them, by their names."""
    return [_case(path) for path in sorted(FOLDER.glob("*/*.json"))]


def _case(path: Path) -> Case:
    name = f"{path.parent.name}/{path.stem}"
    try:
        told = json.loads(path.read_text(encoding="ascii"))
        _no_more("a case", told, _KNOWN)
        _no_more("expect", told.get("expect", {}), _EXPECTED)
        assert told["what"] and told["went_wrong"], "what and went_wrong are sentences"
        assert all(isinstance(one, str) for one in told["source"]) and told["source"], "a source is needed"
        return Case(name, told, tuple(_overlay(one) for one in told.get("answers", ())), told["expect"])
    except (ValueError, KeyError, AssertionError) as wrong:
        raise ValueError(f"field_cases/{name}.json: {wrong}") from wrong


def _overlay(told: dict) -> Overlay:
    _no_more("an answer", told, _OF_AN_ANSWER)
    body = b""
    if "json" in told:
        body = json.dumps(told["json"]).encode()
    elif "text" in told:
        body = told["text"].encode()
    elif "latin1" in told:
        body = told["latin1"].encode("latin-1")
    elif "base64" in told:
        body = base64.b64decode(told["base64"])
    return Overlay(
        path=told["path"],
        when=told.get("when", "every"),
        sync=told.get("sync", 0),
        query=told.get("query", {}),
        status=told.get("status", 200),
        headers=told.get("headers", _JSON),
        body=gzip.compress(body, mtime=0) if told.get("gzip") else body,
    )


def _no_more(what: str, told: dict, known: set[str]) -> None:
    more = set(told) - known
    assert not more, f"{what} has no {', '.join(sorted(more))}; it may have {', '.join(sorted(known))}"
