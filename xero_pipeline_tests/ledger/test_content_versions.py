"""The version of a table of the ledger says whether its figures changed, however often it is written."""

from __future__ import annotations

from xero_pipeline.defs.assets.ledger import ASSETS, WITH_JOURNALS
from xero_pipeline.ledger.content_versions import organisation_contents, table_contents
from xero_pipeline.warehouse.progress.row_states import EMPTY, report_versions, row_states

TABLES = [*ASSETS, *WITH_JOURNALS]


def contents(accountant, tables=TABLES):
    found = organisation_contents(accountant.warehouse, [accountant.tenant_id], tables)
    return {name: found[accountant.tenant_id, name] for name in tables}


def test_a_ledger_that_is_posted_again_and_says_the_same_keeps_its_versions(accountant):
    before = contents(accountant)
    accountant.keep()
    assert contents(accountant) == before
    assert before["journal_lines"].rows > 0


def test_a_figure_that_changed_changes_the_version_of_its_table_alone(accountant):
    before = contents(accountant)
    with accountant.warehouse.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE ledger.journal_lines SET net_amount = net_amount + 1 WHERE line_number = 0 AND journal_id = "
            "(SELECT MIN(journal_id) FROM ledger.journal_lines)"
        )
    after = contents(accountant)
    assert {name for name in TABLES if after[name] != before[name]} == {"journal_lines"}
    assert after["journal_lines"].rows == before["journal_lines"].rows


def test_rows_of_another_organisation_do_not_count(accountant):
    ours = contents(accountant, ["journals"])
    assert organisation_contents(accountant.warehouse, ["nobody"], ["journals"])["nobody", "journals"].rows == 0
    with accountant.warehouse.reading() as connection:
        assert table_contents(connection, ["journals"]) == ours, "there is only one"


def test_a_row_that_is_written_deleted_or_comes_back_changes_the_version_of_its_table(accountant):
    def version():
        states = row_states(accountant.warehouse, [accountant.tenant_id], ["invoices"])
        return states[accountant.tenant_id, "invoices"].version

    def write(change):
        with accountant.warehouse.writing() as connection:
            first = "(SELECT MIN(invoice_id) FROM xero.invoices)"
            connection.exec_driver_sql(f"UPDATE xero.invoices SET {change} WHERE invoice_id = {first}")

    seen = [version(), version()]
    assert seen[0] == seen[1] != EMPTY
    # Marked by a sweep with an instant before that of newer rows: only the count tells.
    write("is_deleted = TRUE")
    seen.append(version())
    write("is_deleted = FALSE, synced_at = (SELECT MAX(synced_at) FROM xero.invoices) + INTERVAL '1' SECOND")
    seen.append(version())
    assert len(set(seen)) == len(seen) - 1
    assert row_states(accountant.warehouse, ["nobody"], ["invoices"])["nobody", "invoices"].version == EMPTY


def test_a_month_of_a_report_keeps_its_version_until_xero_says_something_else(accountant):
    (month,) = accountant.warehouse.query(
        "select min(period_start) as month from xero.report_pulls where report = 'trial_balance'"
    ).to_pylist()
    asked = (accountant.warehouse, [accountant.tenant_id], "trial_balance", "accrual", [month["month"]])
    before = report_versions(*asked)
    assert list(before) == [(accountant.tenant_id, month["month"])]
    with accountant.warehouse.writing() as connection:
        connection.exec_driver_sql("UPDATE xero.report_pulls SET checked_at = checked_at + INTERVAL '1' DAY")
    assert report_versions(*asked) == before
