"""The fenced blocks, quotations and links of all pages, read as Markdown and not by guess."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))


@dataclass(frozen=True)
class Block:
    """A fenced block, or a quotation."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@cache
def tokens(page: Path) -> tuple[Token, ...]:
    return tuple(MarkdownIt("gfm-like", {"linkify": False}).parse(page.read_text(encoding="utf-8")))


def inline(page: Path) -> Iterator[Token]:
    """What is inside paragraphs, cells and headings: text, code, links, pictures."""
    for token in tokens(page):
        yield from token.children or ()


def blocks(*languages: str) -> list[Block]:
    """The fenced blocks in these languages, in the order of the pages."""
    return [
        Block(_name(page), (token.map or [0])[0] + 1, token.info, token.content)
        for page in PAGES
        for token in tokens(page)
        if token.type == "fence" and token.info in languages
    ]


def quotations() -> list[Block]:
    """The block quotations: what our own messages say, word for word."""
    found = []
    for page in PAGES:
        depth = 0
        for token in tokens(page):
            depth += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
            if depth and token.type == "inline":
                found.append(Block(_name(page), (token.map or [0])[0] + 1, "", " ".join(token.content.split())))
    return found


def commands(block: Block) -> list[str]:
    """The command lines of a block, each with what belongs to it over several lines; of a Python block, one."""
    if block.language == "python":
        return [f".venv/bin/python -c {shlex.quote(block.text)}"]
    found: list[str] = []
    unfinished = ""
    for line in block.text.splitlines():
        unfinished += line
        if unfinished.endswith("\\") or not _whole(unfinished):
            unfinished += "\n"
            continue
        if shlex.split(unfinished, comments=True):
            found.append(unfinished)
        unfinished = ""
    assert not unfinished, f"{block}: a quotation is not closed"
    return found


def _whole(text: str) -> bool:
    try:
        shlex.split(text, comments=True)
    except ValueError:
        return False
    return True


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))
