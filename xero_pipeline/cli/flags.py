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
    if not _is_quiet(app.info.cls):
        app.info.cls = QuietGroup
    for command in app.registered_commands:
        if not _is_quiet(command.cls):
            command.cls = QuietCommand
    for group in app.registered_groups:
        if group.typer_instance:
            without_types(group.typer_instance)


class QuietCommand(TyperCommand):
    """A command whose flags show no type."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Its options and arguments.

        Args:
            ctx: The command line.
        """
        return _quiet(super().get_params(ctx))


class QuietGroup(TyperGroup):
    """Commands whose own flags show no type."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Its options.

        Args:
            ctx: The command line.
        """
        return _quiet(super().get_params(ctx))


def _is_quiet(kind: object) -> bool:
    """A class of our own, which may do more."""
    return isinstance(kind, type) and issubclass(kind, (QuietCommand, QuietGroup))


def _quiet(params: list[Any]) -> list[Any]:
    for param in params:
        if isinstance(param, TyperOption) and param.is_flag and param.metavar is None:
            param.metavar = ""
    return params
