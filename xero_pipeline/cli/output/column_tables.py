"""How a statement with several columns looks: a table for people, JSON for programs, CSV for spreadsheets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xero_pipeline.cli.output.console import print_json, profit_and_loss
from xero_pipeline.cli.output.statement_tables import plain, print_csv, under_headings

if TYPE_CHECKING:
    from xero_pipeline.cli.statement_request import StatementRequest
    from xero_pipeline.ledger.statements.columns import SideBySide, StatementColumn
    from xero_pipeline.ledger.statements.lines import Line


def show_columns(asked: StatementRequest, tenant_id: str, organisation: str, currency: str, found: SideBySide) -> None:
    """Print a statement with several columns.

    Args:
        asked: What was asked for, and how.
    """
    if asked.json:
        head = {"statement": asked.name, "organisation": organisation, "tenant_id": tenant_id, "currency": currency}
        heads = [{"label": one.label, "from": one.period.start, "to": one.period.end} for one in found.columns]
        rows = [{**_told(line), "amounts": [plain(amount) for amount in line.amounts]} for line in found.lines]
        print_json({**head, **asked.facts, "columns": heads, "rows": rows})
    elif asked.csv:
        labels = [one.label for one in found.columns]
        print_csv([_told(line) | dict(zip(labels, map(plain, line.amounts), strict=True)) for line in found.lines])
    else:
        name = asked.name.replace("-", " ").capitalize()
        lines = under_headings(found.lines)
        rows = [line | {"amounts": [amount or "" for amount in line["amounts"]]} for line in lines]
        profit_and_loss(f"{name}: {organisation}, {currency}{asked.told}", rows, [_head(one) for one in found.columns])


def _told(line: Line) -> dict[str, Any]:
    return {
        "section": line.section,
        "line_type": line.line_type,
        "account_id": line.account_id,
        "account_name": line.account_name,
    }


def _head(column: StatementColumn) -> str:
    return f"{column.label}\n{column.days}" if column.days else column.label
