"""What Xero refuses of single documents or files: noted, so that the others go on; too many in a row end it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from xero_pipeline.errors import AccessRefused, DataError, RequestRefused, XeroPipelineError, XeroUnavailable

Refused = Literal["refused", "failed"]

REFUSALS = 10
"""So many in a row are no odd documents any more: then the others would be refused too."""


@dataclass(slots=True)
class Refusals:
    """Those of one run.

    Args:
        errors: Why Xero did not answer, one each.
    """

    errors: list[XeroPipelineError] = field(default_factory=list[XeroPipelineError])
    _in_a_row: int = 0

    @contextmanager
    def noted(self, note: Callable[[Refused, str], None]) -> Generator[None]:
        """Around asking for one.

        Args:
            note: Told of a refusal, and why.

        Raises:
            XeroPipelineError: Xero let nobody in, was out of reach, or refused too many in a row.
        """
        try:
            yield
        except (RequestRefused, AccessRefused, DataError, XeroUnavailable) as error:
            self._in_a_row += 1
            self.errors.append(error)
            # Another role or day may bring another answer; of a request that it refused Xero says the same again.
            note("refused" if isinstance(error, RequestRefused) else "failed", error.message)
            # An outage is nothing of the document: what it could not ask is asked the next time.
            if self._in_a_row >= REFUSALS or isinstance(error, XeroUnavailable):
                raise
        else:
            self._in_a_row = 0
