"""Flags in the help of commands: what takes no value shows none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup, TyperOption

if TYPE_CHECKING:
    import typer


def without_types(app: typer.Typer) -> None:
    """Let the help of an app's commands, and of theirs, show no `<bool>` behind a flag.

    Typer draws the type of every option where it draws with Rich; its plain help leaves out that of flags, too.

    Args:
        app: The commands.
    """
    app.info.cls = _Group
    for command in app.registered_commands:
        command.cls = _Command
    for group in app.registered_groups:
        if group.typer_instance:
            without_types(group.typer_instance)


class _Command(TyperCommand):
    def get_params(self, ctx: Any) -> list[Any]:
        return _quiet(super().get_params(ctx))


class _Group(TyperGroup):
    def get_params(self, ctx: Any) -> list[Any]:
        return _quiet(super().get_params(ctx))


def _quiet(params: list[Any]) -> list[Any]:
    for param in params:
        if isinstance(param, TyperOption) and param.is_flag and param.metavar is None:
            param.metavar = ""
    return params
