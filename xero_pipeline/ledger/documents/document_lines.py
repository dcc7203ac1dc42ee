"""The lines of a document: what each is of, its account, its tax and its tracking options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.ledger.documents.document_fields import LINE_COLUMNS, LINES, key_of
from xero_pipeline.warehouse.schema.catalogue import all_tables
from xero_pipeline.warehouse.sql import q

if TYPE_CHECKING:
    from decimal import Decimal

    from sqlalchemy import Connection

    from xero_pipeline.warehouse.schema.model import Table


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A line as the document has it; amounts in its currency.

    Args:
        discount_rate: In percent.
        tax_amount: The tax of the line.
        line_amount: After discount; with tax where the document's line amounts are inclusive.
        account: Its code and name.
        tax: What the tax rate is called.
        tracking: Category and option, such as `Region: North`.
    """

    description: str | None
    item_code: str | None
    quantity: Decimal | None
    unit_amount: Decimal | None
    discount_rate: Decimal | None
    tax_amount: Decimal | None
    line_amount: Decimal | None
    account_id: str | None
    account: str | None
    tax: str | None
    tracking: tuple[str, ...]


def lines_in(connection: Connection, tenant_id: str, table: str, document_id: str) -> tuple[DocumentLine, ...]:
    """The lines of a document, in its order.

    Args:
        connection: To the warehouse; reading is enough.
        table: Where the document is, in schema xero.
    """
    if table not in LINES:
        return ()
    known = {one.name: one for one in all_tables()}
    lines = known[LINES[table]]
    own = lines.own_id.name if lines.own_id else "position"
    record_id, narrow = _narrowed(table, document_id)
    params = {"tenant_id": tenant_id, "document_id": record_id}
    tracking = _tracking(connection, known.get(f"{lines.name[:-1]}_tracking"), key_of(table), own, params)
    columns = ", ".join(f"{_column(lines, names)} AS {name}" for name, names in LINE_COLUMNS.items())
    code = "l.account_code" if lines.has("account_code") else "NULL"
    tax = "l.tax_type" if lines.has("tax_type") else "CAST(NULL AS TEXT)"
    rows = connection.execute(
        text(
            f"SELECT {columns}, a.account_id, CONCAT_WS(' ', a.code, a.name) AS account, "
            f"COALESCE(t.name, {tax}) AS tax, l.{q(own)} AS own FROM xero.{lines.name} AS l "
            "LEFT JOIN xero.accounts AS a ON a.tenant_id = l.tenant_id "
            f"AND (a.account_id = l.account_id OR (l.account_id IS NULL AND a.code = {code})) "
            f"LEFT JOIN xero.tax_rates AS t ON t.tenant_id = l.tenant_id AND t.tax_type = {tax} "
            f"WHERE l.tenant_id = :tenant_id AND l.{key_of(table)} = :document_id AND NOT l.is_deleted {narrow} "
            'ORDER BY l."position"'
        ),
        params,
    )
    return tuple(DocumentLine(*row[:-1], tracking=tuple(tracking.get(row.own, ()))) for row in rows)


def _column(lines: Table, names: tuple[str, ...]) -> str:
    found = [f"l.{q(name)}" for name in names if lines.has(name)]
    return f"COALESCE({', '.join(found)})" if found else "NULL"


def _narrowed(table: str, document_id: str) -> tuple[str, str]:
    """The record of a document, and which of its lines are the document's.

    What a fixed asset posts on a day has the id of the asset with the kind and the day.
    """
    if table != "fixed_assets" or document_id.count("/") != 2:
        return document_id, ""
    asset_id, kind, day = document_id.split("/")
    sign = "=" if kind == "depreciation" else "<>"
    return asset_id, f"AND l.kind {sign} 'DEPRECIATION' AND CAST(l.date AS TEXT) = '{day.replace(chr(39), '')}'"


def record_of(table: str, document_id: str) -> str:
    """The id of the record that a document is of."""
    return _narrowed(table, document_id)[0]


def _tracking(
    connection: Connection, table: Table | None, key: str, line_id: str, params: dict[str, str]
) -> dict[str, list[str]]:
    """The options of every line."""
    if table is None:
        return {}
    rows = connection.execute(
        text(
            f'SELECT {line_id}, name, "option" FROM xero.{table.name} WHERE tenant_id = :tenant_id '
            f'AND {key} = :document_id AND NOT is_deleted ORDER BY {line_id}, "position"'
        ),
        params,
    )
    found: dict[str, list[str]] = {}
    for line, category, option in rows:
        found.setdefault(line, []).append(f"{category}: {option}" if category else option)
    return found
