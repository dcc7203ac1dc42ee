"""Merging, on DuckDB and on PostgreSQL: what is new, what differs, what is gone, and nothing else is touched."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from xero_pipeline.warehouse.load.merge import Merged
from xero_pipeline.warehouse.store import Cursor, Warehouse
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

pytestmark = pytest.mark.slow


def rows(warehouse, sql):
    return warehouse.query(sql).to_pylist()


def everything(warehouse, name):
    with warehouse.reading() as connection:
        return sorted(map(str, connection.exec_driver_sql(f"SELECT * FROM xero.{name}")))


def line_states(warehouse):
    found = rows(warehouse, "SELECT line_item_id, is_deleted, synced_at FROM xero.invoice_line_items")
    return {row["line_item_id"]: (row["is_deleted"], row["synced_at"] == LATER) for row in found}


def test_every_row_arrives_with_its_exact_values(warehouse):
    batch = invoices(
        invoice("a", Total=12.3456, Date="/Date(1704067200000+0000)/", lines=[line("a1", Quantity=0.3333)])
    )
    merged = warehouse.merge(batch)
    assert merged["invoices"] == merged["invoice_line_items"] == Merged(inserted=1)
    for name in ("invoices", "invoice_line_items"):
        columns = ", ".join(f'"{column}"' for column in batch[name].column_names if column != "raw")
        assert (
            rows(warehouse, f"SELECT {columns} FROM xero.{name}")
            == batch[name].drop_columns([column for column in batch[name].column_names if column == "raw"]).to_pylist()
        )
    assert rows(warehouse, "SELECT raw FROM xero.invoices")[0]["raw"] == batch["invoices"]["raw"][0].as_py()


def test_an_unchanged_reread_touches_nothing(warehouse):
    record = invoice("a", lines=[line("a1", Tracking=[{"Name": "R"}])])
    warehouse.merge(invoices(record))
    before = [everything(warehouse, name) for name in ("invoices", "invoice_line_items", "invoice_line_item_tracking")]
    merged = warehouse.merge(invoices(record, synced_at=LATER))
    after = [everything(warehouse, name) for name in ("invoices", "invoice_line_items", "invoice_line_item_tracking")]
    assert after == before
    assert merged["invoices"] == merged["invoice_line_items"] == Merged(unchanged=1)


def test_only_the_changed_record_and_its_changed_lines_are_written(warehouse):
    same = invoice("same", lines=[line("s1")])
    warehouse.merge(invoices(same, invoice("a", lines=[line("a1"), line("a2")])))
    changed = invoice("a", minute=1, lines=[line("a1"), line("a2", amount=99), line("a3")])
    merged = warehouse.merge(invoices(same, changed, synced_at=LATER))
    assert merged["invoices"] == Merged(updated=1, unchanged=1)
    assert merged["invoice_line_items"] == Merged(inserted=1, updated=1, unchanged=2)
    touched = {name for name, (_, later) in line_states(warehouse).items() if later}
    assert touched == {uid("a2"), uid("a3")}


def test_lines_that_are_there_without_their_record_are_written_over(warehouse_url):
    earlier, warehouse = Warehouse(warehouse_url), Warehouse(warehouse_url)
    earlier.merge(invoices(invoice("a", lines=[line("a1", Description="before")])))
    with earlier.writing() as connection:
        connection.exec_driver_sql("DELETE FROM xero.invoices")
    warehouse.merge(invoices(invoice("a", lines=[line("a1", Description="after"), line("a2")])))
    found = rows(warehouse, "SELECT line_item_id, description FROM xero.invoice_line_items ORDER BY position")
    assert [row["line_item_id"] for row in found] == [uid("a1"), uid("a2")]
    assert found[0]["description"] == "after"


def test_rows_in_pieces_arrive_when_the_first_is_empty(warehouse):
    pages = [invoices(invoice("a")), invoices(invoice("b", lines=[line("b1")]))]
    batch = {name: pa.concat_tables([page[name] for page in pages]) for name in pages[0]}
    assert batch["invoice_line_items"].column(0).num_chunks == 2
    merged = warehouse.merge(batch)
    assert (merged["invoices"].inserted, merged["invoice_line_items"].inserted) == (2, 1)
    assert set(line_states(warehouse)) == {uid("b1")}


def test_a_line_that_left_its_record_is_marked_and_comes_back(warehouse):
    two, one = [line("a1"), line("a2", Tracking=[{"Name": "R"}])], [line("a1")]
    warehouse.merge(invoices(invoice("a", lines=two), invoice("b", lines=[line("b1")])))
    merged = warehouse.merge(invoices(invoice("a", minute=1, lines=one), synced_at=LATER))
    assert merged["invoice_line_items"] == Merged(unchanged=1, removed=1)
    assert merged["invoice_line_item_tracking"] == Merged(removed=1)
    assert line_states(warehouse) == {uid("a1"): (False, False), uid("a2"): (True, True), uid("b1"): (False, False)}
    back = warehouse.merge(invoices(invoice("a", minute=2, lines=two), synced_at=LATER))
    assert back["invoice_line_items"] == Merged(updated=1, unchanged=1)
    assert not any(deleted for deleted, _ in line_states(warehouse).values())


def test_a_line_that_is_gone_is_marked_once_only(warehouse):
    for minute, lines in enumerate([[line("a1"), line("a2")], [line("a1")]]):
        warehouse.merge(invoices(invoice("a", minute=minute, lines=lines)))
    merged = warehouse.merge(invoices(invoice("a", minute=2, lines=[line("a1")]), synced_at=LATER))
    assert merged["invoice_line_items"] == Merged(unchanged=1)
    assert line_states(warehouse)[uid("a2")] == (True, False)


def test_a_record_that_loses_its_last_line_marks_it(warehouse):
    warehouse.merge(invoices(invoice("a", lines=[line("a1")])))
    assert warehouse.merge(invoices(invoice("a", minute=1)))["invoice_line_items"] == Merged(removed=1)


def test_an_older_page_that_comes_late_changes_nothing(warehouse):
    warehouse.merge(invoices(invoice("a", minute=5, Reference="new", lines=[line("new")])))
    merged = warehouse.merge(invoices(invoice("a", minute=4, Reference="old", lines=[line("old")])))
    assert merged["invoices"] == Merged(unchanged=1)
    assert rows(warehouse, "SELECT reference FROM xero.invoices") == [{"reference": "new"}]
    assert set(line_states(warehouse)) == {uid("new")}


def test_an_edit_that_does_not_move_its_time_is_still_taken(warehouse):
    warehouse.merge(invoices(invoice("a", Reference="1")))
    assert warehouse.merge(invoices(invoice("a", Reference="2")))["invoices"] == Merged(updated=1)


def test_a_voided_record_whose_time_fell_to_1970_is_taken(warehouse):
    warehouse.merge(invoices(invoice("a")))
    voided = invoice("a", Status="VOIDED", UpdatedDateUTC="/Date(0+0000)/")
    assert warehouse.merge(invoices(voided))["invoices"] == Merged(updated=1)


def test_two_organisations_with_the_same_ids_stay_apart(warehouse):
    warehouse.merge(invoices(invoice("a", lines=[line("a1")])))
    merged = warehouse.merge(invoices(invoice("a", minute=1), tenant_id="another"))
    assert merged["invoices"] == Merged(inserted=1)
    assert line_states(warehouse) == {uid("a1"): (False, False)}


def test_rows_and_cursor_are_written_together_or_not_at_all(warehouse):
    cursor = Cursor(TENANT, "invoices", FIRST, LATER, 1)
    with pytest.raises(AttributeError):
        warehouse.merge(invoices(invoice("a")), cursor=object())  # the rows are in when this fails
    assert rows(warehouse, "SELECT * FROM xero.invoices") == []
    warehouse.merge(invoices(invoice("a")), cursor=cursor)
    assert warehouse.cursor(TENANT, "invoices") == cursor


def test_a_cursor_moves_without_rows(warehouse):
    assert warehouse.cursor(TENANT, "items") is None
    warehouse.merge({}, cursor=Cursor(TENANT, "items", None, FIRST, 3))
    warehouse.merge({}, cursor=Cursor(TENANT, "items", LATER, LATER, 0))
    assert warehouse.cursor(TENANT, "items") == Cursor(TENANT, "items", LATER, LATER, 0)
    assert warehouse.cursor("another", "items") is None


def test_what_a_full_read_did_not_bring_is_marked_with_its_children_and_kept(warehouse):
    warehouse.merge(invoices(invoice("a", lines=[line("a1")]), invoice("b", lines=[line("b1")])))
    warehouse.merge(invoices(invoice("other"), tenant_id="another"))
    assert warehouse.sweep("invoices", TENANT, [uid("a")], as_of=LATER) == 1
    assert warehouse.sweep("invoices", TENANT, [uid("a")], as_of=LATER) == 0
    deleted = rows(warehouse, "SELECT invoice_id FROM xero.invoices WHERE is_deleted")
    assert deleted == [{"invoice_id": uid("b")}]
    assert line_states(warehouse) == {uid("a1"): (False, False), uid("b1"): (True, True)}


def test_a_record_written_since_the_full_read_began_is_not_swept(warehouse):
    warehouse.merge(invoices(invoice("a"), synced_at=LATER))
    assert warehouse.sweep("invoices", TENANT, [], as_of=FIRST) == 0


def test_a_swept_record_that_is_listed_again_is_back_with_its_lines(warehouse):
    record = invoice("a", lines=[line("a1")])
    warehouse.merge(invoices(record))
    warehouse.sweep("invoices", TENANT, [], as_of=LATER)
    merged = warehouse.merge(invoices(record, synced_at=LATER))
    assert merged["invoices"] == merged["invoice_line_items"] == Merged(updated=1)
    assert rows(warehouse, "SELECT is_deleted FROM xero.invoices") == [{"is_deleted": False}]


def test_sums_in_sql_are_exact(warehouse):
    warehouse.merge(invoices(*(invoice(str(n), Total=0.1) for n in range(10))))
    assert rows(warehouse, "SELECT SUM(total) AS total FROM xero.invoices") == [{"total": Decimal("1.0000")}]


def test_text_with_quotes_breaks_and_emptiness_survives(warehouse):
    odd = ['"', "a,b", "line\nbreak", "", "\\N", "NULL", "é😀"]
    warehouse.merge(invoices(*(invoice(f"{n}", Reference=text) for n, text in enumerate(odd)), invoice("none")))
    found = rows(warehouse, "SELECT reference FROM xero.invoices ORDER BY invoice_number")
    assert [row["reference"] for row in found] == [*odd, None]


def test_parameters_and_frames(warehouse):
    warehouse.merge(invoices(invoice("a", Total=1.10), invoice("b")))
    sql = "SELECT total, updated_date_utc FROM xero.invoices WHERE invoice_number = :number"
    frame = warehouse.query(sql, {"number": "a"}).to_pandas()
    assert frame["total"].tolist() == [Decimal("1.1000")]
    assert frame["updated_date_utc"][0].to_pydatetime() == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_a_reader_cannot_write(warehouse):
    with pytest.raises(Exception, match="read-only"), warehouse.reading() as connection:
        connection.exec_driver_sql("DELETE FROM xero.invoices")


def test_a_second_object_on_the_same_warehouse_sees_the_rows(warehouse, warehouse_url):
    warehouse.merge(invoices(invoice("a")))
    assert rows(Warehouse(warehouse_url), "SELECT COUNT(*) AS n FROM xero.invoices") == [{"n": 1}]


def test_a_transaction_commits_all_of_it_or_nothing(warehouse):
    with pytest.raises(RuntimeError, match="on the way"), warehouse.transaction():
        warehouse.merge(invoices(invoice("INV-1")))
        warehouse.sweep("invoices", TENANT, [], as_of=LATER)
        assert warehouse.query("SELECT 1 FROM xero.invoices WHERE is_deleted").num_rows == 1
        raise RuntimeError("on the way")
    assert warehouse.query("SELECT 1 FROM xero.invoices").num_rows == 0
    with warehouse.transaction():
        warehouse.merge(invoices(invoice("INV-1")))
    assert warehouse.query("SELECT 1 FROM xero.invoices").num_rows == 1


def budget(*periods, at):
    balances = [{"Period": period, "Amount": 10} for period in periods]
    lines = [{"AccountID": uid("sales"), "AccountCode": "200", "BudgetBalances": balances}]
    answer = envelope({"BudgetID": uid("budget"), "Type": "OVERALL", "BudgetLines": lines}, wrapper="Budgets")
    return tables_of("budgets", [answer], wrapper="Budgets", tenant_id=TENANT, synced_at=at)


def test_a_month_that_leaves_the_window_of_a_budget_stays(warehouse):
    warehouse.merge(budget("2026-01", "2026-02", at=FIRST))
    warehouse.merge(budget("2026-02", "2026-03", at=LATER))
    kept = warehouse.query("SELECT period, is_deleted FROM xero.budget_line_balances ORDER BY 1").to_pylist()
    assert [(row["period"], row["is_deleted"]) for row in kept] == [
        ("2026-01", False),
        ("2026-02", False),
        ("2026-03", False),
    ]
