"""The options of the commands below `statement`."""

from __future__ import annotations

from typing import Annotated

import typer

from xero_pipeline.basis import Basis

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
Documents = Annotated[bool, typer.Option("--documents", help="Every open document, not only sums by contact.")]

OnBasis = Annotated[Basis, typer.Option("--basis", help="When income and expenses count: accrual or cash.")]
