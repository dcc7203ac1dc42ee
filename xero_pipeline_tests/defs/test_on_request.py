"""What is asked for by hand: aged reports within the calls there are; tax returns, journals where they were chosen."""

import pytest
from typer.testing import CliRunner

from xero_pipeline.cli.app import app
from xero_pipeline.cli.mock_consent import connect_mock_organisations
from xero_pipeline.cli.selection import choose
from xero_pipeline.container import Services
from xero_pipeline.definitions import build
from xero_pipeline.defs.assets.aged_reports import AGED
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings
from xero_pipeline.xero.endpoints import catalogue

NEW_ZEALAND, UNITED_KINGDOM = 0, 1


@pytest.fixture
def chosen(house, monkeypatch):
    """The house after somebody chose aged reports, tax returns and journals, and connected again."""
    monkeypatch.setenv("XERO_AGED_BY_CONTACT", "true")
    monkeypatch.setenv("XERO_TAX_REPORTS", "true")
    monkeypatch.setenv("XERO_JOURNALS", "true")
    house.services.close()
    house.services = Services(Settings.load())
    connect_mock_organisations(house.services)
    house.definitions = build(house.services.settings)
    return house


def ask(house, tenant, **tags):
    return house._run(AGED, None, partition_key=tenant, tags=tags, ops={})


def failure(result):
    (data,) = (event.step_failure_data for event in result.all_events if event.is_step_failure)
    return data.user_failure_data.description


def count(house, sql, tenant):
    return house.services.warehouse.query(sql, {"t": tenant}).to_pylist()[0]["n"]


def test_aged_reports_are_asked_for_as_far_as_the_run_may_call_and_the_rest_is_told(chosen):
    tenant = chosen.tenants[NEW_ZEALAND]
    assert chosen.sync("contacts", "invoices", tenants=[tenant]).success
    planned = CliRunner().invoke(app, ["aged", "--organisation", tenant, "--plan"])
    assert "calls, one for each report of a contact" in planned.output
    told = failure(ask(chosen, tenant, **{"xero/max_calls": "3"}))
    assert ": 3 of " in told
    assert "Ask for the others" in told
    assert not [one for one in chosen.services.deferred_work.list() if one.asset == "aged_by_contact"]

    asked = "select count(distinct contact_id || report) as n from xero.aged_by_contact where tenant_id = :t"
    assert count(chosen, asked, tenant) == 3
    assert ask(chosen, tenant).success
    facts = {k: v.value for k, v in chosen.materialisations("aged_by_contact")[tenant].metadata.items()}
    assert facts["reports"] == facts["calls"] == count(chosen, asked, tenant) > 3


def test_who_did_not_choose_aged_reports_is_told_how(house):
    said = CliRunner().invoke(app, ["aged", "--organisation", house.tenants[NEW_ZEALAND]]).exception
    assert isinstance(said, ConfigurationError)
    assert "XERO_AGED_BY_CONTACT=true" in str(said)
    assert "xero-pipeline connect" in str(said)


def test_tax_returns_are_read_with_everything_else_and_their_absence_is_no_error(chosen):
    tenant = chosen.tenants[UNITED_KINGDOM]
    assert chosen.sync("tax_reports", tenants=[tenant]).success
    assert chosen.materialisations("tax_reports")[tenant].metadata["records"].value == 0


def test_journals_go_on_after_a_run_that_ran_out_of_calls_and_are_never_read_again(chosen):
    tenant = chosen.tenants[UNITED_KINGDOM]
    told = failure(chosen.sync("journals", tenants=[tenant], tags={"xero/max_calls": "1"}))
    assert "The sensor `unfinished` goes on with it" in told
    assert [one.asset for one in chosen.services.deferred_work.list()] == ["journals"]
    assert chosen.sync("journals", tenants=[tenant]).success
    assert not chosen.services.deferred_work.list()

    facts = {k: v.value for k, v in chosen.materialisations("journals")[tenant].metadata.items()}
    rows = count(chosen, "select count(*) as n from xero.journals where tenant_id = :t", tenant)
    assert (facts["read"], facts["records"], facts["dagster/partition_row_count"]) == ("everything", rows, rows)
    lines = chosen.materialisations("journal_lines")[tenant].metadata["dagster/partition_row_count"].value
    assert lines > 2 * rows
    # The nightly re-reading has nothing to find in them.
    again = {"sync_journals": {"config": {"reread_calls": 20}}}
    assert chosen.sync("journals", tenants=[tenant], config=again).success
    assert chosen.materialisations("journals")[tenant].metadata["calls"].value == 0


def test_what_nobody_chose_is_no_asset_and_who_selects_it_is_told_how(house, chosen):
    def keys(definitions):
        return {key.to_user_string() for key in definitions.resolve_asset_graph().get_all_asset_keys()}

    plain = build(Settings(_env_file=None, journals=False, tax_reports=False))
    tables = {"xero/journals", "xero/journal_lines", "xero/journal_line_tracking"}
    assert tables <= keys(chosen.definitions)
    assert not tables & keys(plain)
    for name in ("journals", "xero/journal_lines"):
        with pytest.raises(ConfigurationError, match="only with XERO_JOURNALS=true"):
            choose([name], read=catalogue())
    with pytest.raises(ConfigurationError, match="Did you mean manual_journals"):
        choose(["manual_journal"], read=catalogue())


def test_nobody_is_asked_for_the_scope_of_what_he_did_not_choose(house, chosen):
    mine = {f"accounting.{name}.read" for name in ("reports.aged", "reports.taxreports", "journals")}
    assert mine <= set(chosen.services.app().scopes)
    off = {"aged_by_contact": False, "tax_reports": False, "journals": False}
    plain = Services(Settings(_env_file=None, **off, custom_layouts=True))
    assert not mine & set(plain.app().scopes)
