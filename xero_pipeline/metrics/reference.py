"""The page of the metrics as Markdown, written from the heads of their files.

`python -m xero_pipeline.metrics.reference > docs/metrics.md` brings the page up to date; a test compares the two.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from xero_pipeline.metrics.definitions import Metric, metric, names
from xero_pipeline.reference_page import overview, section, subjects

INTRODUCTION = """\
# Metrics: what a figure means

Every figure that is shown in more than one place is defined once, as SQL in `xero_pipeline/metrics/sql/`, and has the
same value on the web page, in Dagster, in a built-in query, in `statement` and in a notebook, to the cent. This page is
made from those files: `python -m xero_pipeline.metrics.reference > docs/metrics.md`.

The source is [our own ledger](ledger.md), which every month is compared with Xero's reports account by account: that
tie-out is the proof of the figures below. Where the ledger was not kept yet, is older than the documents, or differs
from Xero's reports, the web page, Dagster and `xero-pipeline query` say so beside the figures.

To have a metric in SQL of your own, take it from a query that reads it:

```sh
.venv/bin/xero-pipeline query receivables --sql
```
"""
_FIRST = (
    "receivables", "payables", "prepayments", "profit_and_loss", "cash", "cash_by_month", "sales", "tax",
)  # fmt: skip
"""As people look at them; the rest follows by name."""


def markdown() -> str:
    """The whole page: what metrics are, an overview, then each."""
    ordered = [metric(name) for name in (*_FIRST, *(name for name in names() if name not in _FIRST))]
    shown = ((one.name, one.said["shown"].removesuffix(".")) for one in ordered)
    listed = overview(("Metric", "Where it is shown"), shown)
    return "\n".join([INTRODUCTION, *listed, *(line for one in ordered for line in _section(one))])


def _section(one: Metric) -> Iterator[str]:
    beginning = f"**{one.title}.** {one.said['means']}"
    return section(one.name, beginning, subjects(one.said, besides=("means", "shown")))


if __name__ == "__main__":
    sys.stdout.write(markdown())
