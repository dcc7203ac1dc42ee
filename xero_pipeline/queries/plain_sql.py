"""SQL of a program that nobody trusts, such as an assistant that has just read what strangers wrote.

The statement is written anew from what was understood of it, without comments: the database reads just what was looked
at here. It only selects, and calls only functions that compute; catalogues of the database have no place in it, and
neither has a way of quoting that the two databases read differently.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xero_pipeline.errors import QueryRefused
from xero_pipeline.queries.functions import BEFORE_BRACKETS, FUNCTIONS
from xero_pipeline.queries.sql_statement import WRITES, Statement, read_statement, tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_CHARACTERS = 20_000
_BEGINS = frozenset({"SELECT", "WITH", "FROM", "VALUES"})
_WORDS_REFUSED = frozenset({"INTO", "INFORMATION_SCHEMA", "OPERATOR", "UESCAPE"} | WRITES)
_CATALOGUES = ("pg_", "duckdb_", "sqlite_", "pragma_")
_NUMBER = re.compile(r"\d+(\.\d+)?([eE][+-]?\d+)?")
_SIGNS = frozenset("()[],.*+-/%<>=!|:~")


def plain_statement(sql: str) -> Statement:
    """Look at what a program wrote, and write it anew.

    Args:
        sql: One SELECT, without parameters.

    Raises:
        QueryRefused: It is more than that.
    """
    if len(sql) > MOST_CHARACTERS:
        raise QueryRefused(f"A query has {MOST_CHARACTERS:,} characters at most.")
    anew = "".join(_without_comments(tokens_of(sql))).strip(" ;")
    statement, tokens = read_statement(anew), tokens_of(anew)
    if statement.parameters:
        raise QueryRefused("A query of an assistant has no parameters: write the values into it.")
    if (tokens[0]["word"] or "").upper() not in _BEGINS:
        raise QueryRefused(f"A query of an assistant begins with SELECT or WITH, not with {tokens[0][0][:40]}.")
    _require_plain_signs(tokens)
    meant = [token for token in tokens if token.lastgroup != "space"]
    for token, following in zip(meant, [*meant[1:], None], strict=True):
        _require_known(token, following)
    return statement


def _without_comments(tokens: Iterable[re.Match[str]]) -> Iterator[str]:
    """Pieces of a statement, with one space where there were comments, spaces or line breaks."""
    parted = False
    for token in tokens:
        if token.lastgroup not in {"comment", "space"}:
            yield token[0]
        elif not parted:
            yield " "
        parted = token.lastgroup in {"comment", "space"}


def _require_plain_signs(tokens: Sequence[re.Match[str]]) -> None:
    """Texts and names in quotes that both databases read alike, and everything else in ASCII."""
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token["text"]:
            glued = before is not None and before.lastgroup != "space" and before[0] not in _SIGNS
            if token[0][0] not in "'\"" or glued:
                raise QueryRefused("Write texts as 'text' and names as \"name\", with a space before; no other quotes.")
        elif token["number"] and not _NUMBER.fullmatch(token[0]):
            raise QueryRefused(f"{token[0][:40]} is no number.")
        elif token["other"] and token[0] not in _SIGNS:
            raise QueryRefused(f"The sign {token[0]!r} has no place outside of quotes.")
        elif token["word"] and not token[0].isascii():
            raise QueryRefused("Names with other letters than a to z belong between double quotes.")


def _require_known(token: re.Match[str], following: re.Match[str] | None) -> None:
    quoted = token[0].startswith('"')
    name = token[0].strip('"') if quoted else token["word"] or ""
    if name.lower().startswith(_CATALOGUES) or name.upper() in _WORDS_REFUSED:
        raise QueryRefused(f"{name[:60]} has no place in a query of an assistant: it reads tables of the books alone.")
    if not name or following is None or following[0] != "(":
        return
    if quoted or name.lower() not in FUNCTIONS | BEFORE_BRACKETS:
        raise QueryRefused(
            f"A query of an assistant may not call {name[:60]}. It may call {', '.join(sorted(FUNCTIONS))}."
        )
