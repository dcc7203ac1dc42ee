"""What `run` says at its end."""

from __future__ import annotations

from sqlalchemy import text

from xero_pipeline.calendar import month_end
from xero_pipeline.cli.commands.run import newest_profit
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.clock import TODAY
from xero_pipeline_tests.databases import a_file_like

INSERT = """
INSERT INTO xero.profit_and_loss
(tenant_id, basis, period_start, period_end, position, section, line_type, account_name, amount)
VALUES ('t', :basis, :start, :end, 1, 'Income', 'account', 'Sales', :amount)
"""


def test_the_profit_and_loss_is_on_accrual_basis_where_the_one_on_cash_basis_is_pulled_too(
    duckdb_template, tmp_path, capsys
):
    first = TODAY.replace(day=1)
    with Warehouse(a_file_like(duckdb_template, tmp_path)).kept_open() as warehouse:
        with warehouse.writing() as connection:
            for basis, amount in (("accrual", 10), ("cash", 7)):
                told = {"basis": basis, "start": first, "end": month_end(first), "amount": amount}
                connection.execute(text(INSERT), told)
        newest_profit(warehouse, "t", "Kowhai")
    said = capsys.readouterr()
    lines = [line.split() for line in (said.out + said.err).splitlines() if "Sales" in line]
    assert lines == [["Sales", "10.00"]]
