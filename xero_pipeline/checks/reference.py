"""The page of the checks of the books as Markdown, written from the heads of their files.

`python -m xero_pipeline.checks.reference > docs/checks.md` brings the page up to date; a test compares the two.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from xero_pipeline.checks.catalogue import books_checks
from xero_pipeline.reference_page import overview, section, subjects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xero_pipeline.checks.catalogue import BooksCheck

EXAMPLE = """\
-- title: Bills above ten thousand without an attachment
-- why: Nobody can say later what was bought.
-- evidence: the bill, with its supplier and total
-- severity: warning
select
    invoice_id as finding_key, contact_name as supplier, invoice_number as bill, date, total, currency_code as currency
from xero.invoices
where tenant_id = :tenant_id and type = 'ACCPAY' and status in ('AUTHORISED', 'PAID') and not is_deleted
    and total > 10000 and not has_attachments and date > cast(:today as date) - 365
order by total desc
"""

INTRODUCTION = f"""\
# Checks of the books

For accountants: what is odd in the books, found after every sync. The [reconciliation](ledger.md) says whether our
figures are Xero's; these checks say where Xero's own may be wrong. Each is one file of SQL, the same on DuckDB and
PostgreSQL; you add one by adding a file. This page is made from those files:
`python -m xero_pipeline.checks.reference > docs/checks.md`.

```sh
xero-pipeline checks                                    # every check, and the first 20 findings of each
xero-pipeline checks --check stale_drafts --limit 500
xero-pipeline checks --json > checks.json
```

In Dagster each is a check of the asset `ledger/documents`: a warning, with how many findings there are in all
organisations, and the first 20. A finding is no verdict: a supplier may well send two bills of the same amount on one
day.

## What is known

Each finding has an id. Dismiss what you have looked at, with a reason; without `--by` it is your login that says so:

```sh
xero-pipeline checks --dismiss 0cd37d797a --by "Ana Taumoana" --reason "The supplier sends the rest in March"
xero-pipeline checks --dismissed                        # those, too: by whom, and why
xero-pipeline checks --reopen 0cd37d797a
```

It no longer counts, and comes back when its evidence changes: a draft that gets another total, a supplier whose bank
account changes once more. Syncs leave `xero.dismissed_findings` alone; `move` and backups take it along, a
[rebuild](landing.md) begins without it. Like `xero.findings`, it can be queried.

## When they are asked

After each sync, as soon as the ledger of an organisation is kept; of a Dagster without the ledger there are none. A
check is asked again where a row of the organisation or the check itself has changed, and if it goes by days once a
week besides. `xero-pipeline checks --now` asks all of them right away. Of each check and organisation the first 1,000
findings are kept, and all are counted.

## Your own

Put a file such as `large_bills.sql` into a folder, and the folder into the settings of every machine:

```ini
XERO_CHECKS=/srv/xero-checks
```

```text
{EXAMPLE}```

- The head says `title`, `why` and `evidence`, and may say `finds`, `do` (what a person does about it) and `severity`:
  `warning` or `error`.
- Then comes one `SELECT`, which only reads: `:tenant_id` is the organisation, `:today` the day it is there. [Every
  table](tables.md) and the ledger may be asked. Leave out what is deleted in Xero: `not is_deleted`.
- `finding_key` says which finding a row is, whatever else of it changes; no two rows have the same. All other columns
  are its evidence, the most telling first. Say since when, not how long: an age would make it another finding every
  day.
- A file that has the name of one of ours stands in its place.

A file that is no check is refused at the start, with the line. One that the database refuses fails by itself, in
Dagster and in `xero-pipeline checks`, which ends with 1 then; the others are asked all the same.
`xero-pipeline doctor` names those it found.

## Those we bring

"""


def markdown() -> str:
    """The whole page: what checks are, an overview, then each."""
    checks = books_checks()
    listed = overview(("Check", "What it finds"), ((one.name, one.title) for one in checks))
    return INTRODUCTION + "\n".join([*listed, *(line for one in checks for line in _section(one))])


def _section(one: BooksCheck) -> Iterator[str]:
    beginning = f"**{one.title}.** {one.said['why']}"
    return section(one.name, beginning, subjects(one.said, besides=("why",)), level=3)


if __name__ == "__main__":
    sys.stdout.write(markdown())
