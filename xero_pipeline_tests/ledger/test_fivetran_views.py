"""How the views of schema fivetran_xero are made, replaced and numbered."""

from __future__ import annotations

from dataclasses import replace

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Numeric

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.fivetran import declarations, views
from xero_pipeline.ledger.fivetran.views import SCHEMA, make_views, schemas
from xero_pipeline.ledger.schema import upgrade_schema
from xero_pipeline.ledger.tables import SCHEMA as LEDGER
from xero_pipeline.warehouse.schema.alterations import change_type
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.ledger.several import change, keep, rows

COLUMNS = f"""
SELECT column_name FROM information_schema.columns WHERE table_schema = '{SCHEMA}' AND table_name = 'journal'
ORDER BY ordinal_position
"""
NUMBERS = f"""
SELECT v.journal_id, v.journal_number FROM {SCHEMA}.journal AS v
JOIN ledger.journals AS j ON j.journal_id = v.journal_id AND j.tenant_id = :tenant
"""


def made(warehouse):
    with warehouse.writing() as connection:
        upgrade_schema(warehouse.dialect, connection)
        return make_views(connection, warehouse.dialect)


def test_what_is_there_is_left_alone(filled):
    made(filled)
    assert made(filled) == 0
    change(filled, f"DROP VIEW {SCHEMA}.contact")
    assert made(filled) == 1


def test_short_codes_that_differ_in_capitals_alone_have_schemas_of_their_own(filled):
    change(filled, "UPDATE xero.organisations SET short_code = '!a-B' WHERE base_currency = 'NZD'")
    change(filled, "UPDATE xero.organisations SET short_code = '!A-b' WHERE base_currency <> 'NZD'")
    made(filled)
    with filled.reading() as connection:
        found = schemas(connection)
    assert len(found) == 4
    assert "fivetran_xero_a_b" in found
    for schema in found:
        rows(filled, f"SELECT * FROM {schema}.organization")


def test_a_journal_keeps_its_number_and_a_new_one_counts_on(filled, several):
    tenant = several.organisations[0].tenant_id
    made(filled)
    before = dict(rows(filled, NUMBERS, tenant=tenant))
    assert sorted(before.values()) == list(range(1, len(before) + 1))
    # One journal is voided, all others are posted anew.
    ((voided,),) = rows(filled, "SELECT MIN(source_id) AS id FROM ledger.journals WHERE tenant_id = :t AND "
                        "source_type = 'MANJOURNAL'", t=tenant)  # fmt: skip
    becomes = "UPDATE xero.manual_journals SET synced_at = synced_at + INTERVAL '1 hour', status = "
    change(filled, f"{becomes} 'VOIDED' WHERE manual_journal_id = '{voided}'")
    change(filled, "UPDATE ledger.documents SET fingerprint = 'old'")
    keep(filled, tenant)
    made(filled)
    left = {journal: number for journal, number in before.items() if journal != voided}
    assert dict(rows(filled, NUMBERS, tenant=tenant)) == left
    # It is posted again, and another one comes, of an earlier day.
    new = f"INSERT INTO ledger.journals (tenant_id, journal_id, journal_date) VALUES ('{tenant}', 'new', '2020-01-01')"
    change(filled, f"{becomes} 'POSTED' WHERE manual_journal_id = '{voided}'", new)
    keep(filled, tenant)
    made(filled)
    assert dict(rows(filled, NUMBERS, tenant=tenant)) == {**before, "new": len(before) + 1}


def with_fewer_columns(monkeypatch):
    """As if another version had declared the view of journals."""
    chosen = next(view for view in declarations.views() if view.name == "journal")
    fewer = replace(chosen, columns=chosen.columns[1:])
    others = tuple(view for view in declarations.views() if view is not chosen)
    monkeypatch.setattr(views, "views", lambda: (*others, fewer))
    return [(column.name,) for column in fewer.columns]


def test_a_view_that_gets_other_columns_is_replaced(warehouse, monkeypatch):
    made(warehouse)
    expected = with_fewer_columns(monkeypatch)
    assert made(warehouse) == 1
    assert rows(warehouse, COLUMNS) == expected


def test_what_people_made_of_such_a_view_is_not_dropped_but_named(postgresql_url, monkeypatch):
    warehouse = Warehouse(postgresql_url)
    made(warehouse)
    change(warehouse, f"CREATE VIEW public.mine AS SELECT journal_id FROM {SCHEMA}.journal")
    with_fewer_columns(monkeypatch)
    with pytest.raises(ConfigurationError, match="mine"):
        made(warehouse)
    assert rows(warehouse, "SELECT journal_id FROM public.mine") == []


def test_a_revision_of_a_table_below_takes_the_views_away_and_the_next_ledger_makes_them_again(warehouse):
    before = made(warehouse)
    change(warehouse, f"CREATE VIEW {SCHEMA}.mine AS SELECT 1 AS one")
    with warehouse.writing() as connection:
        change_type(Operations(MigrationContext.configure(connection)), "invoices", "cis_rate", Numeric(30, 12))
    assert rows(warehouse, COLUMNS) == []
    assert rows(warehouse, f"SELECT one FROM {SCHEMA}.mine") == [(1,)]
    assert made(warehouse) == before


@pytest.mark.parametrize("name", ["xero.duckdb", "XERO.db", "xero.live.duckdb", f"{LEDGER}.duckdb", f"{SCHEMA}.duckdb"])
def test_a_file_that_is_called_as_a_schema_is_refused_with_the_remedy(tmp_path, name):
    with pytest.raises(ConfigurationError, match=r"books\.duckdb"):
        Warehouse(f"duckdb:///{tmp_path / name}")


def test_a_file_of_nearly_that_name_is_welcome(tmp_path):
    warehouse = Warehouse(f"duckdb:///{tmp_path / 'xero-books.duckdb'}")
    with warehouse.writing() as connection:
        upgrade_schema(warehouse.dialect, connection)
