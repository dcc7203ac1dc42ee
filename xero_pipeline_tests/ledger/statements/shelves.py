"""A simulated organisation's records in a warehouse, and the simulator's postings as its journals."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pyarrow as pa

from xero_pipeline.ledger.schema import upgrade_schema
from xero_pipeline.ledger.tables import ledger_table, named
from xero_pipeline.warehouse.schema.arrow_types import column_type
from xero_pipeline_tests.warehouse.answers import tables_of
from xero_simulator.wire import encode

SEEN = dt.datetime(2028, 7, 20, 12, tzinfo=dt.UTC)
COLLECTIONS = {
    "organisations": "Organisations",
    "accounts": "Accounts",
    "contacts": "Contacts",
    "invoices": "Invoices",
    "credit_notes": "CreditNotes",
    "prepayments": "Prepayments",
    "overpayments": "Overpayments",
    "payments": "Payments",
    "budgets": "Budgets",
    "tracking_categories": "TrackingCategories",
}


def fill(warehouse, company):
    """Bring a company's records and postings in."""
    with warehouse.transaction():
        for table, wrapper in COLLECTIONS.items():
            put(warehouse, company.tenant_id, table, list(company.records(wrapper)))
        post(warehouse, company)


def put(warehouse, tenant_id, table, records):
    """Bring records of one collection in, as Xero writes them."""
    wrapper = COLLECTIONS[table]
    body = b'{"%s":%s}' % (wrapper.encode(), encode(records))
    warehouse.merge(tables_of(table, [body], wrapper=wrapper, tenant_id=tenant_id, synced_at=SEEN))


def post(warehouse, company):
    """Write the simulator's own postings as journals."""
    categories = {
        option["TrackingOptionID"]: (category, option)
        for category in company.records("TrackingCategories")
        for option in category["Options"]
    }
    journals, lines = {}, []
    for posting in company.postings:
        journals[posting.journal_id] = {
            "tenant_id": company.tenant_id,
            "journal_id": posting.journal_id,
            "journal_date": posting.date,
            "source_type": posting.source_type,
            "source_id": posting.source_id,
            "contact_id": posting.contact_id or None,
            "currency_code": posting.currency,
        }
        lines.append(
            {
                "tenant_id": company.tenant_id,
                "journal_id": posting.journal_id,
                "line_number": sum(1 for line in lines[-12:] if line["journal_id"] == posting.journal_id),
                "journal_date": posting.date,
                "account_id": posting.account_id,
                "net_amount": posting.net_amount,
                "source_type": posting.source_type,
                "source_id": posting.journal_id,
                **_tracked([categories[key] for key in posting.tracking]),
            }
        )
    write(warehouse, "journals", list(journals.values()))
    write(warehouse, "journal_lines", lines)


def write(warehouse, table, rows):
    """Add rows to a table of the ledger."""
    with warehouse.writing() as connection:
        upgrade_schema(warehouse.dialect, connection)
        columns = [(column.name, column_type(column.kind)) for column in ledger_table(table).all_columns]
        arrays = {name: pa.array([row.get(name) for row in rows], kind) for name, kind in columns}
        warehouse.dialect.append(connection, named(table), pa.table(arrays))


def _tracked(options):
    found = {}
    for place, (category, option) in enumerate(options, start=1):
        found |= {
            f"tracking_category_id_{place}": category["TrackingCategoryID"],
            f"tracking_option_id_{place}": option["TrackingOptionID"],
            f"tracking_category_{place}": category["Name"],
            f"tracking_option_{place}": option["Name"],
        }
    return found


def numbers(text):
    """The amounts in a table."""
    return {Decimal(part.replace(",", "")) for part in text.split() if re.fullmatch(r"-?[\d,]+\.\d\d", part)}
