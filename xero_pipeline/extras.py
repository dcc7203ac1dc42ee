"""What only some need: what an installation without it says when somebody wants it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal

from xero_pipeline.errors import ConfigurationError

Extra = Literal[
    "distributed", "postgresql", "simulator", "web", "telemetry", "object-store", "alerts", "mcp", "publish"
]

MODULES: dict[Extra, tuple[str, ...]] = {
    "distributed": ("celery", "dagster_celery"),
    "postgresql": ("psycopg", "dagster_postgres"),
    "simulator": ("joserfc",),
    "web": ("python_multipart", "prometheus_client"),
    "telemetry": ("opentelemetry",),
    "object-store": ("obstore",),
    "alerts": ("apprise",),
    "mcp": ("mcp",),
    "publish": ("dlt",),
}
"""What each extra alone brings, by the name that Python imports."""


def require_simulator() -> None:
    """Refuse mock mode where there is no simulator.

    Raises:
        ConfigurationError: A package that the simulated Xero needs is not installed.
    """
    require_extra("simulator", "Mock mode", "set XERO_MOCK_MODE=false to read your own Xero")


def require_extra(extra: Extra, what: str, instead: str = "") -> None:
    """Refuse what this installation has no packages for.

    Args:
        what: What needs the extra, as the first word of a sentence.
        instead: A sentence on what else the person may do.

    Raises:
        ConfigurationError: A package of the extra is not installed.
    """
    missing = [module for module in MODULES[extra] if find_spec(module) is None]
    if missing:
        raise ConfigurationError(
            f"{what} needs {' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed. "
            f'Run `pip install "xero-pipeline[{extra}]"`{f", or {instead}" if instead else ""}.'
        )
