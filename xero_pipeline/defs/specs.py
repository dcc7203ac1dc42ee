"""What tables are to Dagster: their subjects, columns and, unless a project says otherwise, keys; what a run tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg

if TYPE_CHECKING:
    from xero_pipeline.sync.result import SyncResult
    from xero_pipeline.warehouse.load.merge import Merged
    from xero_pipeline.warehouse.schema.model import Table

SCHEMA = "xero"

CALLS_LEFT = "calls_left_today"
"""Metadata of what was written: the calls that its organisation had left when the op ended."""


def groups() -> Mapping[str, tuple[str, ...]]:
    """The subjects people look for, each with its collections."""
    return {
        "sales_and_purchases": (
            "invoices",
            "credit_notes",
            "quotes",
            "purchase_orders",
            "repeating_invoices",
            "linked_transactions",
        ),
        "payments": ("payments", "batch_payments", "overpayments", "prepayments"),
        "banking": ("bank_transactions", "bank_transfers"),
        "contacts": ("contacts", "contact_groups"),
        "document_details": ("attachments", "document_history", "online_invoices"),
        "journals_and_budgets": (
            "manual_journals",
            "journals",
            "pay_runs",
            "fixed_assets",
            "account_balances",
            "account_transactions",
            "budgets",
        ),
        "settings": (
            "organisations",
            "organisation_actions",
            "accounts",
            "tax_rates",
            "tracking_categories",
            "items",
            "currencies",
            "branding_themes",
            "users",
            "invoice_reminders",
        ),
        "reports": (
            "profit_and_loss",
            "balance_sheet",
            "trial_balance",
            "bank_summary",
            "executive_summary",
            "budget_summary",
            "profit_and_loss_by_tracking",
            "profit_and_loss_custom",
            "balance_sheet_custom",
            "aged_by_contact",
            "tax_reports",
        ),
    }


def group_of(collection: str) -> str:
    """The subject a collection belongs to.

    Args:
        collection: Name of its record's table.

    Raises:
        KeyError: A collection without a subject: give it one in `groups`.
    """
    for group, members in groups().items():
        if collection in members:
            return group
    raise KeyError(f"{collection} is in no group of defs/specs.py")


def asset_key(name: str, schema: str = SCHEMA) -> dg.AssetKey:
    """The key an asset has unless a project chose another: a running program asks its `Naming`."""
    return dg.AssetKey([schema, name])


def column_schema(table: Table) -> dg.TableSchema:
    """The columns of a table, as Dagster's UI shows them.

    Args:
        table: From the warehouse's declarations.
    """
    sql = {
        "id": "text",
        "day": "date",
        "instant": "timestamp with time zone",
        "money": "numeric(19,4)",
        "rate": "numeric(20,10)",
        "quantity": "numeric(19,4)",
    }
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                sql.get(column.kind, column.kind),
                description=column.comment,
                constraints=dg.TableColumnConstraints(nullable=column.name not in table.primary_key),
            )
            for column in table.all_columns
        ]
    )


def changes(merged: Merged) -> dict[str, Any]:
    """What a materialisation did to the rows of its table.

    Args:
        merged: Counted by the merge.
    """
    return {
        "rows_inserted": merged.inserted,
        "rows_updated": merged.updated,
        "rows_unchanged": merged.unchanged,
        "rows_removed": merged.removed,
    }


def cost(outcome: SyncResult) -> dict[str, Any]:
    """What a materialisation cost; told once, with the record's table or the newest month, so that sums are right.

    Args:
        outcome: What came of the sync.
    """
    facts: dict[str, Any] = {
        "records": outcome.records,
        "calls": outcome.calls,
        "bytes": outcome.wire_bytes,
        "seconds": round(outcome.seconds, 3),
        "read": outcome.description or _requests(outcome),
    }
    if outcome.quarantined:
        facts["records_quarantined"] = len(outcome.quarantined)
    return facts


def _requests(outcome: SyncResult) -> str:
    since = outcome.modified_since
    return "changes since " + since.isoformat(" ", "seconds") if since else "everything"


def no_cost(*, told_with: str) -> dict[str, Any]:
    """For what came along with another materialisation: no call was made for it alone.

    Args:
        told_with: Where the calls and bytes are counted.
    """
    return {"calls": 0, "bytes": 0, "calls_counted_with": told_with}
