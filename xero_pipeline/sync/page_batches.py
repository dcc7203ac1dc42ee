"""Which pages of a read are written together, and which of those are made rows together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.errors import XeroPipelineError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xero_pipeline.xero.pagination import Page

PAGES_PER_MERGE = 3
"""A merge per page is slow, four pages take 25 MB more: measured in benchmarks/."""


def batches(pages: Iterable[Page]) -> Iterator[tuple[list[Page], bool]]:
    """Pages in groups of at most `PAGES_PER_MERGE`, each with whether it is the last.

    A slice is handed out as soon as it is complete, and what came before an error before it: it need not come again.

    Args:
        pages: Of a read; behind a complete slice there are always more.
    """
    batch: list[Page] = []
    try:
        for page in pages:
            if len(batch) == PAGES_PER_MERGE:
                yield batch, False
                batch = []
            batch.append(page)
            if page.read_before is not None:
                yield batch, False
                batch = []
    except XeroPipelineError:
        if batch:
            yield batch, False
        raise
    yield batch, True


def lots(pages: Sequence[Page]) -> list[Sequence[Page]]:
    """The pages in groups whose records are made rows together: each page alone, which takes the least memory.

    Pages that share a record are one group: it must be chosen which of its versions counts. So are pages with a record
    whose id could not be read on the way, for it may be on another of them.
    """
    names = [name for page in pages for _, name in page.records.named()]
    alone = bool(pages) and None not in names and len({*names}) == len(names)
    return [[page] for page in pages] if alone else [pages]
