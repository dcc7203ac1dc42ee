"""What reading a list hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xero_pipeline.xero.endpoints import Endpoint
from xero_pipeline.xero.http.response import ApiResponse
from xero_pipeline.xero.pagination.records import Records


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a list.

    A record may be on several pages: then it changed meanwhile, or its page had to be read again.

    Args:
        number: From 1, in the order in which they come, which is not the order of the list.
        records: What the answer lists.
        total_pages: How many there will be; None where that is unknown.
        list_changed: Set on the last page, if the list changed and was not in the order Xero documents: a record may be
            missing, and only reading it again helps.
        read_before: Set on the last page of a slice: everything dated before this day has now been handed out, and
            `paginate(…, resume_from=…)` may go on from it.
        read_to: Set on every page of a list that is numbered: everything up to this number has now been handed out,
            and `paginate(…, after=…)` may go on from it.
    """

    number: int
    total_pages: int | None
    answer: ApiResponse
    records: Records
    list_changed: bool = False
    read_before: date | None = None
    read_to: int | None = None

    @classmethod
    def of(cls, answer: ApiResponse, endpoint: Endpoint) -> Page:
        """A list that came in one answer.

        Raises:
            ValueError: The answer holds no list of records.
        """
        return cls(1, 1, answer, Records(answer.envelope.records(endpoint.wrapper), "".join(endpoint.key[:1])))
