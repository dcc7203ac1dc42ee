"""How Typer reads our command line: flags without a type, mistakes in our own words, SQL that begins with `--`."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.validation_messages import in_words

if TYPE_CHECKING:
    from typer._click.core import Context


def without_types(app: typer.Typer) -> None:
    """Let the help of an app's commands, and of theirs, show no `<bool>` behind a flag.

    Typer draws the type of every option where it draws with Rich; its plain help leaves out that of flags, too.
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
        """Its options and arguments."""
        return _quiet(super().get_params(ctx))


class QuietGroup(TyperGroup):
    """Commands whose own flags show no type."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Its options."""
        return _quiet(super().get_params(ctx))


def _is_quiet(kind: object) -> bool:
    """A class of our own, which may do more."""
    return isinstance(kind, type) and issubclass(kind, (QuietCommand, QuietGroup))


def _quiet(params: list[Any]) -> list[Any]:
    for param in params:
        if isinstance(param, TyperOption) and param.is_flag and param.metavar is None:
            param.metavar = ""
    return params


_COMMENT = re.compile(r"--[^=\s]*\s")
"""SQL that begins with a comment: no option has a blank in its name."""


class Commands(QuietGroup):
    """All commands; what is wrong with a value is said as for a setting."""

    def invoke(self, ctx: Context) -> Any:
        """Run the command that was named.

        Raises:
            typer.BadParameter: A value is none that the option or argument takes.
        """
        from pydantic import ValidationError

        from xero_pipeline.cli.interrupts import end, is_of_terminal

        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stopped:
            # Before Typer sees it, which would end without a word.
            end(stopped)
        except OSError as error:
            if is_of_terminal(error):
                end(KeyboardInterrupt())
            raise
        except typer.BadParameter as error:
            if isinstance(error.__cause__, ValidationError):
                error.message = in_words(error.__cause__.errors()[0])
            raise


class QueryCommand(QuietCommand):
    """A command whose argument may be SQL, which may begin with a comment."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Take the words apart."""
        if "--" not in args:
            sql = [word for word in args if _COMMENT.match(word)]
            args = [*(word for word in args if word not in sql), *(["--"] if sql else []), *sql]
        return super().parse_args(ctx, args)


@contextmanager
def errors_name_option(option: str, setting: str) -> Generator[None]:
    """Errors that name a setting name the option that stood in its place.

    Args:
        option: As it is typed.

    Raises:
        ConfigurationError: As raised inside.
    """
    try:
        yield
    except ConfigurationError as error:
        error.message = error.message.replace(setting, option)
        raise
