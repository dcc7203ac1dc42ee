"""A statement as a file says what the statement says."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
import time_machine

from xero_pipeline.files.catalogue import STATEMENTS, read_statement
from xero_pipeline.files.statement_file import statement_file
from xero_pipeline.files.statement_request import StatementRequest
from xero_pipeline.files.statement_set import NOT_IN_THE_SET
from xero_pipeline_tests.files.workbook_reader import read_workbook
from xero_pipeline_tests.ledger.statements.test_commands import FEBRUARY, RANGE, SHOWN

AGED = {"aged-receivables-documents": "open_amount_base", "aged-payables-documents": "open_amount_base"}


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_workbook_and_csv_have_the_amounts_of_every_statement(companies, filled_duckdb, name):
    with filled_duckdb.reading() as connection:
        statement = read_statement(connection, companies[0].tenant_id, StatementRequest(name, *FEBRUARY))
    (sheet,) = read_workbook(statement_file(statement, "xlsx").content)
    assert sheet.rows[0] == [statement.title]
    told = [cell for cell in sheet.texts if cell.startswith(("Organisation: ", "Currency: ", "Period: "))]
    assert told == [f"Organisation: {companies[0].name}", "Period: 2028-02-01 to 2028-02-29", "Currency: NZD"]
    rows = list(csv.DictReader(io.StringIO(statement_file(statement, "csv").content.decode("utf-8-sig"))))
    assert len(rows) == len(statement.records) > 0
    if field := (SHOWN | AGED).get(name):
        amounts = {record[field] for record in statement.records} - {Decimal(0), None}
        assert amounts <= {round(Decimal(number), 2) for number in sheet.numbers}
        assert {Decimal(row[field]) for row in rows if row[field]} - {Decimal(0)} == amounts


def test_a_file_says_by_its_name_what_is_in_it(run, companies, tmp_path):
    whose = ("--organisation", companies[0].name)
    code, shown, said = run("profit-and-loss", *RANGE, *whose, "--output", "february.xlsx")
    assert (code, shown, said) == (0, "", "Written: february.xlsx\n")
    content = (tmp_path / "february.xlsx").read_bytes()
    assert "Net Profit" in read_workbook(content)[0].texts
    assert (tmp_path / "february.xlsx").stat().st_mode & 0o777 == 0o600
    assert run("profit-and-loss", *RANGE, *whose, "--output", "february.doc")[0] == 2


def test_a_year_is_the_financial_year_that_ends_in_it(run, companies):
    whose = ("--organisation", companies[1].name)
    _, shown, _ = run("profit-and-loss", "--year", "2028", *whose)
    assert "2027-03-01 to 2028-02-29" in shown
    assert "2028-02-29" in run("balance-sheet", "--year", "2028", *whose)[1]
    assert run("profit-and-loss", "--year", "2028", "--to", "2028-01", *whose)[0] == 2


def test_a_period_is_one_workbook_with_a_cover_and_its_reconciliation(run, companies, tmp_path):
    code, shown, said = run("workbook", "--organisation", companies[0].name[:6], "--from", "2028-02", "-o", "set.xlsx")
    assert (code, shown, said) == (0, "", "Written: set.xlsx\n")
    cover, *statements, reconciliation = read_workbook((tmp_path / "set.xlsx").read_bytes())
    *titles, note = [
        row[0] for row in cover.rows[cover.rows.index(["Statement", "Days", "Basis", "Reconciliation"]) + 1 :]
    ]
    assert [sheet.rows[0] for sheet in statements] == [[title] for title in titles]
    assert (len(titles), note) == (7, NOT_IN_THE_SET)
    code, _, said = run("workbook", "--organisation", companies[0].name[:6], "--from", "2028-02", "-o", "set.csv")
    assert (code, "name a file .xlsx" in said) == (2, True)
    assert (cover.name, reconciliation.name) == ("Cover", "Reconciliation")
    assert "Period: 2028-02-01 to 2028-02-29" in reconciliation.texts
    assert "Nothing was compared: the warehouse has no report of Xero's of these months." in reconciliation.texts


def test_without_days_the_workbook_is_of_last_month(run, companies, tmp_path):
    with time_machine.travel(dt.datetime(2028, 3, 15, tzinfo=dt.UTC).timestamp(), tick=False):
        run("workbook", "--organisation", companies[0].name)
    (file,) = tmp_path.glob("*.xlsx")
    assert file.name.endswith("-statements-2028-02-01-to-2028-02-29.xlsx")
