"""The settings: whether they can be read, whether one is misspelt, whether a secret in them is open to others."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values

from xero_pipeline.container import Services
from xero_pipeline.operations.health.result import HealthResult
from xero_pipeline.settings import Settings
from xero_pipeline.validation_messages import unused_app

ENV_FILE = Path(".env")
OTHERS = frozenset({"XERO_MOVE_TO", "XERO_MOVE_STATE_TO", "XERO_PIPELINE_PROVE"})
"""Variables of ours that are no settings."""
_PREFIX = "XERO_"
_CHECK = "settings"


def check_settings(environment: Mapping[str, str] = os.environ, file: Path = ENV_FILE) -> Iterator[HealthResult]:
    """Read them.

    Args:
        file: The file that may hold more of them.

    Raises:
        ConfigurationError: One has a value it cannot have.
    """
    settings = Settings.load()
    Services(settings).app()
    from_file = dotenv_values(file) if file.is_file() else {}
    where = f"and {file.absolute()}" if from_file else f"; there is no {file} here"
    yield HealthResult(
        _CHECK, "ok", f"{settings.mode} mode; settings come from the environment {where}".replace(" ;", ";")
    )
    if odd := unused_app(mock_mode=settings.mock_mode, client_id=settings.client_id):
        told, remedy = odd.split(". ", 1)
        yield HealthResult(_CHECK, "warning", told, remedy)
    yield from _misspelt({*environment, *from_file})
    if from_file:
        yield from _open_to_others(file, from_file)


def _misspelt(names: Iterable[str]) -> Iterator[HealthResult]:
    known = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields} | OTHERS
    for name in sorted(names):
        if not name.upper().startswith(_PREFIX) or name.upper() in known:
            continue
        near = get_close_matches(name.upper(), known, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        yield HealthResult(
            _CHECK, "warning", f"{name} is set, but there is no such setting", f"{hint}.env.example names every one."
        )


def _open_to_others(file: Path, values: Mapping[str, str | None]) -> Iterator[HealthResult]:
    secret = {f"{_PREFIX}{name.upper()}" for name, field in Settings.model_fields.items() if _is_secret(field)}
    if os.name == "posix" and file.stat().st_mode & 0o077 and any(values.get(name) for name in secret):
        yield HealthResult(_CHECK, "warning", f"{file} holds a secret and others may read it", f"chmod 600 {file}")


def _is_secret(field: object) -> bool:
    return "SecretStr" in str(getattr(field, "annotation", ""))
