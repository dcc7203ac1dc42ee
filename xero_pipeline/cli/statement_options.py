"""The options that several commands of `statement` have."""

from __future__ import annotations

from typing import Annotated

import typer

from xero_pipeline.ledger.cash_basis.lines import Basis

Organisation = Annotated[
    str | None, typer.Option("--organisation", help="Name or tenant id. Default: the one that is connected.")
]
AsOf = Annotated[str | None, typer.Option("--as-of", help="The day, as 2026-10-31. Default: today.")]
From = Annotated[
    str | None, typer.Option("--from", help="First day, as 2026-10-01 or 2026-10. Default: the last day's month.")
]
To = Annotated[str | None, typer.Option("--to", help="Last day, as 2026-10-31 or 2026-10. Default: today.")]
Json = Annotated[bool, typer.Option("--json", help="Output JSON.")]
Csv = Annotated[bool, typer.Option("--csv", help="Output CSV.")]
Compare = Annotated[
    list[str] | None,
    typer.Option("--compare", help="A column beside it: prior-period, prior-year or year-to-date; may be repeated."),
]
By = Annotated[
    str | None, typer.Option("--by", help="A column for each month, quarter, or option of the tracking category named.")
]
ByPart = Annotated[str | None, typer.Option("--by", help="A column for each month or quarter of the financial year.")]
OnBasis = Annotated[Basis, typer.Option("--basis", help="When income and expenses count: accrual or cash.")]
Documents = Annotated[bool, typer.Option("--documents", help="Every open document, not only sums by contact.")]
KnownOn = Annotated[
    str | None,
    typer.Option("--known-on", help="What the warehouse knew on the evening of that day, as 2026-10-05. Default: now."),
]
