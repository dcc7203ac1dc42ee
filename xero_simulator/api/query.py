"""Xero's `where` and `order` grammar, read into plain functions over records.

    where:   any of   =  all of ( OR all of )*          OR may be written ||
             all of   =  term ( AND term )*             AND may be written &&
             term     =  ( any of ) | NOT term | operand [ == != >= <= > < operand ]
             operand  =  "text" | 12.50 | true | false | null | DateTime(2026,1,31) | guid("…") | Field.Path.Method("…")
    order:   Field.Path [ASC|DESC] ( , Field.Path [ASC|DESC] )*

The grammar is the one of Xero's developer pages on requests and responses.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xero_simulator.api.query_text import Token, tokenize
from xero_simulator.api.query_values import BadQuery, Guid, comparable, date_time, pick

Record = Mapping[str, Any]
Reader = Callable[[Record], Any]

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
    "<>": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_EQUALITIES = ("==", "=", "!=", "<>")
_METHODS: dict[str, Callable[..., Any]] = {
    "contains": lambda value, part: part in value,
    "startswith": lambda value, part: value.startswith(part),
    "endswith": lambda value, part: value.endswith(part),
    "tolower": lambda value: value.lower(),
    "toupper": lambda value: value.upper(),
}


def parse_where(text: str, fields: Collection[str]) -> Callable[[Record], bool]:
    """Reads a `where` filter.

    Args:
        text: The filter, percent-decoded.
        fields: The top-level fields of the collection's records; another name is refused.

    Raises:
        BadQuery: When it does not follow the grammar; comparing unlike types raises it when the filter runs.
    """
    parser = _Parser(tokenize(text), fields)
    condition = parser.any_of()
    parser.expect_end()
    return lambda record: _truth(condition(record))


def parse_order(text: str, fields: Collection[str]) -> Callable[[Sequence[int], Sequence[Record]], list[int]]:
    """Reads an `order` into a stable sort of places in a list of records.

    Args:
        text: Such as `Date DESC, InvoiceNumber`.
        fields: The top-level fields of the collection's records.

    Raises:
        BadQuery: For an unknown field or direction.
    """
    keys: list[tuple[Reader, bool]] = []
    for part in text.split(","):
        words = part.split()
        if not words or len(words) > 2 or words[-1].upper() not in ("ASC", "DESC", words[0].upper()):
            raise BadQuery(f"Syntax error in order '{text}'")
        keys.append((_field(words[0], fields), len(words) == 2 and words[1].upper() == "DESC"))

    def sort(places: Sequence[int], records: Sequence[Record]) -> list[int]:
        found = list(places)
        for read, descending in reversed(keys):
            found.sort(key=lambda at, read=read: _sort_key(read(records[at])), reverse=descending)
        return found

    return sort


@dataclass(slots=True)
class _Parser:
    """Recursive descent over the tokens of one filter."""

    tokens: list[Token]
    fields: Collection[str]
    at: int = 0

    def any_of(self) -> Reader:
        condition = self._all_of()
        while self._take("or", "||"):
            condition = _either(condition, self._all_of())
        return condition

    def expect_end(self) -> None:
        if self.at < len(self.tokens):
            raise BadQuery(f"Syntax error at '{self.tokens[self.at].text}'")

    def _all_of(self) -> Reader:
        condition = self._term()
        while self._take("and", "&&"):
            condition = _both(condition, self._term())
        return condition

    def _term(self) -> Reader:
        if self._take("not", "!"):
            inner = self._term()
            return lambda record: not _truth(inner(record))
        left = self._operand()
        sign = self._take(*_COMPARISONS)
        return left if sign is None else _comparison(sign.text, left, self._operand())

    def _operand(self) -> Reader:
        if self._take("("):
            inner = self.any_of()
            self._require(")")
            return inner
        token = self._next()
        if token.kind in ("text", "number"):
            return _constant(token.value)
        if token.kind != "name":
            raise BadQuery(f"Expression expected at '{token.text}'")
        if token.text.lower() in ("true", "false", "null"):
            return _constant({"true": True, "false": False, "null": None}[token.text.lower()])
        if self._take("("):
            return self._call(token.text)
        return _field(token.text, self.fields)

    def _call(self, name: str) -> Reader:
        arguments = self._arguments()
        function = name.lower()
        if function in ("guid", "guid.parse") and len(arguments) == 1:
            return _constant(Guid(str(arguments[0])))
        if function in ("datetime", "datetime.parse"):
            return _constant(date_time(arguments))
        owner, _, method = name.rpartition(".")
        if not owner or method.lower() not in _METHODS or len(arguments) > 1:
            raise BadQuery(f"No applicable method '{name}' exists")
        read, apply = _field(owner, self.fields), _METHODS[method.lower()]
        return lambda record: _method(name, apply, read(record), arguments)

    def _arguments(self) -> list[Any]:
        found: list[Any] = []
        while not self._take(")"):
            if found:
                self._require(",")
            token = self._next()
            if token.kind not in ("text", "number"):
                raise BadQuery(f"Syntax error at '{token.text}'")
            found.append(token.value)
        return found

    def _take(self, *texts: str) -> Token | None:
        if self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.kind in ("sign", "name") and token.text.lower() in texts:
                self.at += 1
                return token
        return None

    def _require(self, text: str) -> None:
        if self._take(text) is None:
            raise BadQuery(f"'{text}' expected")

    def _next(self) -> Token:
        if self.at >= len(self.tokens):
            raise BadQuery("Expression expected")
        self.at += 1
        return self.tokens[self.at - 1]


def _constant(value: Any) -> Reader:
    return lambda _: value


def _either(left: Reader, right: Reader) -> Reader:
    return lambda record: _truth(left(record)) or _truth(right(record))


def _both(left: Reader, right: Reader) -> Reader:
    return lambda record: _truth(left(record)) and _truth(right(record))


def _field(path: str, fields: Collection[str]) -> Reader:
    head, *rest = [step for step in path.split(".") if step.lower() != "value"]
    if head not in fields:
        raise BadQuery(f"No property or field '{head}' exists")
    steps = (head, *rest)
    return lambda record: comparable(pick(record, steps))


def _comparison(sign: str, left: Reader, right: Reader) -> Reader:
    compare, equality = _COMPARISONS[sign], sign in _EQUALITIES

    def check(record: Record) -> bool:
        one, other = left(record), right(record)
        if one is None or other is None:
            return equality and compare(one, other)
        if isinstance(one, Guid) or isinstance(other, Guid):
            one, other = Guid(str(one)), Guid(str(other))
        if _family(one) is not _family(other) or (isinstance(one, bool | Guid) and not equality):
            raise BadQuery(f"Operator '{sign}' incompatible with operand types")
        return compare(one, other)

    return check


def _method(name: str, apply: Callable[..., Any], value: Any, arguments: list[Any]) -> Any:
    if value is None:
        return False
    try:
        return apply(value, *arguments)
    except (TypeError, AttributeError) as error:
        raise BadQuery(f"No applicable method '{name}' exists") from error


def _family(value: Any) -> type:
    for family in (bool, datetime, Guid, str):
        if isinstance(value, family):
            return family
    return int


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadQuery("Expression of type 'Boolean' expected")
    return value


def _sort_key(value: Any) -> tuple[bool, str, Any]:
    return (False, "", "") if value is None else (True, _family(value).__name__, value)
