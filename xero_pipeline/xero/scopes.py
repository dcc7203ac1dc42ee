"""Which scopes a consent asks for: the smallest set of granular ones for what will be read.

Apps made since 2 March 2026 can ask for granular scopes only, and one scope that Xero does not grant refuses the whole
consent (developer.xero.com, "Scopes" and the granular scopes FAQ).
"""

from __future__ import annotations

from collections.abc import Iterable

from xero_pipeline.errors import ConfigurationError

# Always asked for: who consents, and a refresh token.
IDENTITY_SCOPES = ("offline_access", "openid", "profile", "email")


def scopes_for(endpoints: Iterable[str], reports: Iterable[str] = ()) -> tuple[str, ...]:
    """From what is read to what is asked for.

    Args:
        endpoints: The scope of each chosen endpoint; each once or often.
        reports: The scope of each chosen report.

    Returns:
        The identity scopes, then each needed scope once, in alphabetical order.

    Raises:
        ValueError: A scope that writes, or a broad one, is in our own tables.
    """
    needed = sorted({*endpoints, *reports} - set(IDENTITY_SCOPES))
    for scope in needed:
        if not scope.endswith(".read") or scope in _BROAD:
            raise ValueError(f"{scope} is not a granular read scope.")
    return (*IDENTITY_SCOPES, *needed)


# The old broad ones among those that end in ".read"; Xero stops granting them on 13 September 2027.
_BROAD = frozenset({"accounting.transactions.read", "accounting.reports.read"})


def parse_scopes(text: str, *, custom_connection: bool = False) -> tuple[str, ...]:
    """Read XERO_SCOPES, which replaces what we would ask for.

    Args:
        text: Scopes with spaces or commas between.
        custom_connection: No person consents, so no refresh token is needed.

    Returns:
        Each scope once, in the order given.

    Raises:
        ConfigurationError: Nothing in it, or no `offline_access`, without which access ends after half an hour.
    """
    scopes = tuple(dict.fromkeys(text.replace(",", " ").split()))
    if not scopes:
        raise ConfigurationError("XERO_SCOPES is empty: leave it out, or name scopes with spaces between.")
    if not custom_connection and "offline_access" not in scopes:
        raise ConfigurationError(
            "XERO_SCOPES lacks offline_access: without it Xero gives no refresh token and access ends in half an hour."
        )
    return scopes


def chosen_scopes(
    text: str | None, endpoints: Iterable[str], reports: Iterable[str], *, custom_connection: bool
) -> tuple[str, ...]:
    """What is asked for: XERO_SCOPES, if it is set, else what the chosen endpoints and reports need.

    Args:
        text: As in `parse_scopes`; nothing where it is not set.
        endpoints: As in `scopes_for`, with the next.

    Raises:
        ConfigurationError: As `parse_scopes`.
    """
    if text:
        return parse_scopes(text, custom_connection=custom_connection)
    return scopes_for(endpoints, reports)
