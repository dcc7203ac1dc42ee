"""What the pages tell people to type exists: every command, every option, every setting."""

from __future__ import annotations

import re
import shlex
from itertools import groupby
from typing import Any

import pytest
import typer.exceptions
from typer.main import get_command

from xero_pipeline.cli.app import app
from xero_pipeline.defs.xero_app import ITS_OWN, XeroApp
from xero_pipeline.settings import Settings
from xero_pipeline_tests.docs.blocks import PAGES, ROOT, Block, blocks, commands, inline
from xero_pipeline_tests.docs.not_run import NOT_RUN

PROGRAM = "xero-pipeline"
WRITTEN = [(block, command) for block in blocks("sh") for command in commands(block)]
OUR_SETTINGS = {f"XERO_{name.upper()}" for name in Settings.model_fields} | {"XERO_MOVE_TO", "XERO_MOVE_STATE_TO"}
OF_AN_APP = {XeroApp("uk").variable(setting) for setting in ("pipeline_home", *ITS_OWN)}
HOME_OF_MAKE = (ROOT / "Makefile").read_text()


def parsed(words: list[str]) -> None:
    """As the program itself reads them; nothing is done."""
    command: Any = get_command(app)
    context = typer.Context(command, info_name=PROGRAM)
    while hasattr(command, "commands"):
        if words and words[0] in {option for parameter in command.params for option in parameter.opts}:
            return
        assert words and words[0] in command.commands, f"there is no command {' '.join(words[:1])}"
        command, words = command.commands[words[0]], words[1:]
    command.make_context(command.name, list(words), parent=context)


def ours(command: str) -> list[list[str]]:
    """The words behind each `xero-pipeline` of a command line."""
    reader = shlex.shlex(command, posix=True, punctuation_chars=True)
    reader.whitespace_split = True
    parts = [list(words) for ends, words in groupby(reader, lambda word: set(word) <= set("();<>|&")) if not ends]
    places = [next((i for i, word in enumerate(one) if word.endswith(PROGRAM)), None) for one in parts]
    return [one[place + 1 :] for one, place in zip(parts, places, strict=True) if place is not None]


@pytest.mark.parametrize(("block", "command"), WRITTEN, ids=[f"{block}-{n}" for n, (block, _) in enumerate(WRITTEN)])
def test_a_command_has_words_the_program_knows(block: Block, command: str) -> None:
    for words in ours(command):
        parsed(words)
    for target in re.findall(r"^make (\w+)", command):
        assert re.search(rf"^{target}:", HOME_OF_MAKE, re.M), f"make {target}"


def test_a_service_starts_a_command_that_exists() -> None:
    started = [line for block in blocks("systemd") for line in block.text.splitlines() if line.startswith("ExecStart=")]
    assert started
    for line in started:
        parsed(ours(line.removeprefix("ExecStart="))[0])


def test_a_command_within_a_sentence_exists() -> None:
    found = {token.content for page in PAGES for token in inline(page) if token.type == "code_inline"}
    for said in found - {f"{PROGRAM} …"}:
        for words in filter(None, ours(said) if PROGRAM in said.split() else []):
            try:
                parsed(words)
            except typer.exceptions.TyperException as error:
                # A sentence may leave out what a command needs, not name what it does not know.
                assert type(error).__name__ == "MissingParameter", (said, error)


def test_the_readme_has_every_command_and_no_option_that_is_none() -> None:
    listing = (ROOT / "README.md").read_text().partition("## Commands")[2].partition("\n## ")[0]
    rows = [row.split() for row in re.findall(r"^\| `([^`]+)`", listing, re.M)]
    root: Any = get_command(app)
    for row in rows:
        command = root.commands[row[0]]
        command = getattr(command, "commands", {}).get(row[1] if row[1:] else "", command)
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word.strip("[]") for word in row if word.startswith(("--", "[--"))} <= options, row
    assert {row[0] for row in rows} == set(root.commands)


@pytest.mark.parametrize("block", blocks("ini"), ids=str)
def test_a_setting_of_a_block_exists(block: Block) -> None:
    assert {line.partition("=")[0] for line in block.text.splitlines() if line} <= OUR_SETTINGS | OF_AN_APP


def test_a_setting_within_a_sentence_exists() -> None:
    found = [token.content for page in PAGES for token in inline(page) if token.type in {"code_inline", "text"}]
    named = {name for said in found for name in re.findall(r"\bXERO_[A-Z_]+\b", said)}
    assert {name for name in named if not name.endswith("_")} <= OUR_SETTINGS | OF_AN_APP | {"XERO_PIPELINE_PROVE"}


def test_every_command_that_is_not_run_is_still_there() -> None:
    assert [one for one in NOT_RUN if not any(command.startswith(one) for _, command in WRITTEN)] == []
