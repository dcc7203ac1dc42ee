"""`keys rotate`: every stored token under the current key."""

from __future__ import annotations

import typer

from xero_pipeline.container import Services
from xero_pipeline.settings import Settings

app = typer.Typer(help="The key of the token store.", no_args_is_help=True)


@app.callback()
def keys() -> None:
    """The key of the token store."""


@app.command()
def rotate() -> None:
    """Encrypt every stored token again, under XERO_ENCRYPTION_KEY.

    Put the old key into XERO_ENCRYPTION_KEYS_RETIRED first, and take it out afterwards.
    """
    from xero_pipeline.cli.output.console import say

    count = Services(Settings.load()).token_store.rotate()
    say(f"{count} stored consent(s) are now encrypted under XERO_ENCRYPTION_KEY. Retired keys are not needed any more.")
