"""A run tells once what is new in Xero's answers; the check `readable` fails while a record cannot be read."""

import json

import dagster as dg
from typer.testing import CliRunner

from xero_pipeline.cli.app import app
from xero_pipeline.defs.checks.data_quality import READABLE
from xero_pipeline.defs.specs import asset_key

FULL = {"sync_accounts": {"config": {"full": True}}}


def observations(house, table="accounts"):
    records = house.instance.fetch_observations(asset_key(table), limit=100).records
    return [record.asset_observation for record in records]


def check(house, table="accounts"):
    """The last evaluation of the check, and the run it is of."""
    key = dg.AssetCheckKey(asset_key(table), READABLE)
    (record,) = house.instance.event_log_storage.get_asset_check_execution_history(key, limit=1)
    return record.event.dagster_event.event_specific_data


def names(house, tenant):
    sql = "select name from xero.accounts where tenant_id = :t and not is_deleted"
    return set(house.services.warehouse.query(sql, {"t": tenant})["name"].to_pylist())


def test_what_is_new_is_observed_once_for_its_organisation_and_the_row_is_there(house):
    one, other = house.tenants[:2]
    house.fault("new_fields", "Accounts", one)
    house.fault("new_enum", "Accounts", other)
    assert house.sync("accounts", tenants=[one, other]).success
    told = {seen.partition: seen for seen in observations(house)}
    assert set(told) == {one, other}
    assert "field SimulatedObject, field SimulatedText" in told[one].description
    assert "value Status = SIMULATED_NEW_VALUE" in told[other].description
    assert told[one].metadata["new"].value == 2
    assert '{"Amounts":[1.5,null]}' in told[one].metadata["schema_drift"].value
    assert check(house).passed

    assert house.sync("accounts", tenants=[one], config=FULL).success
    assert len(observations(house)) == 2, "seen again, but told before"


def test_a_record_that_cannot_be_read_fails_the_check_until_it_can(house):
    tenant = house.tenants[0]
    house.fault("wrong_type", "Accounts", tenant, field="Code")
    assert house.sync("accounts", tenants=[tenant]).success, "everything else is loaded"
    failed = check(house)
    assert (failed.passed, failed.severity) == (False, dg.AssetCheckSeverity.ERROR)
    ((out,),) = [
        tuple(row.values())
        for row in house.services.warehouse.query("select record_id from xero.quarantine").to_pylist()
    ]
    assert "1 record could not be read: Account, " in failed.description, "a number that is no text is left out"
    assert f": accounts record {out}: accounts.Code is the object" in failed.description
    assert "| Account, " in failed.metadata["quarantine"].value
    assert house.materialisations("accounts")[tenant].metadata["records_quarantined"].value == 1
    before = names(house, tenant)
    assert len(before) > 20

    house.simulator.faults.clear()
    assert house.sync("accounts", tenants=[tenant], config=FULL).success
    assert check(house).passed
    assert len(names(house, tenant)) == len(before) + 1


def test_a_run_of_another_organisation_or_one_that_fails_does_not_hide_it(house):
    one, other, third = house.tenants
    house.fault("wrong_type", "Accounts", one)
    house.fault("disconnected", "Accounts", third)
    assert not house.sync("accounts", tenants=[one, third]).success
    assert not check(house).passed
    house.simulator.faults.clear()
    assert house.sync("accounts", tenants=[other]).success
    assert not check(house).passed


def test_status_lists_both_with_what_it_means_for_people_and_programs(house):
    one, other = house.tenants[:2]
    house.fault("new_fields", "Accounts", one)
    house.fault("wrong_type", "Accounts", other, field="Code")
    house.sync("accounts", tenants=[one, other])
    status = json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout)
    assert [(row["tenant_id"], row["path"]) for row in status["schema_drift"]] == [
        (one, "SimulatedObject"),
        (one, "SimulatedText"),
    ]
    ((out, what),) = [(row["tenant_id"], row["error"]) for row in status["quarantine"]]
    assert (out, "accounts.Code is the object" in what) == (other, True)
    (record,) = status["quarantine"]
    assert (record["record"].startswith("Account, "), record["in_xero"]) == (True, None)
    said = " ".join(CliRunner().invoke(app, ["status"]).stdout.split())
    assert "it is kept in raw; a newer version may make it a column" in said
    assert "Records that could not be read: kept out, everything else is loaded" in said
    assert "Organisation Record" in said and " Account, " in said
