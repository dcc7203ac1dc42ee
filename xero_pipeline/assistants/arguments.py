"""The arguments of tools: what is allowed, and what is wrong with those that are not, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import ValidationError

_WORDS: Mapping[str, str] = {
    "missing": "is missing",
    "literal_error": "is one of {expected}",
    "string_type": "is text",
    "list_type": "is a list",
    "dict_type": "is an object",
}
"""By the name pydantic gives a mistake; pydantic's own words stand for all others."""


def unknown_arguments(tool: str, schema: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    """What is wrong with arguments that a tool does not have; nothing where it has all of them.

    Args:
        schema: Of the tool's arguments.
    """
    known = list(schema.get("properties", {}))
    unknown = [name for name in given if name not in known]
    if not unknown:
        return ""
    listed = ", ".join(f"`{name}`" for name in unknown)
    return f"`{tool}` has no argument {listed}: it has {', '.join(f'`{name}`' for name in known) or 'none'}."


def wrong_arguments(tool: str, schema: Mapping[str, Any], error: ValidationError) -> str:
    """Which arguments are wrong, why, and what is allowed.

    Args:
        schema: Of the tool's arguments.
    """
    told: dict[str, str] = {}
    for mistake in error.errors():
        name = str(mistake["loc"][0]) if mistake["loc"] else "arguments"
        words = _WORDS.get(mistake["type"], mistake["msg"].casefold()).format_map(mistake.get("ctx", {}))
        given = "" if mistake["type"] == "missing" else f", not {mistake['input']!r}"
        described = schema.get("properties", {}).get(name, {}).get("description", "")
        told.setdefault(name, f"`{name}` {words}{given}. {described}".strip())
    return f"Wrong arguments of `{tool}`: {' '.join(told.values())}"


def arguments_of(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Every argument of a tool: its name, what is allowed, and what it is for.

    Args:
        schema: Of the tool's arguments.
    """
    required = schema.get("required", ())
    for name, one in schema.get("properties", {}).items():
        allowed = _allowed(one)
        default = one.get("default")
        more = ", required" if name in required else f", default `{default}`" if default else ""
        yield name, f"{allowed}{more}", one.get("description", "")


def _allowed(one: Mapping[str, Any]) -> str:
    if "anyOf" in one:
        return " or ".join(_allowed(each) for each in one["anyOf"] if each.get("type") != "null")
    if "enum" in one:
        return ", ".join(f"`{word}`" for word in one["enum"])
    if one.get("type") == "array":
        return f"a list of {_allowed(one['items'])}"
    kind = str(one.get("type", ""))
    return {"string": "text", "object": "names with texts"}.get(kind, kind)
