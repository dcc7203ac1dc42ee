"""Who is at the terminal."""

from __future__ import annotations

from xero_pipeline.errors import ConfigurationError


def login_name(does: str) -> str:
    """The name somebody is logged in by.

    Args:
        does: What that person does, for the message: `accepts`.

    Raises:
        ConfigurationError: Nobody is, as in some containers.
    """
    from getpass import getuser

    try:
        return getuser()
    except (KeyError, OSError, ImportError):
        raise ConfigurationError(f"Say who {does} it: --by NAME. The name of the login is not known here.") from None
