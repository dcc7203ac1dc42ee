"""Which Xero app a part of a project works with: that of the environment, or another one beside it, by a name."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any

import dagster as dg

from xero_pipeline.errors import ConfigurationError

ITS_OWN = (
    "client_id",
    "client_secret",
    "encryption_key",
    "encryption_keys_retired",
    "redirect_uri",
    "state_url",
    "warehouse_url",
)
"""Settings that one app never takes over from another, besides its home."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class XeroApp:
    """A Xero app with its own home, connections, resources and partitions.

    Args:
        name: Stands before its names in Dagster, and in those of its variables; empty for the app of `XERO_CLIENT_ID`.

    Raises:
        ConfigurationError: It cannot be part of a name.
    """

    name: str = ""

    def __post_init__(self) -> None:
        if self.name and not _NAME.fullmatch(self.name):
            raise ConfigurationError(
                f"app: {self.name!r} cannot stand in names. Write small letters, digits and underscores, such as uk."
            )

    def named(self, name: str) -> str:
        """What a resource or a set of partitions of it is called.

        Args:
            name: Of the app of the environment.
        """
        return f"{self.name}_{name}" if self.name else name

    def variable(self, setting: str) -> str:
        """The environment variable of one of its own settings."""
        return f"XERO_{self.name}_{setting}".upper() if self.name else f"XERO_{setting}".upper()

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of its resources: references to variables, so that Dagster never sees a secret.

        Those of the app of the environment stay empty: its variables may be in a `.env` that only runs see.
        """
        if not self.name:
            return {}
        given = [setting for setting in ITS_OWN if os.environ.get(self.variable(setting))]
        return {setting: dg.EnvVar(self.variable(setting)) for setting in ("pipeline_home", *given)}

    @property
    def settings(self) -> dict[str, Any]:
        """The same as values, as far as they are there while definitions are loaded."""
        return {setting: value for setting, one in self.fields.items() if (value := one.get_value())}
