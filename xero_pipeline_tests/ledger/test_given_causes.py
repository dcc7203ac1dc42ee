"""What a person says is behind an account comes before all that is guessed; a wrong file is told line by line."""

from __future__ import annotations

import datetime as dt

import pytest

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.reconcile.cause_file import read_causes
from xero_pipeline.ledger.update import update_ledger
from xero_pipeline_tests.ledger.accountant import forget_inputs
from xero_pipeline_tests.ledger.books import NOW


def written(folder, text):
    path = folder / "causes.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("line", ["O,advance,tax settlement", ",ADVANCE,Tax Settlement", "t,advance,TAX SETTLEMENT"])
def test_an_account_has_the_cause_that_somebody_named(books, tmp_path, line):
    books.trial_balance(dt.date(2026, 1, 31), {"bank": "1", "sales": "-1"})
    books.trial_balance(dt.date(2026, 2, 28), {"bank": "6", "sales": "-1", "advance": "-5"})
    given = read_causes(written(tmp_path, f"organisation;account;cause\n{line.replace(',', ';')}\n"))
    with books.warehouse.writing() as connection:
        forget_inputs(connection)
    update_ledger(books.warehouse, "t", {}, at=NOW, causes=given)
    rows = books.warehouse.query(
        "select account_id, cause from ledger.journal_lines where source_type = 'UNEXPLAINED' and net_amount <> 1 "
        "and net_amount <> -1"
    ).to_pylist()
    assert {row["account_id"]: row["cause"] for row in rows} == {"advance": "TAX SETTLEMENT", "bank": "UNKNOWN"}


@pytest.mark.parametrize(("text", "says"), [
    ("organisation,account\nO,825\n", "it lacks cause"),
    ("organisation,account,cause\nO,,PAYROLL\n", "line 2 names no account"),
    ("organisation,account,cause\nO,825,\n", "line 2 names no cause"),
    ("organisation,account,cause\nO,825,unknown\n", "line 2 names no cause"),
])  # fmt: skip
def test_a_wrong_file_is_told(tmp_path, text, says):
    with pytest.raises(ConfigurationError, match=says):
        read_causes(written(tmp_path, text))


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigurationError, match="XERO_CAUSES"):
        read_causes(tmp_path / "nowhere.csv")
