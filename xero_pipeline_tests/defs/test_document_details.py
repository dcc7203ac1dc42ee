"""What hangs on documents, as Dagster and the command line have it: after the documents, in plan, and never silent."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from xero_pipeline.cli.dagster_runs import Runner
from xero_pipeline.cli.mock_consent import connect_mock_organisations
from xero_pipeline.cli.output.sync_progress import Watch
from xero_pipeline.cli.output.sync_summary import summary
from xero_pipeline.cli.selection import Selection, choose, only_details
from xero_pipeline.container import Services
from xero_pipeline.definitions import build
from xero_pipeline.defs.specs import asset_key
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings
from xero_pipeline.sync.details.attachment_store import AttachmentStore
from xero_pipeline.sync.estimate.plan import Planner
from xero_pipeline.xero.document_details import DOCUMENTS
from xero_pipeline.xero.endpoints import endpoint

LINKS = "online_invoices"
ALL = ("attachments", "document_history", LINKS)


@pytest.fixture
def hanging(house, monkeypatch):
    """The house, with all that hangs on documents but what needs another scope."""
    monkeypatch.setenv("XERO_DOCUMENT_DETAILS", "history, online-invoices")
    monkeypatch.setenv("XERO_DOCUMENT_CALLS", "8")
    house.services.settings = Settings.load()
    house.definitions = build(house.services.settings)
    return house


def planned(house):
    planner = Planner(house.services.warehouse, house.services.quota, house.tenants[0], house.services.settings)
    rows = [endpoint(name) for name in ("document_history", LINKS)]
    return {item.asset: (item.calls, item.known) for item in planner.sync(rows, []).items}


def checks(result):
    found = [one for one in result.get_asset_check_evaluations() if one.check_name == "all_documents_asked"]
    return {one.asset_key.path[-1]: one for one in found}


def test_each_kind_is_an_asset_behind_its_documents_and_is_there_only_where_it_was_chosen(monkeypatch):
    assert not {asset_key(name) for name in ALL} & keys(build(Settings.load(_env_file=None)))
    chosen = build(Settings.load(_env_file=None, document_details="attachments,history,online-invoices"))
    graph = chosen.resolve_asset_graph()
    for name in ALL:
        assert {one.path[-1] for one in graph.get(asset_key(name)).parent_keys} == set(DOCUMENTS[name])
    assert {graph.get(asset_key(name)).group_name for name in ALL} == {"document_details"}


def keys(definitions):
    return definitions.resolve_asset_graph().get_all_asset_keys()


def test_a_run_asks_what_the_plan_said_and_a_check_tells_what_waits_until_nothing_does(hanging, monkeypatch):
    tenants = hanging.tenants[:1]
    assert planned(hanging) == {"document_history": (0, False), LINKS: (0, False)}
    assert hanging.sync("invoices", tenants=tenants).success
    assert planned(hanging) == {"document_history": (0, True), LINKS: (8, True)}

    run = hanging.sync("document_history", LINKS, tenants=tenants)
    assert run.success
    told = hanging.materialisations(LINKS)[tenants[0]].metadata
    assert (told["calls"].value, told["records"].value) == (8, 8)
    waiting = checks(run)[LINKS]
    assert (waiting.passed, waiting.severity) == (False, dg.AssetCheckSeverity.WARN)
    left = waiting.metadata["documents_waiting"].value
    assert f"{left} documents wait to be asked, at 8 calls a day" in waiting.description
    assert told["read"].value == f"8 documents asked, {left} wait"
    assert checks(run)["document_history"].passed
    assert planned(hanging)[LINKS] == (0, True), "the day has no more"

    monkeypatch.setenv("XERO_DOCUMENT_CALLS", "900")
    hanging.services.settings = Settings.load()
    run = hanging.sync(LINKS, tenants=tenants)
    assert checks(run)[LINKS].passed
    assert hanging.materialisations(LINKS)[tenants[0]].metadata["calls"].value == left
    again = hanging.sync(LINKS, tenants=tenants)
    assert again.success
    assert hanging.materialisations(LINKS)[tenants[0]].metadata["calls"].value == 0


def test_documents_are_named_by_config_and_what_the_consent_lacks_is_put_aside(hanging, monkeypatch):
    tenants = hanging.tenants[:1]
    assert hanging.sync("invoices", tenants=tenants).success
    (wanted,) = hanging.services.warehouse.query("select min(invoice_id) as i from xero.invoices")["i"].to_pylist()
    config = {"sync_document_history": {"config": {"documents": [wanted]}}}
    assert hanging.sync("document_history", tenants=tenants, config=config).success
    kept = hanging.services.warehouse.query("select distinct source_id from xero.document_history")
    assert kept["source_id"].to_pylist() == [wanted]

    monkeypatch.setenv("XERO_DOCUMENT_DETAILS", "attachments")
    hanging.definitions = build(Settings.load())
    files = hanging.services.warehouse.query("select count(*) as n from xero.invoices where has_attachments")
    assert files["n"].to_pylist() != [0]
    hanging.sync("attachments", tenants=tenants)
    (aside,) = hanging.services.deferred_work.aside()
    assert "accounting.attachments.read" in aside.error


def test_the_command_line_asks_for_a_document_and_says_what_waits_and_what_xero_refused(hanging, capsys):
    organisation = hanging.services.organisations.find(hanging.tenants[0])
    with Watch(dict.fromkeys(hanging.tenants, "Demo"), 3) as watch:
        runner = Runner(hanging.services, hanging.instance, watch)
        assert runner.sync(organisation, Selection(("invoices",), ()), full=False)
        (wanted,) = hanging.services.warehouse.query("select max(invoice_id) as i from xero.invoices")["i"].to_pylist()
        assert runner.sync(organisation, Selection(("document_history",), ()), full=False, documents=[wanted])
        everything = Selection(("document_history",), (), selected=False)
        assert runner.sync(organisation, everything, full=True), "all documents again only where they are named"
        hanging.fault("not_found", path="OnlineInvoice", times=1)
        assert runner.sync(organisation, Selection((LINKS,), ()), full=False)
        lines = {line.subject: line for line in watch.lines}
        assert (lines["document_history"].calls, lines[LINKS].unanswered) == (1, 1)
        summary(watch.lines)
    told = capsys.readouterr().out
    assert f"{lines[LINKS].waiting} documents wait; Xero refused 1: see xero.detail_requests" in " ".join(told.split())


def test_documents_are_named_only_where_something_is_read_of_them():
    with pytest.raises(ConfigurationError, match="XERO_DOCUMENT_DETAILS"):
        only_details(choose([]))
    chosen = choose([], read=[endpoint("invoices"), endpoint("attachments")])
    assert only_details(chosen).collections == ("attachments",)


def test_a_run_keeps_what_the_files_hold_and_the_check_tells_what_waits(house, monkeypatch):
    tenants = house.tenants[:1]
    monkeypatch.setenv("XERO_DOCUMENT_DETAILS", "attachment-files")
    monkeypatch.setenv("XERO_DOCUMENT_CALLS", "6")
    connect_mock_organisations(Services(Settings.load()))
    house.definitions = build(Settings.load())
    assert house.sync("invoices", tenants=tenants).success
    books = house.simulator.company(tenants[0])
    files = [file for row in books.records("Invoices") for file in books.cabinet.files("Invoices", row)]
    documents = {row["InvoiceID"] for row in books.records("Invoices") if row["HasAttachments"]}
    calls = 6 - len(documents)
    assert 0 < calls < len(files)

    first = checks(house.sync("attachments", tenants=tenants))["attachments"]
    assert not first.passed
    assert first.metadata["files_waiting"].value == len(files) - calls
    assert f"{len(files) - calls} files wait to be kept." in first.description

    monkeypatch.setenv("XERO_DOCUMENT_CALLS", "500")
    house.services.settings = Settings.load()
    assert checks(house.sync("attachments", tenants=tenants))["attachments"].passed
    kept = house.services.warehouse.query("select stored_path from xero.attachment_files")["stored_path"].to_pylist()
    place = Path(AttachmentStore.of(Settings.load()).address)
    assert place == house.services.settings.home / "attachments"
    assert sorted((place / path).read_bytes() for path in kept) == sorted(file.content for file in files)
    told = house.materialisations("attachments")[tenants[0]].metadata["read"].value
    assert told.endswith(f"{len(files) - calls} files kept (0.0 MB), 0 wait")
