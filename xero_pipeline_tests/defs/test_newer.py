"""A warehouse of a newer program fails a run in Dagster with the sentence that says what to do."""

from __future__ import annotations


def test_a_run_against_a_newer_warehouse_fails_and_says_what_to_do(house):
    with house.services.warehouse.writing() as warehouse:
        warehouse.exec_driver_sql("UPDATE xero_history.alembic_version SET version_num = '0100'")
        warehouse.exec_driver_sql("UPDATE xero_history.layout SET declared = 'of another program', program = '7.8.9'")
    run = house.sync("currencies", tenants=house.tenants[:1])
    assert not run.success
    (failure,) = [event for event in run.all_events if event.is_step_failure]
    assert "written by xero-pipeline 7.8.9" in str(failure.event_specific_data.error)
    assert "Update xero-pipeline" in str(failure.event_specific_data.error)
