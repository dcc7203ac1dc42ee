"""The page of the built-in queries as Markdown, written from their files.

`python -m xero_pipeline.queries.reference > docs/queries.md` brings the page up to date; a test compares the two.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from xero_pipeline.queries.catalogue import BuiltInQuery, names, ready_query
from xero_pipeline.reference_page import overview, section, table

INTRODUCTION = """\
# Built-in queries

What people ask first. Each is one file of SQL in `xero_pipeline/queries/built_in/`, and says the same on DuckDB and on
PostgreSQL. This page is made from those files: `python -m xero_pipeline.queries.reference > docs/queries.md`.

```sh
.venv/bin/xero-pipeline query --list
.venv/bin/xero-pipeline query receivables
.venv/bin/xero-pipeline query aged_receivables -p day=2026-10-31
.venv/bin/xero-pipeline query sales_by_month -p since=2025-04 -p until=2026-03 --format csv > sales.csv
.venv/bin/xero-pipeline query overdue --sql
```

`--sql` shows the SQL for your database, to be changed and asked again. Where you have several organisations,
`--organisation` chooses one; without it each row says whose it is. Amounts are in its `base_currency`. Today and this
month are each organisation's own, by its time zone. [At the terminal](terminal.md) has all options, and how to ask from
a notebook.

[Metrics](metrics.md) says what each figure means, and where else it is shown. Amounts are exact. Amounts of documents
in a foreign currency are converted by the rate of the document and rounded to the cent, as Xero does. Documents that
were voided or deleted, and drafts, do not count.
"""


def markdown() -> str:
    """The whole page: how to ask, an overview, then each query."""
    queries = [ready_query(name) for name in names()]
    listed = overview(("Query", "What it is"), ((one.name, one.title) for one in queries))
    return "\n".join([INTRODUCTION, *listed, *(line for one in queries for line in _section(one))])


def _section(query: BuiltInQuery) -> Iterator[str]:
    rows = ((f"`{one.name}`", one.kind, one.default, one.help) for one in query.parameters)
    return section(query.name, query.answers, table(("Parameter", "Kind", "Default", "Meaning"), rows))


if __name__ == "__main__":
    sys.stdout.write(markdown())
