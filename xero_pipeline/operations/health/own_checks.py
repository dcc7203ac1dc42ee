"""Whether the user's own checks of the books (XERO_CHECKS) can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.checks.catalogue import books_checks
from xero_pipeline.operations.health.result import HealthResult

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xero_pipeline.container import Services

NAME = "checks of your own"


def check_own_checks(services: Services) -> Iterator[HealthResult]:
    """Read the files.

    Yields:
        Nothing without a folder; else how many checks it has.

    Raises:
        ConfigurationError: There is no such folder, or a file of it is no check.
    """
    folder = services.settings.checks
    if folder is None:
        return
    ours, all_of_them = books_checks(), books_checks(folder)
    own = [one for one in all_of_them if one not in ours]
    named = f": {', '.join(one.name for one in own)}" if own else ""
    yield HealthResult(NAME, "ok", f"{len(own)} in {folder}{named}")
