"""Where a page quotes a message of ours the program says it word for word; so are scopes and schedules it lists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from xero_pipeline.container import Services
from xero_pipeline.definitions import build
from xero_pipeline.settings import Settings
from xero_pipeline_tests.docs.blocks import ROOT, Block, quotations

SHORTEST = 25
"""Letters that a message must have beside its blanks, lest it fit everything."""


@cache
def messages() -> tuple[re.Pattern[str], ...]:
    """Every text in the code, its blanks filled with anything."""
    return tuple(
        re.compile(pattern)
        for path in (ROOT / "xero_pipeline").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for pattern in _pattern(node)
    )


def _pattern(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        parts: list[ast.expr] = [node]
    elif isinstance(node, ast.JoinedStr):
        parts = node.values
    else:
        return
    said = [part.value if isinstance(part, ast.Constant) else None for part in parts]
    if sum(len(str(text)) for text in said if text) >= SHORTEST:
        filled = "".join(re.escape(" ".join(f"|{text}|".split())[1:-1]) if text else ".+?" for text in said)
        yield re.sub(r"\.\+\?$", ".+", filled)


@pytest.mark.parametrize("quoted", quotations(), ids=str)
def test_a_quoted_message_is_what_the_program_says(quoted: Block) -> None:
    left = quoted.text
    # The longest first: a message may be put together from several texts.
    for pattern in sorted(messages(), key=lambda one: -len(one.pattern)):
        left = pattern.sub("", left, count=1)
    assert len(left) < SHORTEST, f"{quoted}: nobody says {left!r}"


def test_the_page_lists_exactly_the_scopes_that_are_asked_for() -> None:
    table = (ROOT / "docs" / "live.md").read_text().partition("## What is asked for")[2].partition("\nNot asked for")[0]
    listed = [
        set(re.findall(r"`([a-z_.]+)`", row.split("|")[1])) for row in table.splitlines() if row.startswith("| `")
    ]
    optional = (
        Services(
            Settings(
                tax_reports=True,
                aged_by_contact=True,
                journals=True,
                explain=("payslips", "assets", "account-data"),
                document_details=("attachments", "history", "online-invoices"),
            )
        )
        .app()
        .scopes
    )

    assert set().union(*listed) == set(optional)
    assert set().union(*listed[:-8]) == set(Services(Settings()).app().scopes)


def test_the_page_lists_exactly_what_dagster_runs_by_itself() -> None:
    table = (ROOT / "docs" / "operations.md").read_text().partition("## What runs when")[2].partition("\n## ")[0]
    definitions = build(Settings())
    known = {one.name for one in [*(definitions.schedules or ()), *(definitions.sensors or ())]}

    assert set(re.findall(r"^\| `([a-z_]+)`", table, re.M)) == known
