"""How a statement looks: a table for people, JSON for programs, CSV for spreadsheets."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from xero_pipeline.cli.output.console import print_json, print_table, profit_and_loss, say

if TYPE_CHECKING:
    from xero_pipeline.cli.statement_request import StatementRequest

Columns = Sequence[tuple[str, str]]
"""Header and field of each; amounts stand on the right."""

_CENT = Decimal("0.01")
_LEFT = frozenset(
    {"account", "account_name", "date", "due_date", "source_type", "number", "contact_name", "description"}
    | {"counter_account_name", "document_type", "bucket", "currency_code"}
)

_TRIAL: Columns = (
    ("Account", "account"),
    ("Debit", "debit"),
    ("Credit", "credit"),
    ("YTD debit", "ytd_debit"),
    ("YTD credit", "ytd_credit"),
)
_BANK: Columns = (
    ("Bank account", "account_name"),
    ("Opening balance", "opening_balance"),
    ("Cash received", "cash_received"),
    ("Cash spent", "cash_spent"),
    ("Closing balance", "closing_balance"),
)
_LEDGER: Columns = (
    ("Date", "date"),
    ("Source", "source_type"),
    ("Number", "number"),
    ("Contact", "contact_name"),
    ("Description", "description"),
    ("Debit", "debit"),
    ("Credit", "credit"),
    ("Balance", "balance"),
)
_CASH: Columns = (
    ("Source", "source_type"),
    ("Account on the other side", "counter_account_name"),
    ("Cash received", "cash_received"),
    ("Cash spent", "cash_spent"),
    ("Balance", "balance"),
)
_BUDGET: Columns = (
    ("", "account_name"),
    ("Actual", "actual"),
    ("Budget", "budget"),
    ("Variance", "variance"),
    ("%", "percent"),
)
_DOCUMENTS: Columns = (
    ("Contact", "contact_name"),
    ("Number", "number"),
    ("Type", "document_type"),
    ("Date", "date"),
    ("Due", "due_date"),
    ("Days", "days_overdue"),
    ("Column", "bucket"),
    ("Currency", "currency_code"),
    ("Open", "open_amount"),
    ("In base currency", "open_amount_base"),
)


def show(asked: StatementRequest, tenant_id: str, organisation: str, currency: str, rows: Sequence[Any]) -> None:
    """Print a statement.

    Args:
        asked: What was asked for, and how.
        rows: The lines, all of one kind.
    """
    told: list[dict[str, Any]] = [{name: plain(value) for name, value in asdict(row).items()} for row in rows]
    if asked.json:
        head = {"statement": asked.name, "organisation": organisation, "tenant_id": tenant_id, "currency": currency}
        print_json({**head, **asked.facts, "from": asked.start, "to": asked.end, "rows": told})
    elif asked.csv:
        print_csv(told)
    else:
        name = asked.name.removesuffix("-documents").replace("-", " ").capitalize()
        days = f"{asked.start} to {asked.end}" if asked.start else f"{asked.end}"
        _PRINTERS[asked.name](f"{name}: {organisation}, {days}, {currency}{asked.told}", rows)


def plain(value: Any) -> Any:
    """An amount with its cents, and more decimals only where it has them."""
    if not isinstance(value, Decimal):
        return value
    cents = value.quantize(_CENT)
    return cents if cents == value else value.normalize()


def print_csv(rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows for a spreadsheet, the names of their fields above."""
    if rows:
        writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _table(title: str, columns: Columns, rows: Iterable[Mapping[str, Any]], *, total: bool = False) -> None:
    shown = [(header, "left" if field in _LEFT else "right") for header, field in columns]
    print_table(title, shown, [[row.get(field, "") for _, field in columns] for row in rows], last_is_total=total)


def _as_json(row: Any) -> dict[str, Any]:
    """A line's fields; what is not there is blank, not a dash."""
    return {name: "" if value is None else value for name, value in asdict(row).items()}


def _sums(rows: Sequence[Any], fields: Iterable[str]) -> dict[str, Decimal]:
    return {field: sum((getattr(row, field) for row in rows), Decimal(0)) for field in fields}


def _trial(title: str, rows: Sequence[Any]) -> None:
    sides = [field for _, field in _TRIAL[1:]]
    told: list[dict[str, Any]] = []
    for row in rows:
        label = f"{row.account_name} ({row.account_code})" if row.account_code else row.account_name
        told.append({"account": label, **{side: getattr(row, side) or "" for side in sides}})
    _table(title, _TRIAL, [*told, {"account": "Total", **_sums(rows, sides)}], total=True)


def _statement(title: str, rows: Sequence[Any]) -> None:
    profit_and_loss(title, under_headings(rows))


def under_headings(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """The lines of a statement as they are printed: Total Assets stands without a heading of its own."""
    with_accounts = {row.section for row in rows if row.line_type == "account"}
    return [asdict(row) | {"section": row.section if row.section in with_accounts else ""} for row in rows]


def _bank(title: str, rows: Sequence[Any]) -> None:
    total = {"account_name": "Total", **_sums(rows, [field for _, field in _BANK[1:]])}
    _table(title, _BANK, [*map(asdict, rows), total], total=True)


def _pages(title: str, rows: Sequence[Any]) -> None:
    for (code, name), group in groupby(rows, key=lambda row: (row.account_code, row.account_name)):
        told: list[dict[str, Any]] = []
        for row in group:
            line = _as_json(row)
            if row.entry_type != "journal":
                line["source_type"] = row.entry_type.replace("_", " ")
            told.append(line | {side: line[side] or "" for side in ("debit", "credit")})
        _table(f"{title}: {name}{f' ({code})' if code else ''}", _LEDGER, told, total=True)


def _cash(title: str, rows: Sequence[Any]) -> None:
    for name, group in groupby(rows, key=lambda row: row.account_name):
        told: list[dict[str, Any]] = []
        for row in group:
            line = _as_json(row)
            if row.line_type == "movement":
                told.append(line | {side: line[side] or "" for side in ("cash_received", "cash_spent")})
            else:
                told.append({"source_type": row.line_type, "balance": row.amount})
        _table(f"{title}: {name}", _CASH, told, total=True)


def _cash_flow(title: str, rows: Sequence[Any]) -> None:
    profit_and_loss(title, [asdict(row) | {"section": _heading(row)} for row in rows])


def _heading(row: Any) -> str:
    """A total of an activity stands below all its headings, without one of its own."""
    from xero_pipeline.ledger.statements.cash_flow import CASH

    if row.cash_type:
        return f"{row.activity} > {row.cash_type}"
    return row.activity if row.activity == CASH else ""


def _budget(title: str, rows: Sequence[Any]) -> None:
    for name, group in groupby(rows, key=lambda row: row.budget_name):
        told = [asdict(row) | {"account_name": _indented(row), "percent": _percent(row)} for row in group]
        _table(f"{title}: {name}", _BUDGET, told, total=True)
    if not rows:
        say("There is no budget.")


def _indented(row: Any) -> str:
    return row.account_name if row.line_type == "total" else f"  {row.account_name}"


def _percent(row: Any) -> str:
    return f"{row.variance * 100 / abs(row.budget):.1f}" if row.budget else ""


def _contacts(title: str, rows: Sequence[Any]) -> None:
    from xero_pipeline.ledger.statements.aged import BUCKETS, by_contact

    summary = by_contact(rows)
    columns = [("Contact", "left"), *((name, "right") for name in (*BUCKETS, "Total"))]
    lines = [(one.contact_name, *(amount or "" for amount in one.amounts), one.total) for one in summary]
    sums = [sum((one.amounts[place] for one in summary), Decimal(0)) for place in range(len(BUCKETS))]
    print_table(title, columns, [*lines, ("Total", *sums, sum(sums, Decimal(0)))], last_is_total=True)
    _warn_of_missing_rates(rows)


def _documents(title: str, rows: Sequence[Any]) -> None:
    total = {"contact_name": "Total", "open_amount_base": sum((row.open_amount_base or 0 for row in rows), Decimal(0))}
    _table(title, _DOCUMENTS, [*map(_as_json, rows), total], total=True)
    _warn_of_missing_rates(rows)


def _warn_of_missing_rates(rows: Sequence[Any]) -> None:
    missing = [row for row in rows if row.open_amount_base is None]
    if missing:
        named = ", ".join(row.number or row.document_id for row in missing[:5])
        say(f"{len(missing)} documents have no currency rate and are in no sum: {named}.")


_PRINTERS: Mapping[str, Callable[[str, Sequence[Any]], None]] = {
    "trial-balance": _trial,
    "profit-and-loss": _statement,
    "balance-sheet": _statement,
    "bank-summary": _bank,
    "general-ledger": _pages,
    "cash": _cash,
    "cash-flow": _cash_flow,
    "budget": _budget,
    "aged-receivables": _contacts,
    "aged-payables": _contacts,
    "aged-receivables-documents": _documents,
    "aged-payables-documents": _documents,
}
