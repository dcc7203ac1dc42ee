"""The laws that every file of `warehouse/schema/columns/` keeps, whatever the collection."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from importlib.resources import files
from typing import get_args

import pytest

from xero_pipeline.warehouse.schema.catalogue import all_tables, collections, table_group
from xero_pipeline.warehouse.schema.model import Column, Kind
from xero_pipeline.xero.endpoints import catalogue
from xero_pipeline.xero.on_request import on_request

COLLECTIONS = {
    "account_balances",
    "account_transactions",
    "accounts",
    "attachments",
    "bank_transactions",
    "bank_transfers",
    "batch_payments",
    "branding_themes",
    "budgets",
    "contact_groups",
    "contacts",
    "credit_notes",
    "currencies",
    "document_history",
    "fixed_assets",
    "invoice_reminders",
    "invoices",
    "items",
    "journals",
    "linked_transactions",
    "manual_journals",
    "online_invoices",
    "organisation_actions",
    "organisations",
    "overpayments",
    "pay_runs",
    "payments",
    "prepayments",
    "purchase_orders",
    "quotes",
    "repeating_invoices",
    "tax_rates",
    "tax_reports",
    "tracking_categories",
    "users",
}

WITH_LINES = {
    "bank_transaction",
    "credit_note",
    "invoice",
    "overpayment",
    "prepayment",
    "purchase_order",
    "quote",
    "repeating_invoice",
}

STANDARD = {"tenant_id", "position", "valid_from", "synced_at", "is_deleted", "raw"}

OURS = {name for name in collections() if table_group(name)[0].role in ("report", "own")}
"""Files of tables that we fill ourselves: their columns have no path in Xero's JSON."""

TABLES = [table for table in all_tables() if table.role in ("record", "child")]
COLUMNS = [(table, column) for table in TABLES for column in table.columns]

KIND_OF_NAME = {
    r".*ID|TaxComponentId": "id",
    r".*UTC": "instant",
    r"(.*[a-z])?Date": "day",
    r"(Is|Has|CanApplyTo)[A-Z].*": "boolean",
    r".*Rate": "rate",
    r"(.*[a-z])?(Amount|Total|Credit|Paid|Due|Credited)|UnitPrice": "money",
    r"Quantity.*": "quantity",
    r".*(Name|Code|Number|Status|Types?|Reference|Url|Description)": "text",
}
"""What the last word of Xero's name promises."""

DESPITE_THEIR_NAME = {
    "Schedule.DueDate": "integer",
    "ReportDate": "text",
    "JournalNumber": "integer",
    "MaxJournalNumber": "integer",
}
"""A day of the month, or a count of days; words about a period; a number that is counted on."""


def snake(word: str) -> str:
    """InvoiceID -> invoice_id, UpdatedDateUTC -> updated_date_utc, COGSAccountCode -> cogs_account_code."""
    word = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", word)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", word).lower()


def name_of(path: str) -> str:
    """The path in snake case, words said once: Contact.ContactID -> contact_id, Contact.Name -> contact_name."""
    words: list[str] = []
    for part in path.split("."):
        more = snake(part).split("_")
        shared = max(n for n in range(len(more) + 1) if n == 0 or words[-n:] == more[:n])
        words += more[shared:]
    return "_".join(words)


def test_there_is_a_file_for_each_collection_and_no_other():
    assert set(collections()) - OURS == COLLECTIONS


def test_the_catalogue_of_endpoints_knows_the_same_collections_by_the_same_keys():
    keys = {name: [table_group(name)[0].column(key).path for key in table_group(name)[0].key] for name in COLLECTIONS}

    assert {endpoint.table: list(endpoint.key) for endpoint in (*catalogue(), *on_request())} == keys


@pytest.mark.parametrize("collection", sorted(COLLECTIONS))
def test_a_file_begins_with_the_table_it_is_named_after_and_has_no_second_record(collection: str):
    first, *rest = table_group(collection)

    assert (first.name, first.path, first.role) == (collection, "", "record")
    assert {table.role for table in rest} <= {"child"}


def test_no_table_is_declared_in_two_files():
    folder = files("xero_pipeline.warehouse.schema").joinpath("columns")
    sources = [source for source in folder.iterdir() if source.name.endswith(".toml")]
    names = Counter(name for source in sources for name in tomllib.loads(source.read_text(encoding="utf-8")))

    assert [name for name, times in names.items() if times > 1] == []


def test_keys_are_columns_and_columns_are_named_once():
    for table in all_tables():
        names = [column.name for column in table.all_columns]

        assert len(names) == len(set(names)), table.name
        assert set(table.primary_key) <= set(names), table.name


def test_kinds_are_known():
    assert {column.kind for table in all_tables() for column in table.columns} <= set(get_args(Kind))


def test_names_are_snake_case():
    names = {name for table in all_tables() for name in (table.name, *(column.name for column in table.columns))}

    assert [name for name in names if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)] == []


def test_a_collection_leaves_the_standard_columns_alone():
    assert [(table.name, column.name) for table, column in COLUMNS if column.name in STANDARD] == []


def test_a_child_lies_inside_its_parent_and_its_key_begins_with_the_parents():
    tables = {table.name: table for table in TABLES}
    for child in (table for table in TABLES if table.role == "child"):
        parent = tables[child.parent or ""]

        assert child.collection == parent.collection, child.name
        assert child.path.startswith(f"{parent.path}." if parent.path else ""), child.name
        assert child.path.removeprefix(parent.path).count("[]") == 1, child.name
        assert child.key[:-1] == parent.key, child.name


def test_a_column_has_xeros_own_name_in_snake_case():
    others = [
        (table.name, column.name, column.path) for table, column in COLUMNS if column.name != name_of(column.path)
    ]

    assert others == []


def test_the_kind_of_a_column_is_what_xeros_name_promises():
    assert [
        (table.name, column.name, column.kind) for table, column in COLUMNS if column.kind != promised(column)
    ] == []


def test_a_table_says_in_one_sentence_what_a_row_is():
    assert [t.name for t in all_tables() if not re.fullmatch(r"[A-Z][^\n]+\.", t.comment)] == []


def test_a_column_says_in_one_line_what_it_is():
    wordless = [
        (table.name, column.name) for table, column in COLUMNS if not re.fullmatch(r"\S[^\n]*[^\s.]", column.comment)
    ]

    assert wordless == []


def test_a_column_that_a_comment_points_at_exists():
    known = {f"{table.name}.{column.name}" for table in all_tables() for column in table.all_columns}
    comments = [table.comment for table in all_tables()] + [column.comment for _, column in COLUMNS]
    pointers = re.findall(r"\b[a-z_]+\.[a-z_]+\b", " ".join(comments))

    assert "accounts.account_id" in pointers
    assert set(pointers) - known == set()


def test_one_name_holds_one_kind_of_thing_in_every_table():
    kinds: dict[str, set[str]] = {}
    for table in TABLES:
        for column in table.all_columns:
            kinds.setdefault(column.name, set()).add(column.kind)

    assert {name: kind for name, kind in kinds.items() if len(kind) > 1} == {}


@pytest.mark.parametrize("suffix", ["s", "_tracking", "_tax_breakdown"])
def test_every_document_with_lines_has_the_same_tables_of_lines(suffix: str):
    columns = {table.name: {(column.name, column.kind) for column in table.columns} for table in TABLES}
    expected = columns[f"invoice_line_item{suffix}"]

    for document in WITH_LINES:
        own_key = {(f"{document}_id", "id")}  # a repeating invoice's line names its template by its key
        assert columns[f"{document}_line_item{suffix}"] | own_key == expected | own_key, document


def test_no_key_is_an_amount():
    kinds = {table.column(key).kind for table in TABLES for key in table.key}

    assert kinds <= {"id", "text", "integer"}


def promised(column: Column) -> str:
    """The kind that Xero's name for the column promises, or the declared one where it promises nothing."""
    last = column.path.rpartition(".")[2]
    by_name = (kind for pattern, kind in KIND_OF_NAME.items() if re.fullmatch(pattern, last))
    return DESPITE_THEIR_NAME.get(column.path) or next(by_name, column.kind)
