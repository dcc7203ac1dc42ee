"""A statement that a person wrote: one, that reads, with its `:name` parameters. Knows just enough of SQL for that.

The database has the last word: the session it runs in cannot write. This look before is for what a session that only
reads lets through (files written by COPY, settings) and for a message that says what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xero_pipeline.errors import QueryRefused

READS = frozenset(
    {"SELECT", "WITH", "FROM", "VALUES", "TABLE", "SHOW", "DESCRIBE", "DESC", "SUMMARIZE", "PIVOT", "UNPIVOT"}
)
WRITES = frozenset({"DELETE", "INSERT", "MERGE", "UPDATE"})
"""What a statement that begins by reading may still do, in a WITH."""
_EXPLAINS = frozenset({"EXPLAIN", "ANALYZE", "VERBOSE"})
_CHANGES_SESSION = "set_config"
"""PostgreSQL's SET as a function: with it a superuser's session would give up the role in which it only reads."""
_TOKEN = re.compile(
    r"""
    (?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
  | (?P<text>[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
  | (?P<parameter>(?<![:\w\]'")]):(?P<name>[A-Za-z_]\w*))
  | (?P<number>\d[\w.]*)
  | (?P<word>[A-Za-z_][\w$]*)
  | (?P<space>\s+)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, taken apart as far as needed.

    Args:
        sql: As SQLAlchemy's `text` wants it: `:name` is a parameter, every other colon has a backslash before it.
        parameters: The names of the parameters.
    """

    sql: str
    parameters: frozenset[str]


def read_statement(sql: str) -> Statement:
    """Look at what a person wrote.

    Args:
        sql: One statement; a semicolon at its end is left out.

    Raises:
        QueryRefused: It is none, it is several, or it does not only read.
    """
    tokens = tokens_of(sql)
    while tokens and (tokens[-1].lastgroup in {"space", "comment"} or tokens[-1]["other"] == ";"):
        tokens.pop()
    _require_reading([token for token in tokens if token.lastgroup not in {"space", "comment"}])
    written = "".join(_for_sqlalchemy(token) for token in tokens)
    return Statement(written, frozenset(token["name"] for token in tokens if token["name"]))


def tokens_of(sql: str) -> list[re.Match[str]]:
    """All of it, piece by piece: the group of each says what it is."""
    return list(_TOKEN.finditer(sql))


def writing_word(sql: str) -> re.Match[str] | None:
    """Where a statement would write, whatever it begins with; for sessions that can.

    Args:
        sql: Any; what is quoted or a comment does not count.
    """
    return next((token for token in tokens_of(sql) if (token["word"] or "").upper() in WRITES), None)


def given(statement: Statement, values: Mapping[str, object]) -> dict[str, object]:
    """The values of a statement's parameters.

    Args:
        values: By name; more than it has is a mistake, too.

    Raises:
        QueryRefused: One is missing, or there is none of that name.
    """
    if missing := sorted(statement.parameters - set(values)):
        raise QueryRefused(
            f"The query has the parameter :{missing[0]}, which was not given (on the command line: "
            f"-p {missing[0]}=VALUE). A colon that "
            "begins no parameter belongs between quotes."
        )
    if unknown := sorted(set(values) - statement.parameters):
        known = ", ".join(f":{name}" for name in sorted(statement.parameters)) or "none"
        raise QueryRefused(f"The query has no parameter :{unknown[0]}. Its parameters: {known}.")
    return {name: values[name] for name in statement.parameters}


def _for_sqlalchemy(token: re.Match[str]) -> str:
    return token[0] if token["parameter"] else token[0].replace(":", r"\:")


def _require_reading(tokens: list[re.Match[str]]) -> None:
    if not tokens:
        raise QueryRefused(
            "There is no query: write one in quotes, or name a built-in one (`xero-pipeline query --list`)."
        )
    if any(token["other"] == ";" for token in tokens):
        raise QueryRefused("These are several statements; ask one at a time, without a semicolon between.")
    if any(token[0].strip('"').lower() == _CHANGES_SESSION for token in tokens):
        raise QueryRefused(f"`query` only reads: {_CHANGES_SESSION} changes the session that it reads in.")
    word = next(_words(tokens), "")
    if word not in READS:
        raise QueryRefused(
            f"`query` only reads: a statement begins with SELECT (or WITH, FROM, SHOW, EXPLAIN …), not with "
            f"{word or tokens[0][0]}. To change the books, change them in Xero and sync."
        )


def _words(tokens: list[re.Match[str]]) -> Iterator[str]:
    """The words that say what is done: of `explain (format json) select …` only SELECT comes."""
    depth, explains = 0, False
    for token in tokens:
        word = (token["word"] or "").upper()
        if word in _EXPLAINS and depth == 0:
            explains = True
        elif explains and (token["other"] == "(" or depth):
            depth += {"(": 1, ")": -1}.get(token["other"] or "", 0)
        elif word:
            yield word
