"""What Dagster is told: keys, groups, partitions, jobs, schedules, sensors. A change shows here in review."""

from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from xero_pipeline.definitions import build
from xero_pipeline.settings import Settings
from xero_pipeline.sync.reports_due import earliest_month

GOLDEN = Path(__file__).with_name("definitions.txt")


@pytest.fixture(scope="module")
def definitions():
    return build(Settings(_env_file=None, mock_mode=True))


def described(definitions: dg.Definitions) -> str:
    repository = definitions.get_repository_def()
    graph = repository.asset_graph
    lines = []
    for key in sorted(graph.get_all_asset_keys(), key=lambda k: k.to_user_string()):
        node = graph.get(key)
        dimensions = (
            "month × organisation"
            if isinstance(node.partitions_def, dg.MultiPartitionsDefinition)
            else node.partitions_def.name
            if node.partitions_def
            else "all at once"
        )
        lines.append(f"asset {key.to_user_string()} | {node.group_name} | {dimensions}")
    lines += [f"job {job.name}" for job in sorted(repository.get_all_jobs(), key=lambda j: j.name)]
    lines += [f"schedule {s.name} | {s.cron_schedule} {s.execution_timezone}" for s in repository.schedule_defs]
    lines += [f"sensor {s.name} | every {s.minimum_interval_seconds} s" for s in repository.sensor_defs]
    return "\n".join(lines) + "\n"


def test_the_definitions_are_the_agreed_ones(definitions):
    assert described(definitions) == GOLDEN.read_text()


def test_every_asset_says_what_a_row_is_and_describes_its_columns(definitions):
    for spec in definitions.resolve_all_asset_specs():
        assert spec.description, spec.key
        columns = spec.metadata["dagster/column_schema"].columns
        assert all(column.description for column in columns), spec.key
        assert {"xero", "duckdb"} <= spec.kinds


def test_what_the_daily_sync_brings_has_to_be_fresh_and_nothing_else(definitions):
    fresh = {s.key.to_user_string() for s in definitions.resolve_all_asset_specs() if s.freshness_policy}
    assert {"xero/invoices", "xero/invoice_line_items", "xero/profit_and_loss"} <= fresh
    assert not fresh & {"xero/profit_and_loss_by_tracking", "xero/profit_and_loss_cash", "xero/aged_by_contact"}


def test_the_key_columns_of_a_child_come_from_its_parent(definitions):
    specs = {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}
    lineage = specs["xero/invoice_line_items"].metadata["dagster/column_lineage"].deps_by_column
    assert {(dep.asset_key.to_user_string(), dep.column_name) for deps in lineage.values() for dep in deps} == {
        ("xero/invoices", "tenant_id"),
        ("xero/invoices", "invoice_id"),
    }
    assert "dagster/column_lineage" not in specs["xero/profit_and_loss"].metadata, "Xero makes its figures, not we"


def test_every_collection_of_the_catalogue_is_an_asset(definitions):
    from xero_pipeline.xero.endpoints import catalogue

    keys = {spec.key.to_user_string() for spec in definitions.resolve_all_asset_specs()}
    assert {f"xero/{endpoint.table}" for endpoint in catalogue()} <= keys


def test_the_first_month_holds_every_financial_year_that_began_two_years_ago():
    assert earliest_month(Settings(_env_file=None).start_date, date(2026, 11, 22)) == date(2023, 1, 1)


def test_the_start_date_a_person_set_is_the_first_month():
    settings = Settings(_env_file=None, start_date=date(2025, 7, 3))
    assert earliest_month(settings.start_date, date(2026, 11, 22)) == date(2025, 7, 1)
