"""What history promises, on DuckDB and on PostgreSQL; the queries of docs/history.md are run as they are printed."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.warehouse.answers import (
    FIRST,
    LATER,
    TENANT,
    envelope,
    invoice,
    invoices,
    line,
    tables_of,
    uid,
)
from xero_pipeline_tests.warehouse.test_prepare import run

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "history.md"
VERSIONS = "SELECT reference, valid_from, valid_to, seen_at, replaced_at FROM xero.invoices_history ORDER BY 2, 3"
TABLES = ("invoices", "invoice_line_items", "invoice_line_item_tracking")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def xero_time(moment):
    return f"/Date({round(moment.timestamp() * 1000)}+0000)/"


def rows(warehouse, sql):
    return warehouse.query(sql).to_pylist()


def superseded(warehouse):
    return {name: rows(warehouse, f"SELECT COUNT(*) AS n FROM xero_history.{name}")[0]["n"] for name in TABLES}


def test_a_first_load_writes_no_row_twice_and_a_reread_no_version(warehouse):
    record = invoice("a", lines=[line("a1", Tracking=[{"Name": "R"}])])
    for seen in (FIRST, LATER):
        warehouse.merge(invoices(record, synced_at=seen))
    assert superseded(warehouse) == dict.fromkeys(TABLES, 0)
    for name in TABLES:
        versions = rows(warehouse, f"SELECT valid_from, valid_to, seen_at, replaced_at FROM xero.{name}_history")
        changed = datetime.fromtimestamp(1_700_000_000, UTC)
        assert versions == [{"valid_from": changed, "valid_to": None, "seen_at": FIRST, "replaced_at": None}]


def test_a_changed_line_makes_a_version_of_itself_and_of_no_other(warehouse):
    warehouse.merge(invoices(invoice("a", lines=[line("a1"), line("a2", Tracking=[{"Name": "R"}])])))
    changed = invoice("a", minute=1, lines=[line("a1", amount=99), line("a2", Tracking=[{"Name": "R"}])])
    warehouse.merge(invoices(changed, synced_at=LATER))
    assert superseded(warehouse) == {"invoices": 1, "invoice_line_items": 1, "invoice_line_item_tracking": 0}


def test_an_edit_that_does_not_move_its_time_counts_from_when_it_was_seen(warehouse):
    warehouse.merge(invoices(invoice("a", Reference="1", lines=[line("a1")])))
    warehouse.merge(invoices(invoice("a", Reference="2", lines=[line("a1", amount=11)]), synced_at=LATER))
    first, second = rows(warehouse, VERSIONS)
    assert first["valid_to"] == second["valid_from"] == first["replaced_at"] == second["seen_at"] == LATER
    amounts = rows(warehouse, "SELECT valid_from FROM xero.invoice_line_items_history WHERE line_amount = 11")
    assert amounts == [{"valid_from": LATER}]


def test_a_field_without_a_column_makes_a_version_too(warehouse):
    warehouse.merge(invoices(invoice("a")))
    warehouse.merge(invoices(invoice("a", NewInXero=True), synced_at=LATER))
    raws = [row["raw"] for row in rows(warehouse, "SELECT raw FROM xero.invoices_history ORDER BY valid_from")]
    assert ["NewInXero" in raw for raw in raws] == [False, True]


def test_a_table_without_xeros_time_counts_from_when_it_was_seen(warehouse):
    for name, seen in (("Dollar", FIRST), ("Kiwi", LATER)):
        body = envelope({"Code": "NZD", "Description": name}, wrapper="Currencies")
        warehouse.merge(tables_of("currencies", [body], wrapper="Currencies", tenant_id=TENANT, synced_at=seen))
    versions = rows(warehouse, "SELECT description, valid_from, valid_to FROM xero.currencies_history ORDER BY 2")
    assert [tuple(version.values()) for version in versions] == [("Dollar", FIRST, LATER), ("Kiwi", LATER, None)]


def test_what_a_full_read_did_not_bring_existed_until_then(warehouse):
    warehouse.merge(invoices(invoice("a", lines=[line("a1")])))
    warehouse.sweep("invoices", TENANT, [], as_of=LATER)
    for name in TABLES[:2]:
        until = rows(warehouse, f"SELECT is_deleted, valid_to FROM xero.{name}_history ORDER BY valid_from")
        assert until == [{"is_deleted": False, "valid_to": LATER}, {"is_deleted": True, "valid_to": None}]


def test_a_clock_behind_xeros_ends_no_version_before_it_began(warehouse):
    ahead = LATER + timedelta(minutes=1)
    warehouse.merge(invoices(invoice("a", UpdatedDateUTC=xero_time(ahead))))
    warehouse.sweep("invoices", TENANT, [], as_of=LATER)
    spans = [(row["valid_from"], row["valid_to"]) for row in rows(warehouse, VERSIONS)]
    assert sorted(spans, key=str) == [(ahead, None), (ahead, ahead)]


def test_rows_from_before_there_was_a_history_have_one_from_now_on(shared_warehouse, warehouse_url):
    shared_warehouse.merge(invoices(invoice("a", lines=[line("a1")])))
    run(warehouse_url, *(f"UPDATE xero.{name} SET valid_from = NULL" for name in TABLES))
    changed = datetime.fromtimestamp(1_700_000_000, UTC)
    assert rows(shared_warehouse, VERSIONS)[0]["valid_from"] == changed
    shared_warehouse.merge(invoices(invoice("a", lines=[line("a1", amount=2)], UpdatedDateUTC=xero_time(LATER))))
    first, second = rows(shared_warehouse, VERSIONS)
    assert (first["valid_from"], first["valid_to"], second["valid_from"]) == (changed, LATER, LATER)
    lines = rows(shared_warehouse, "SELECT valid_from, valid_to FROM xero.invoice_line_items_history ORDER BY 1")
    assert [tuple(version.values()) for version in lines] == [(FIRST, LATER), (LATER, None)]


def test_a_view_gains_what_its_table_gains_behind_what_it_has(shared_warehouse, warehouse_url):
    shared_warehouse.merge(invoices(invoice("a", Reference="kept")))
    run(
        warehouse_url,
        "DROP VIEW xero.invoices_history",
        *(f"ALTER TABLE {schema}.invoices DROP COLUMN url" for schema in ("xero", "xero_history")),
        "CREATE VIEW xero.invoices_history AS SELECT tenant_id, reference FROM xero.invoices",
        "CREATE VIEW mine AS SELECT reference FROM xero.invoices_history",
    )
    newer = Warehouse(warehouse_url)
    newer.merge(invoices(invoice("a", minute=1, Reference="new", Url="https://example.com"), synced_at=LATER))
    found = rows(newer, "SELECT * FROM xero.invoices_history ORDER BY valid_from")
    assert list(found[0])[:2] == ["tenant_id", "reference"]
    assert [(row["reference"], row["url"]) for row in found] == [("kept", None), ("new", "https://example.com")]
    assert sorted(row["reference"] for row in rows(newer, "SELECT * FROM mine")) == ["kept", "new"]


def test_writers_at_the_same_time_leave_one_chain_of_versions(warehouse, warehouse_url):
    def write(remainder):
        mine = Warehouse(warehouse_url, lock_timeout_seconds=60)
        for n in range(remainder, 8, 2):
            mine.merge(invoices(invoice("a", Reference=str(n)), synced_at=FIRST + timedelta(minutes=n)))

    warehouse.merge(invoices(invoice("a", Reference="first"), synced_at=FIRST))
    threads = [threading.Thread(target=write, args=(remainder,)) for remainder in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    versions = sorted(rows(warehouse, VERSIONS), key=lambda row: (row["valid_to"] is None, row["valid_to"]))
    assert {version["reference"] for version in versions} == {"first", *map(str, range(8))}
    assert [version["valid_to"] for version in versions] == [*(v["valid_from"] for v in versions[1:]), None]


@pytest.fixture
def year(warehouse):
    """INV-0001 is approved on 10 June, loses a line and alters one on 29 June, which we read on 4 July."""
    told = {"InvoiceNumber": "INV-0001", "Total": 30, "AmountDue": 30}
    both = [line("Rent", amount=20), line("Water", amount=10)]
    june, changed = at("2026-06-10T09:00"), at("2026-06-29T20:00")
    approved = invoice("a", lines=both, UpdatedDateUTC=xero_time(june), **told)
    altered = invoice("a", lines=[line("Rent", amount=25)], UpdatedDateUTC=xero_time(changed), **(told | {"Total": 25}))
    paid = altered | {"Status": "PAID", "AmountDue": 0, "UpdatedDateUTC": xero_time(at("2026-07-05T08:00"))}
    draft = invoice("b", InvoiceNumber="INV-0002", Total=1, UpdatedDateUTC=xero_time(june))
    warehouse.merge(invoices(approved, draft, synced_at=at("2026-06-10T10:00")))
    warehouse.merge(invoices(altered, synced_at=at("2026-07-04T10:00")))
    warehouse.merge(invoices(paid, synced_at=at("2026-07-05T10:00")))
    return warehouse


def printed():
    """The queries of the page, by the heading above them."""
    sections = PAGE.read_text(encoding="utf-8").split("\n## ")[1:]
    found = {section.partition("\n")[0]: re.findall(r"```sql\n(.*?)```", section, re.DOTALL) for section in sections}
    return {heading: sqls[0] for heading, sqls in found.items() if sqls}


def answer(warehouse, heading):
    return [tuple(row.values()) for row in rows(warehouse, printed()[heading])]


def test_the_page_tells_how_the_invoices_stood_on_30_june(year):
    assert answer(year, "As it stood on 30 June") == [
        ("INV-0001", "AUTHORISED", Decimal(25), "Rent", Decimal(25)),
        ("INV-0002", "AUTHORISED", Decimal(1), None, None),
    ]


def test_the_page_tells_the_life_of_an_invoice(year):
    told = [(status, total, due) for _, _, status, total, due, _ in answer(year, "The life of one invoice")]
    assert told == [("AUTHORISED", 30, 30), ("AUTHORISED", 25, 30), ("PAID", 25, 0)]


def test_the_page_tells_altered_lines(year):
    changed, seen = at("2026-06-29T20:00"), at("2026-07-04T10:00")
    assert answer(year, "Lines whose amount was altered, or that were taken out") == [
        (uid("a"), "Rent", Decimal(20), Decimal(25), changed, seen),
        (uid("a"), "Water", Decimal(10), None, changed, seen),
    ]


def test_the_page_tells_what_we_knew(year):
    assert answer(year, "What we knew then") == [("INV-0001", "AUTHORISED", 30), ("INV-0002", "AUTHORISED", 1)]


def test_every_query_of_the_page_is_tested():
    assert len(printed()) == len(re.findall("```sql", PAGE.read_text(encoding="utf-8"))) == 4
