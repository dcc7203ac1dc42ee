"""The settings of a command that reads from Xero, with what is odd about them."""

from __future__ import annotations

from xero_pipeline.extras import require_simulator
from xero_pipeline.settings import Settings
from xero_pipeline.validation_messages import unused_app


def settings_for_xero() -> Settings:
    """Read the settings; warn where an app is set and the simulated Xero will be asked.

    Raises:
        ConfigurationError: A setting is wrong, or mock mode lacks its simulator.
    """
    from xero_pipeline.cli.output.console import warn

    settings = Settings.load()
    if settings.mock_mode:
        require_simulator()
    if odd := unused_app(mock_mode=settings.mock_mode, client_id=settings.client_id):
        warn(odd)
    return settings
