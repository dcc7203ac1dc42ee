"""What is wrong with a value that a person wrote, in words: pydantic's own are made for programmers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dotenv.parser import parse_stream

from xero_pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from dotenv.parser import Binding

_WORDS: Mapping[str, str] = {
    "value_error": "{error}",
    "date_": "must be a day, such as 2025-04-01",
    "int_": "must be a whole number",
    "bool_": "must be true or false",
    "greater_than_equal": "must be at least {ge:,}",
    "less_than_equal": "must be at most {le:,}",
}
"""By the beginning of pydantic's name of an error."""
_SHOWN = 5
"""More mistakes of a file than these are counted, not shown."""


def in_words(mistake: Mapping[str, Any]) -> str:
    """What is wrong, as the end of a sentence; never what was written, for it may be a secret.

    Args:
        mistake: One of pydantic's `ValidationError.errors()`.
    """
    for kind, words in _WORDS.items():
        if mistake["type"].startswith(kind):
            return words.format_map(mistake.get("ctx", {}))
    return mistake["msg"]


def file_text(file: Path, what: str) -> str:
    """What stands in a file of the user's.

    Args:
        what: How a sentence about it begins: "The rates in rates.csv".

    Raises:
        ConfigurationError: It cannot be read, or is not UTF-8.
    """
    try:
        return file.expanduser().read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"{what} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{what} cannot be read: save the file as UTF-8.") from error


def first_of(mistakes: Sequence[str]) -> str:
    """Some mistakes of a file as the end of a sentence, and how many more there are."""
    more = f"; and {len(mistakes) - _SHOWN} more" if len(mistakes) > _SHOWN else ""
    return f"{'; '.join(mistakes[:_SHOWN])}{more}."


def unused_app(*, mock_mode: bool, client_id: str | None) -> str | None:
    """What is odd about an app in mock mode, and what to do; None where nothing is.

    Args:
        mock_mode: Whether the simulated Xero is asked.
        client_id: The app, if one is set.
    """
    if not (mock_mode and client_id):
        return None
    return (
        "Mock mode is on although XERO_CLIENT_ID is set: the books are simulated, your app is not used. For your own "
        "Xero set XERO_MOCK_MODE=false, and XERO_PIPELINE_HOME to a folder of its own, such as .xero-live. For the "
        "simulated Xero leave XERO_CLIENT_ID empty."
    )


def require_readable(file: Path) -> None:
    """Let no line of a `.env` file be passed over in silence.

    Args:
        file: Which; it need not be there.

    Raises:
        ConfigurationError: A line is no setting; the message names it, and shows nothing of it.
    """
    if not file.is_file():
        return
    try:
        with file.open(encoding="utf-8") as lines:
            wrong = next((_line(one) for one in parse_stream(lines) if _is_none(one)), None)
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file.absolute()} is not written in UTF-8. Save it as UTF-8.") from error
    if wrong is not None:
        raise ConfigurationError(
            f"{file.absolute()}, line {wrong} is no setting: write NAME=value, a value with blanks in quotes, and # "
            "before a comment."
        )


def _is_none(binding: Binding) -> bool:
    """A name alone means nothing to us; other programs may know what to do with theirs."""
    return binding.error or (binding.value is None and (binding.key or "").upper().startswith("XERO_"))


def _line(binding: Binding) -> int:
    """The number of the line with the first letter: blank lines before it are part of a binding."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
