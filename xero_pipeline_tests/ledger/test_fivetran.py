"""Schema fivetran_xero: the tables of Fivetran's connector, so full that dbt_xero finds what it joins."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path

import pytest

from xero_pipeline.ledger.fivetran.views import SCHEMA, make_views, schemas
from xero_pipeline.ledger.schema import upgrade_schema
from xero_pipeline_tests.ledger.several import change, queries, rows
from xero_simulator.reports.cash_basis import cash_postings

CONTRACT = json.loads((Path(__file__).parent / "fivetran_contract.json").read_text())
TYPES = {
    "string": {"VARCHAR", "text"},
    "boolean": {"BOOLEAN", "boolean"},
    "date": {"DATE", "date"},
    "int": {"INTEGER", "integer"},
    "float": {"DOUBLE", "double precision"},
    "numeric": {"DECIMAL(19,4)", "DECIMAL(20,10)", "numeric"},
    "timestamp": {
        "TIMESTAMP WITH TIME ZONE", "timestamp with time zone", "TIMESTAMP", "timestamp without time zone",
    },
}  # fmt: skip
WITH_CONTACT = {"ACCREC", "ACCPAY", "ACCRECCREDIT", "ACCPAYCREDIT", "CASHREC", "CASHPAID"}
SOURCE_TYPES = WITH_CONTACT | {  # of Xero's journals, and our own word for what no document shows
    "ACCRECPAYMENT", "ACCPAYPAYMENT", "ARCREDITPAYMENT", "APCREDITPAYMENT", "TRANSFER", "ARPREPAYMENT", "APPREPAYMENT",
    "AROVERPAYMENT", "APOVERPAYMENT", "MANJOURNAL", "UNEXPLAINED",
}  # fmt: skip
COLUMNS = """
SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema LIKE 'fivetran_xero%' ORDER BY table_schema, table_name, ordinal_position
"""
# What xero__general_ledger joins.
GENERAL_LEDGER = f"""
SELECT j.journal_date, j.source_type, a.account_id, a.class AS account_class, l.net_amount, c.name AS contact_name
FROM {SCHEMA}.journal AS j
LEFT JOIN {SCHEMA}.journal_line AS l ON l.journal_id = j.journal_id
LEFT JOIN {SCHEMA}.account AS a ON a.account_id = l.account_id
LEFT JOIN {SCHEMA}.invoice AS i ON j.source_type IN ('ACCPAY', 'ACCREC') AND i.invoice_id = j.source_id
LEFT JOIN {SCHEMA}.bank_transaction AS b
    ON j.source_type IN ('CASHREC', 'CASHPAID') AND b.bank_transaction_id = j.source_id
LEFT JOIN {SCHEMA}.credit_note AS n
    ON j.source_type IN ('ACCPAYCREDIT', 'ACCRECCREDIT') AND n.credit_note_id = j.source_id
LEFT JOIN {SCHEMA}.contact AS c
    ON c.contact_id = COALESCE(i.contact_id, b.contact_id, n.contact_id) AND NOT c._fivetran_deleted
"""


def made(warehouse):
    with warehouse.writing() as connection:
        upgrade_schema(warehouse.dialect, connection)
        return make_views(connection, warehouse.dialect)


@pytest.fixture(scope="module")
def viewed(filled_once):
    """Several organisations with their views, to read only."""
    made(filled_once)
    return filled_once


def test_tables_columns_and_types_are_fivetrans_in_every_schema(viewed):
    found = {}
    for schema, table, column, kind in rows(viewed, COLUMNS):
        found.setdefault(schema, {}).setdefault(table, {})[column] = kind
    assert len(found) == 4
    for tables in found.values():
        assert {table: list(columns) for table, columns in tables.items()} == {t: list(c) for t, c in CONTRACT.items()}
        for table, columns in tables.items():
            assert [c for c, kind in columns.items() if kind not in TYPES[CONTRACT[table][c]]] == [], table


def test_an_empty_warehouse_has_all_views_and_no_row(warehouse):
    assert made(warehouse) == len(CONTRACT)
    for table in CONTRACT:
        assert rows(warehouse, f'SELECT * FROM {SCHEMA}."{table}"') == []


def test_every_line_finds_its_account_and_every_document_its_contact(viewed):
    counts = "source_type, COUNT(*) AS n, COUNT(account_class) AS a, COUNT(contact_name) AS c"
    found = rows(viewed, f"SELECT {counts} FROM ({GENERAL_LEDGER}) AS g GROUP BY source_type")
    assert {kind for kind, *_ in found} <= SOURCE_TYPES
    assert [kind for kind, lines, accounts, _ in found if lines != accounts] == []
    assert {kind for kind, lines, _, contacts in found if lines == contacts} == WITH_CONTACT


def test_the_general_ledger_says_what_the_books_say_account_by_account(viewed, several):
    asked = f"SELECT account_id, journal_date, SUM(net_amount) AS amount FROM ({GENERAL_LEDGER}) AS g GROUP BY 1, 2"
    truth = Counter()
    for organisation in several.organisations:
        for posting in several.company(organisation).postings:
            truth[posting.account_id, posting.date] += posting.net_amount
    assert {(account, day): amount for account, day, amount in rows(viewed, asked)} == truth


@pytest.mark.parametrize("lines", ["journal_line", "journal_cash_line"])
def test_every_journal_balances(viewed, lines):
    odd = f"SELECT journal_id FROM {SCHEMA}.{lines} GROUP BY journal_id HAVING SUM(net_amount) <> 0"
    assert rows(viewed, odd) == []


def test_the_cash_general_ledger_says_what_the_books_say_on_cash_basis(viewed, several):
    """As xero__cash_general_ledger joins it; what is owed passes through no line."""
    lines = f"""
        SELECT j.source_type, a.account_id, a.type, j.journal_date, l.net_amount, j.source_id
        FROM {SCHEMA}.journal_cash AS j JOIN {SCHEMA}.journal_cash_line AS l ON l.journal_id = j.journal_id
        JOIN {SCHEMA}.account AS a ON a.account_id = l.account_id"""
    asked = f"SELECT account_id, journal_date, SUM(net_amount) FROM ({lines}) AS l GROUP BY 1, 2"
    truth = Counter()
    for organisation in several.organisations:
        for posting in cash_postings(several.company(organisation)):
            truth[posting.account_id, posting.date] += posting.net_amount
    found = {(account, day): amount for account, day, amount in rows(viewed, asked) if amount}
    assert found == {key: amount for key, amount in truth.items() if amount}
    kinds = {kind for (kind,) in rows(viewed, f"SELECT DISTINCT source_type FROM {SCHEMA}.journal_cash")}
    assert SOURCE_TYPES >= kinds >= {"ACCRECPAYMENT", "ACCPAYPAYMENT", "CASHREC", "CASHPAID", "ACCRECCREDIT"}
    assert not kinds & {"ACCREC", "ACCPAY"}
    credits = f"""
        SELECT COUNT(*) AS n, COUNT(n.credit_note_id) AS found FROM {SCHEMA}.journal_cash AS j
        LEFT JOIN {SCHEMA}.credit_note AS n ON n.credit_note_id = j.source_id
        WHERE j.source_type IN ('ACCRECCREDIT', 'ACCPAYCREDIT')"""
    ((notes, known),) = rows(viewed, credits)
    assert notes == known > 0


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("account", "account_id"),
        ("contact", "contact_id"),
        ("journal", "journal_id"),
        ("journal_line", "journal_line_id"),
        ("journal_line_has_tracking_category", "journal_line_id, tracking_category_id"),
        ("journal_cash", "journal_id"),
        ("journal_cash_line", "journal_line_id"),
        ("journal_cash_line_has_tracking_category", "journal_line_id, tracking_category_id"),
        ("invoice_line_item", "line_item_id"),
        ("invoice_line_item_has_tracking_category", "line_item_id, tracking_category_id"),
    ],
)
def test_what_dbt_joins_by_is_there_once(viewed, table, key):
    counted = f"SELECT {key}, COUNT(*) AS n FROM {SCHEMA}.{table} GROUP BY {key} ORDER BY n DESC"
    assert [row[-1] for row in rows(viewed, counted)][:1] == [1]


def test_gross_is_net_and_tax_and_the_lines_of_an_invoice_carry_its_tax(viewed):
    assert rows(viewed, f"SELECT 1 FROM {SCHEMA}.journal_line WHERE gross_amount <> net_amount + tax_amount") == []
    carried = f"""
        SELECT i.total_tax, ABS(SUM(l.tax_amount)) AS tax, COUNT(l.tax_name) AS names FROM {SCHEMA}.invoice AS i
        JOIN {SCHEMA}.journal AS j ON j.source_id = i.invoice_id AND j.source_type = i.type
        JOIN {SCHEMA}.journal_line AS l ON l.journal_id = j.journal_id
        WHERE COALESCE(i.currency_rate, 1) = 1 GROUP BY i.invoice_id, i.total_tax"""
    found = rows(viewed, carried)
    assert len(found) > 50
    assert [row for row in found if row[0] != row[1] or not row[2]] == []


def test_tracking_finds_options_by_category_and_option(viewed):
    counted = f"""
        SELECT COUNT(*) AS n, COUNT(CASE WHEN o.name = t.option AND c.status = 'ACTIVE' THEN 1 END) AS found
        FROM {SCHEMA}.journal_line_has_tracking_category AS t
        LEFT JOIN {SCHEMA}.tracking_category AS c ON c.tracking_category_id = t.tracking_category_id
        LEFT JOIN {SCHEMA}.tracking_category_has_option AS h ON h.tracking_category_id = t.tracking_category_id
            AND h.tracking_option_id = t.tracking_category_option_id
        LEFT JOIN {SCHEMA}.tracking_category_option AS o ON o.tracking_option_id = h.tracking_option_id"""
    ((lines, found),) = rows(viewed, counted)
    assert lines == found > 100


def test_a_schema_of_one_organisation_has_its_rows_and_no_others(viewed, several):
    with viewed.reading() as connection:
        by_tenant = {tenant: schema for schema, tenant in schemas(connection).items()}
    for table in ("journal", "journal_line", "invoice", "journal_line_has_tracking_category", "journal_cash_line"):
        counts = [rows(viewed, f"SELECT COUNT(*) AS n FROM {schema}.{table}")[0][0] for schema in by_tenant.values()]
        assert all(counts)
        assert counts[0] == sum(counts[1:]), table
    for organisation in several.organisations:
        ours = rows(viewed, f"SELECT name FROM {by_tenant[organisation.tenant_id]}.organization")
        assert ours == [(organisation.name,)]


def test_the_query_of_the_page_finds_the_schema_of_every_organisation(viewed, several):
    (query,) = queries("fivetran.md")
    with viewed.reading() as connection:
        expected = {schema for schema, tenant in schemas(connection).items() if tenant}
    found = dict(rows(viewed, query))
    assert set(found) == {one.name for one in several.organisations}
    assert set(found.values()) == expected


def test_tracking_without_ids_is_found_by_its_names(filled):
    asked = f"""
        SELECT journal_line_id, tracking_category_id, tracking_category_option_id
        FROM {SCHEMA}.journal_line_has_tracking_category ORDER BY 1, 2"""
    made(filled)
    before = rows(filled, asked)
    change(filled, "UPDATE ledger.journal_lines SET tracking_option_id_1 = NULL, tracking_category_id_1 = NULL")
    change(filled, "UPDATE ledger.journal_lines SET tracking_option_id_2 = NULL")
    assert rows(filled, asked) == before


def test_xeros_own_journals_have_its_numbers_times_and_ids(filled):
    made(filled)
    chosen = f"SELECT MIN(journal_id) AS j FROM {SCHEMA}.journal WHERE source_type = 'ACCREC'"
    ((journal,),) = rows(filled, chosen)
    created = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    change(
        filled,
        "INSERT INTO xero.journals (tenant_id, journal_id, journal_number, created_date_utc, is_deleted) "
        f"SELECT tenant_id, journal_id, 4711, '{created}', FALSE FROM ledger.journals WHERE journal_id = '{journal}'",
        "INSERT INTO xero.journal_lines (tenant_id, journal_id, journal_line_id, position, is_deleted) "
        "SELECT tenant_id, journal_id, CONCAT('xeros-', line_number), line_number + 1, FALSE "
        f"FROM ledger.journal_lines WHERE journal_id = '{journal}'",
    )
    asked = f"SELECT journal_number, created_date_utc FROM {SCHEMA}.journal WHERE journal_id = :id"
    assert rows(filled, asked, id=journal) == [(4711, created)]
    lines = f"SELECT journal_line_id FROM {SCHEMA}.journal_line WHERE journal_id = :id"
    assert {line.partition("-")[0] for (line,) in rows(filled, lines, id=journal)} == {"xeros"}


def test_days_stay_days_and_what_is_deleted_says_so(filled):
    ((chosen, line),) = rows(filled, "SELECT MIN(invoice_id) AS i, MIN(line_item_id) AS l FROM xero.invoice_line_items")
    change(
        filled,
        "UPDATE xero.invoices SET is_deleted = TRUE, planned_payment_date = '2026-03-29' "
        f"WHERE invoice_id = '{chosen}'",
        f"UPDATE xero.invoice_line_items SET is_deleted = TRUE WHERE line_item_id = '{line}'",
        "UPDATE xero.accounts SET is_deleted = TRUE WHERE code = '200'",
    )
    made(filled)
    asked = f"SELECT status, planned_payment_date FROM {SCHEMA}.invoice WHERE invoice_id = :id"
    assert rows(filled, asked, id=chosen) == [("DELETED", dt.datetime(2026, 3, 29))]
    assert rows(filled, f"SELECT 1 FROM {SCHEMA}.invoice_line_item WHERE line_item_id = :id", id=line) == []
    # Xero gives the code of a deleted account to others.
    sales = rows(filled, f"SELECT code, status FROM {SCHEMA}.account WHERE name = 'Sales'")
    assert set(sales) == {(None, "DELETED")}
