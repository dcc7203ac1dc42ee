"""Pages of the documentation that are made from the heads of files, as lines of Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table."""
    yield _row(headers)
    yield f"|{'---|' * len(headers)}"
    yield from map(_row, rows)


def overview(headers: tuple[str, str], rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A table of what is on the page, with a line about each.

    Args:
        rows: The name of each, which is the heading of its section, and the line.
    """
    yield from table(headers, ((f"[{name}](#{name})", line) for name, line in rows))
    yield ""


def section(name: str, beginning: str, details: Iterable[str], *, level: int = 2) -> Iterator[str]:
    """A section.

    Args:
        name: Its heading.
        beginning: Its first paragraph.
        details: The lines after that.
        level: Of the heading.
    """
    yield f"{'#' * level} {name}"
    yield ""
    yield beginning
    yield ""
    yield from details
    yield ""


def subjects(said: Mapping[str, str], *, besides: Collection[str]) -> Iterator[str]:
    """A list of what the head of a file says.

    Args:
        said: By subject.
        besides: Subjects that stand elsewhere on the page.
    """
    for subject, words in said.items():
        if subject not in besides:
            yield f"- **{subject.capitalize()}**: {words}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
