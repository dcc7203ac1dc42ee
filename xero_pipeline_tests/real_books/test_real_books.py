"""`benchmarks.real_books` with made-up rows in the shape of its seeds: the real ones are not in the repository."""

import datetime as dt
from decimal import Decimal

import pytest

from benchmarks.real_books import compared
from benchmarks.real_books.books import RealXero, tables
from benchmarks.real_books.seeds import Seeds, read_seeds
from benchmarks.real_books.synced import synced
from xero_pipeline_tests.real_books import made_up
from xero_simulator.server import serving

LAST_DAY = dt.date(2021, 3, 31)


@pytest.fixture
def seeds(tmp_path):
    folder = tmp_path / "seeds"
    folder.mkdir()
    made_up.write_seeds(folder)
    return read_seeds(folder)


def test_a_payment_finds_the_invoice_it_paid_and_parts_come_to_the_total(seeds):
    found = tables(seeds)["Payments"]
    told = {key: (one["Invoice"]["InvoiceID"], one["Amount"], one["BankAmount"]) for key, one in found.items()}
    assert told == {
        made_up.PAID: (made_up.BILL, Decimal(113), Decimal(113)),
        made_up.FIRST_PART: (made_up.SALE, Decimal("400.00"), Decimal(510)),
        made_up.LAST_PART: (made_up.SALE, Decimal("600.00"), Decimal(730)),
        made_up.TAKEN_BACK: (made_up.BILL, Decimal(113), Decimal(113)),
    }


def test_what_comes_to_nothing_was_deleted_and_an_edit_counts_as_it_ended(seeds):
    found = tables(seeds)
    assert found["Payments"][made_up.TAKEN_BACK]["Status"] == "DELETED"
    assert found["BankTransactions"][made_up.UNDONE]["Status"] == "DELETED"
    (line,) = found["BankTransactions"][made_up.SPENT]["LineItems"]
    assert (line["AccountID"], line["LineAmount"]) == (made_up.FEES, Decimal("12.50"))


def test_a_payment_without_an_invoice_is_refused_not_dropped(seeds):
    kept = [row for row in seeds.rows("invoice") if row["invoice_id"] != made_up.SALE]
    with pytest.raises(ValueError, match="No document for 2 payments"):
        tables(Seeds({**seeds.tables, "invoice": kept}))


def test_a_folder_without_seeds_says_where_they_come_from(tmp_path):
    with pytest.raises(SystemExit, match="Clone https://github.com/fivetran/dbt_xero"):
        read_seeds(tmp_path)


def test_every_document_agrees_with_its_journals_and_each_difference_is_told(seeds, tmp_path, duckdb_url):
    with serving(RealXero(seeds, LAST_DAY)) as url:
        warehouse = synced(url, tmp_path, (seeds.first_month, LAST_DAY), warehouse=duckdb_url).warehouse
    counts, differ = compared.documents(warehouse, seeds)
    assert sum(counts.values()) == 11
    assert differ == []
    assert compared.lines(warehouse, seeds) == []
    assert ("2021-02", "860 Rounding", "ROUNDING", Decimal("0.02")) in compared.unexplained(warehouse)
    cent = [
        {**row, "net_amount": "-113.01"}
        if row["net_amount"] == "-113" and row["account_id"] == made_up.PAYABLE
        else row
        for row in seeds.rows("journal_line")
    ]
    off = compared.documents(warehouse, Seeds({**seeds.tables, "journal_line": cent}))[1]
    assert made_up.BILL in {one.source_id for one in off}
