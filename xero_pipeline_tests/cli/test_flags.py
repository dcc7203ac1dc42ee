"""The help of every command shows a flag as a flag."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from xero_pipeline.cli.app import app


def paths(commands: typer.Typer, *above: str) -> list[tuple[str, ...]]:
    names = [command.name or command.callback.__name__.replace("_", "-") for command in commands.registered_commands]
    inner = [paths(group.typer_instance, *above, group.name) for group in commands.registered_groups]
    return [above, *[(*above, name) for name in names], *[path for found in inner for path in found]]


@pytest.mark.parametrize("path", paths(app), ids=" ".join)
def test_no_flag_asks_for_a_value(path):
    shown = CliRunner().invoke(app, [*path, "--help"])
    assert shown.exit_code == 0, shown.output
    assert "--help" in shown.output
    assert "-h" in shown.output.split()
    assert "bool" not in shown.output
