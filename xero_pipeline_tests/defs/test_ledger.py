"""The ledger in Dagster: kept by a run, told by checks, asked for by a sensor when something was read."""

from __future__ import annotations

import json

import dagster as dg
import pytest
from typer.testing import CliRunner

from xero_pipeline import build_xero_defs, clock
from xero_pipeline.checks.catalogue import books_checks
from xero_pipeline.checks.findings import dismiss, findings
from xero_pipeline.cli.app import app
from xero_pipeline.definitions import build
from xero_pipeline.defs.assets.consolidation import CHECKS as GROUP_CHECKS
from xero_pipeline.defs.assets.ledger import ASSETS
from xero_pipeline.defs.automation.jobs import LEDGER
from xero_pipeline.defs.automation.ledger_updates import LEDGERS
from xero_pipeline.defs.checks.locked_documents import UNCHANGED
from xero_pipeline.defs.checks.tie_out import POSTS, name_of
from xero_pipeline.defs.metadata import charts
from xero_pipeline.defs.metadata.charts import chart_of, more_of_profit
from xero_pipeline.defs.partitions import range_tags
from xero_pipeline.defs.resources import TokenStoreResource, WarehouseResource
from xero_pipeline.defs.specs import asset_key
from xero_pipeline.ledger.cash_basis.reports import ON_CASH_BASIS
from xero_pipeline.ledger.consolidation.update import WRITTEN as GROUP_ASSETS
from xero_pipeline.ledger.fivetran.declarations import views
from xero_pipeline.ledger.reconcile.account_balances import ACCOUNT_BALANCES
from xero_pipeline.ledger.reconcile.tie_out import STATEMENTS
from xero_pipeline.ledger.tables import SCHEMA
from xero_pipeline.settings import Settings
from xero_pipeline_tests.defs.conftest import MONTHS, lived_in
from xero_pipeline_tests.ledger.accountant import DOCUMENTS, REPORTS
from xero_pipeline_tests.thoroughness import proof

BOOKS = {check.name for check in books_checks()}


@pytest.fixture(scope="module")
def read_home(connected, tmp_path_factory):
    home = tmp_path_factory.mktemp("read") / "home"
    with lived_in(connected, connected.home, home) as house:
        assert house.sync(*DOCUMENTS, tenants=house.tenants[:1]).success
        assert house.pull(MONTHS, tenants=house.tenants[:1], reports=REPORTS).success
    return home


@pytest.fixture
def read(connected, read_home, tmp_path):
    """A house in which one organisation has been read."""
    with lived_in(connected, read_home, tmp_path / "home") as house:
        yield house


def keep(house, tenants):
    one = tenants[0] if len(tenants) == 1 else None
    return house._run(LEDGER, None, partition_key=one, tags={} if one else range_tags(tenants), ops={})


def evaluations(run):
    return {one.check_name: one for one in run.get_asset_check_evaluations()}


@pytest.mark.any_day
def test_a_run_keeps_the_ledger_and_every_check_passes(read):
    run = keep(read, read.tenants[:1])
    assert run.success
    checks = evaluations(run)
    ours = {POSTS, *GROUP_CHECKS, UNCHANGED, *(name_of(statement) for statement in STATEMENTS)}
    assert checks.keys() == {*ours, *BOOKS}
    assert [name for name in ours if not checks[name].passed] == []
    told = checks["trial_balance_ties_out"].description
    assert "figures of" in told and told.endswith("tie out to the cent.")
    found = {event.asset_key.path[-1]: event.materialization for event in run.get_asset_materialization_events()}
    assert found.keys() == {*ASSETS, *GROUP_ASSETS}
    assert found["journals"].metadata["dagster/partition_row_count"].value > 20
    assert found["group_balance_sheet"].metadata["dagster/row_count"].value > 10
    views = read.services.warehouse.query("select count(*) as n from fivetran_xero.journal_line").to_pylist()[0]["n"]
    assert views == found["journal_lines"].metadata["dagster/partition_row_count"].value
    assert found["coverage"].metadata["explained"].value == "100.00%"


@proof
def test_the_tables_of_a_dbt_source_are_written_with_the_ledger_under_the_keys_that_dagster_dbt_gives(read):
    """`dagster_dbt.asset_utils.default_asset_key_fn` of 0.29: the name of a source and that of its table."""
    read.definitions = build_xero_defs(key_prefix="raw", name_prefix="", dbt_source="xero")
    specs = {spec.key: spec for spec in read.definitions.resolve_all_asset_specs()}
    assert {one.asset_key.to_user_string() for one in specs[dg.AssetKey(["xero", "journal_line"])].deps} == {
        "raw/ledger/journals", "raw/ledger/journal_lines", "raw/xero/accounts", "raw/xero/tax_rates",
    }  # fmt: skip

    def written():
        run = keep(read, read.tenants[:1])
        told = [event.materialization for event in run.get_asset_materialization_events()]
        return {
            one.asset_key.path[1]: one.tags["dagster/data_version"] for one in told if one.asset_key.path[0] == "xero"
        }

    first = written()
    assert first.keys() == {view.name for view in views()}
    with read.services.warehouse.writing() as connection:
        connection.exec_driver_sql("update xero.accounts set synced_at = synced_at + interval 1 day")
    again = written()
    assert {name for name, version in first.items() if again[name] != version} == {
        "account",
        "journal_line",
        "journal_cash_line",
    }


@pytest.mark.any_day_in_proof
@proof
def test_reports_on_cash_basis_have_checks_where_they_are_pulled_by_themselves(read, monkeypatch):
    monkeypatch.setenv("XERO_CASH_BASIS", "true")
    read.definitions = build(Settings.load())
    assert read.pull(MONTHS, tenants=read.tenants[:1], reports=ON_CASH_BASIS).success
    checks = evaluations(keep(read, read.tenants[:1]))
    told = {name: checks[name_of(name)] for name in ON_CASH_BASIS}
    assert [name for name, check in told.items() if not check.passed] == []
    assert all(check.metadata["figures_compared"].value > 10 for check in told.values())
    with read.services.warehouse.writing() as connection:
        connection.exec_driver_sql(
            "update xero.report_pulls set checked_at = checked_at - interval 30 day where report = 'trial_balance' "
            "and basis = 'cash'"
        )
    waiting = evaluations(keep(read, read.tenants[:1]))[name_of("trial_balance_cash")]
    assert (waiting.passed, waiting.metadata["figures_compared"].value) == (True, 0)


def test_account_data_that_is_refused_is_told_once_and_nothing_else_is_different(read, monkeypatch):
    monkeypatch.setenv("XERO_EXPLAIN", "account-data")
    monkeypatch.setenv("XERO_CASH_BASIS", "true")
    read.definitions, tenants = build(Settings.load()), read.tenants[:1]
    assert read.sync("account_balances", "account_transactions", tenants=tenants).success
    aside = {one.asset: one.error for one in read.services.deferred_work.aside()}
    assert aside.keys() == {"account_balances"}, "nothing is unexplained: no line is asked for"
    assert "accountdata.balances.read" in aside["account_balances"]
    checks = evaluations(keep(read, tenants))
    balances = {name: checks.pop(name_of(name)) for name in ACCOUNT_BALANCES}
    assert {(one.passed, one.severity) for one in balances.values()} == {(False, dg.AssetCheckSeverity.WARN)}
    assert all("Nothing newer is compared with account_balances" in one.description for one in balances.values())
    ours = [name_of(statement) for statement in STATEMENTS]
    assert [name for name in ours if not checks[name].passed] == []


@pytest.mark.any_day_in_proof
def test_a_document_that_changes_in_a_locked_month_fails_a_check_until_somebody_accepts_it_by_name(read):
    with read.services.warehouse.writing() as connection:
        connection.exec_driver_sql(f"UPDATE xero.organisations SET period_lock_date = DATE '{MONTHS[1]}'")
    assert evaluations(keep(read, read.tenants[:1]))[UNCHANGED].passed
    with read.services.warehouse.writing() as connection:
        invoice, number = connection.exec_driver_sql(
            "SELECT invoice_id, invoice_number FROM xero.invoices WHERE type = 'ACCREC' AND status = 'PAID' "
            f"AND date BETWEEN '{MONTHS[0]}' AND '{MONTHS[1]}' ORDER BY invoice_id LIMIT 1"
        ).one()
        connection.exec_driver_sql(
            f"UPDATE xero.invoices SET is_deleted = TRUE, synced_at = CURRENT_TIMESTAMP WHERE invoice_id = '{invoice}'"
        )
        connection.exec_driver_sql("UPDATE ledger.kept SET inputs = NULL")
    check = evaluations(keep(read, read.tenants[:1]))[UNCHANGED]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert f"Invoice {number}" in check.metadata["changes"].value
    assert "xero-pipeline restatements --accept" in check.description

    (told,) = [one for one in json.loads(ran("restatements", "--json"))["documents"] if one["source_id"] == invoice]
    assert (told["change"], told["in_xero"], told["number"]) == ("removed", None, number)
    assert f"Invoice {number}" in " ".join(ran("restatements", "--locked").split())
    (who,) = [
        one["history"]
        for one in json.loads(ran("restatements", "--who", "--json"))["documents"]
        if one["source_id"] == invoice
    ]
    assert who[0]["changed_by"] and who[0]["changed_at"]
    assert "Who changed them" in ran("restatements", "--locked")
    ran("restatements", "--accept", "agreed with the auditor", "--by", "Ada Lovelace")
    accepted = json.loads(ran("restatements", "--json", "--since", "2024-01"))["accepted"]
    assert {(one["accepted_by"], one["note"]) for one in accepted} == {("Ada Lovelace", "agreed with the auditor")}
    assert "Ada Lovelace" in ran("restatements")
    assert evaluations(keep(read, read.tenants[:1]))[UNCHANGED].passed

    month = str(MONTHS[0])[:7]
    ran("restatements", "--take-back", month, "--by", "Grace Hopper")
    assert [one["source_id"] for one in json.loads(ran("restatements", "--json"))["documents"]] == [invoice]
    refused = CliRunner().invoke(app, ["restatements", "--take-back", month])
    assert f"Nothing that was accepted of {month} stands" in str(refused.exception)


def ran(*arguments):
    """What a command says."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.any_day_in_proof
def test_the_profit_that_is_drawn_is_xeros_net_profit_month_by_month(read):
    tenant = read.tenants[0]
    run = keep(read, [tenant])
    chart = chart_of(read.services.warehouse, tenant, "ledger.profit_and_loss", MONTHS[-1])
    net = read.services.warehouse.query(
        "select period_start as month, amount from xero.profit_and_loss where tenant_id = :t and line_type = 'total' "
        "and account_name = 'Net Profit' and basis = 'accrual' order by 1",
        {"t": tenant},
    ).to_pylist()
    assert list(map(str, chart.labels)) == [f"{row['month']:%b %Y}" for row in net]
    assert chart.figures["Net profit"] == [row["amount"] for row in net]
    pictured = {
        event.asset_key.path[-1]
        for event in (one.materialization for one in run.get_asset_materialization_events())
        if "picture" in event.metadata
    }
    assert pictured == {"profit_and_loss", "bank_summary", "aged_receivables", "aged_payables"}
    more = more_of_profit(read.services.warehouse, tenant, MONTHS[-1])
    margin = more["margins"].figures["Net margin"][-1]
    assert round(margin, 6) == round(chart.figures["Net profit"][-1] / chart.figures["Income"][-1] * 100, 6)
    year = [one for one in more["net_profit_year_to_date"].figures["This year"] if one is not None]
    assert year[-1] - year[-2] == chart.figures["Net profit"][-1]
    assert {*more} == {"margins", "income_year_to_date", "net_profit_year_to_date"}


@proof
@pytest.mark.any_day_in_proof
def test_bank_accounts_beyond_the_largest_share_a_line_and_none_is_lost(read, monkeypatch):
    tenant = read.tenants[0]
    assert keep(read, [tenant]).success
    monkeypatch.setattr(charts, "_LINES", 2)
    chart = chart_of(read.services.warehouse, tenant, "ledger.bank_summary", MONTHS[-1])
    assert list(chart.figures)[1:] == ["Others"]
    (total,) = read.services.warehouse.query(
        "select sum(closing_balance) as total from xero.bank_summary where tenant_id = :t and period_start = :m "
        "and account_id is not null",
        {"t": tenant, "m": MONTHS[-1]},
    ).to_pylist()
    assert sum(figures[-1] for figures in chart.figures.values()) == total["total"]


@pytest.mark.any_day_in_proof
def test_a_planted_error_fails_its_checks_and_names_the_document(read):
    with read.services.warehouse.writing() as connection:
        payment, invoice, number = connection.exec_driver_sql(
            "SELECT p.payment_id, p.invoice_id, i.invoice_number FROM xero.payments AS p JOIN xero.invoices AS i "
            "ON i.invoice_id = p.invoice_id AND i.tenant_id = p.tenant_id "
            # One in another currency would move the profit as well; one of the first month looks like a conversion.
            f"AND i.currency_rate = 1 WHERE p.status = 'AUTHORISED' AND p.date >= '{MONTHS[1]}' "
            "AND i.type = 'ACCREC' ORDER BY p.amount DESC LIMIT 1"
        ).one()
        connection.exec_driver_sql(f"DELETE FROM xero.payments WHERE payment_id = '{payment}'")
    run = keep(read, read.tenants[:1])
    assert run.success
    failed = {name: one for name, one in evaluations(run).items() if not one.passed and name not in BOOKS}
    assert failed.keys() == {"trial_balance_ties_out", "balance_sheet_ties_out", "bank_summary_ties_out",
                             "receivables_tie_out"}  # fmt: skip
    check = failed["trial_balance_ties_out"]
    assert check.severity == dg.AssetCheckSeverity.ERROR
    assert number in check.metadata["documents"].value
    assert "Accounts Receivable" in check.metadata["differences"].value
    assert number in check.description
    assert invoice


def test_of_an_organisation_that_was_never_read_a_run_says_so_and_keeps_the_others(read):
    known, never_read = read.tenants[:2]
    run = keep(read, [known, never_read])
    assert run.success
    journals = asset_key("journals", SCHEMA)
    records = read.instance.fetch_materializations(journals, limit=10).records
    assert {record.partition_key for record in records} == {known}
    (told,) = read.instance.fetch_observations(journals, limit=10).records
    assert told.partition_key == never_read
    assert "xero-pipeline sync" in told.asset_observation.description
    assert keep(read, [never_read]).success, "also where it is alone"


def test_the_sensor_asks_for_ledgers_that_are_older_than_what_was_read(read):
    def tick():
        with dg.build_sensor_context(
            instance=read.instance,
            definitions=read.definitions,
            resources={"xero_token_store": TokenStoreResource(), "xero_warehouse": WarehouseResource()},
        ) as context:
            return [request.partition_key for request in read.sensor(LEDGERS)._raw_fn(context).run_requests]

    with read.services.warehouse.writing() as connection:
        # Another one's first read ended before its record came: it has no ledger to keep yet.
        connection.exec_driver_sql(
            f"INSERT INTO xero.cursors (tenant_id, endpoint, complete_at) SELECT '{read.tenants[1]}', endpoint, "
            "complete_at FROM xero.cursors LIMIT 1"
        )
    assert tick() == read.tenants[:1]
    keep(read, read.tenants[:1])
    assert tick() == []
    read.sync("invoices", tenants=read.tenants[:1])
    assert tick() == read.tenants[:1]


@pytest.mark.any_day_in_proof
def test_what_a_check_of_the_books_finds_is_a_warning_with_its_evidence_until_it_is_dismissed(read):
    warehouse, tenants = read.services.warehouse, read.tenants[:1]
    with warehouse.writing() as connection:
        # A bill once more, by another id.
        names = [name for name, in connection.exec_driver_sql(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'xero' AND table_name = 'invoices'"
        )]  # fmt: skip
        taken = ", ".join("'twin'" if name == "invoice_id" else f'"{name}"' for name in names)
        listed = ", ".join(f'"{name}"' for name in names)
        connection.exec_driver_sql(
            f"INSERT INTO xero.invoices ({listed}) SELECT {taken} FROM xero.invoices WHERE type = 'ACCPAY' "
            "AND status = 'PAID' AND total > 0 ORDER BY date, invoice_id LIMIT 1"
        )
    check = evaluations(keep(read, tenants))["duplicate_bills"]
    assert (check.passed, check.severity, check.metadata["findings"].value) == (False, dg.AssetCheckSeverity.WARN, 1)
    assert "Void or delete the one that is too many" in check.description
    with warehouse.reading() as connection:
        (found,) = findings(connection, "duplicate_bills")
    assert f"| {found.id} |" in check.metadata["evidence"].value
    dismiss(warehouse, [found.id], "Ana", "Two deliveries", at=clock.now())
    assert evaluations(keep(read, tenants))["duplicate_bills"].passed
