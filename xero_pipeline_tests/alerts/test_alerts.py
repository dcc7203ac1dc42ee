"""Who is named in XERO_ALERTS is told what needs somebody: once, again when it is over, and never a secret."""

from __future__ import annotations

import logging
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlsplit

import dagster as dg
import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from xero_pipeline import clock
from xero_pipeline.build_defs import PREFIX, build_xero_defs
from xero_pipeline.definitions import build
from xero_pipeline.defs.resources import TokenStoreResource
from xero_pipeline.operations.alerts.receivers import receivers
from xero_pipeline.operations.alerts.sensor import ALERTS
from xero_pipeline.operations.health.alerts import check_alerts, check_unreached, send_trial
from xero_pipeline.settings import Settings
from xero_pipeline.state.alert_notes import AlertNote, AlertNotes
from xero_pipeline.state.tables import state_table
from xero_pipeline.state.transaction import write_transaction
from xero_pipeline.state.webhook_inbox import WebhookInbox
from xero_pipeline.webhooks.delivery import read_delivery
from xero_pipeline_tests import many_organisations as many
from xero_pipeline_tests.alerts.homes import filled, look
from xero_pipeline_tests.alerts.receiving import SECRET, mail_server, webhook
from xero_pipeline_tests.webhooks.deliveries import body_of, event


def stand(services, number, status):
    table = state_table("organisations")
    with write_transaction(services.state) as connection:
        connection.execute(sa.update(table).where(table.c.tenant_id == many.tenant(number)).values(status=status))


def test_of_a_practice_everything_is_told_in_one_message_and_once(home, inbox, instance, duckdb_url, tmp_path):
    practice = filled(duckdb_url, tmp_path, 1000)
    services = home(inbox.address, practice, web_url="https://books.example.com")
    assert look(services, instance) == (1, [])
    assert look(services, instance) == (0, [])
    (one,) = inbox
    assert one["title"] == "xero_pipeline: 120 need somebody"
    body = one["message"]
    assert len(body) < 10_000
    for headline in ("Needs a new consent (20)", "Records cannot be read (20)", "Not synced for a day (40)"):
        assert headline in body
    assert f"- {many.name(0)} https://books.example.com/books/{many.tenant(0)}\n" in body
    assert "- and 10 more\n" in body
    assert body.endswith("All organisations: https://books.example.com/")


def test_what_is_over_is_told_and_what_comes_again_too(home, inbox, instance):
    services = home(inbox.address)
    look(services, instance)
    stand(services, many.NEEDS_CONSENT, "connected")
    look(services, instance)
    stand(services, many.NEEDS_CONSENT, "needs re-consent")
    look(services, instance)
    stand(services, many.NEEDS_CONSENT, "disconnected")
    look(services, instance)
    assert [one["title"] for one in inbox] == [
        "xero_pipeline: 6 need somebody",
        "xero_pipeline: 1 solved",
        "xero_pipeline: Needs a new consent",
    ], "of who was disconnected nobody wants to hear that it is solved"
    assert f"- {many.name(0)}: Needs a new consent" in inbox[1]["message"]
    assert [one["type"] for one in inbox[:2]] == ["warning", "success"]


def test_more_of_the_same_are_told_again_and_fewer_are_not(home, inbox, instance):
    services = home(inbox.address)
    look(services, instance)
    whose = {"t": many.tenant(many.REJECTED), "at": clock.now()}
    columns = "tenant_id, collection, record_id, error, raw, seen_at, checked_at"
    insert = f"insert into xero.quarantine ({columns}) values (:t, 'invoices', :id, 'no number', '', :at, :at)"
    for statement in (insert, "delete from xero.quarantine where record_id = :id"):
        with services.warehouse.writing() as connection:
            connection.execute(sa.text(statement), {**whose, "id": "another"})
        look(services, instance)
    assert len(inbox) == 2
    assert f"Records cannot be read (1)\n- {many.name(many.REJECTED)}: 2\n" in inbox[1]["message"]


def test_changes_that_came_without_an_event_are_told_where_events_are_taken(home, inbox, instance):
    services = home(inbox.address, webhook_key=SecretStr("key"))
    look(services, instance)
    events, now = WebhookInbox(services.state), clock.now()
    found = read_delivery(body_of(event(many.tenant(0))), now - timedelta(hours=2))
    events.receive(found.events, found.numbers, now - timedelta(hours=2))
    events.miss(many.tenant(0), "INVOICE", now - timedelta(hours=1))
    assert look(services, instance) == (1, [])
    assert inbox[-1]["title"] == "xero_pipeline: Changes came without an event of Xero's"
    assert many.name(0) in inbox[-1]["message"]


def test_who_cannot_be_reached_is_told_later_and_the_others_at_once(home, inbox, instance):
    with webhook() as broken:
        broken.status = 503
        services = home(f"{broken.address}, {inbox.address}")
        sent, problems = look(services, instance)
        assert (sent, problems) == (1, ["address 1 of XERO_ALERTS (JSON) could not be told: it answered 503"])
        look(services, instance)
        (told,) = check_unreached(services)
        assert told.state == "warning" and "tried 2 times" in told.told
        broken.status = 200
        assert look(services, instance) == (1, [])
        assert not list(check_unreached(services))
        assert len(broken) == len(inbox) == 1


def test_a_mail_arrives_as_plain_text(home, instance):
    with mail_server() as inbox:
        services = home(inbox.address)
        assert look(services, instance) == (1, [])
    (mail,) = inbox
    assert (mail["To"], mail["Subject"]) == ("books@example.com", "xero_pipeline: 6 need somebody")
    assert f"- {many.name(0)}" in mail.get_body(("plain",)).get_content()


def test_the_sensor_is_there_where_somebody_is_to_be_told_and_its_tick_tells(home, inbox, monkeypatch, instance):
    services = home(inbox.address)
    assert ALERTS not in {one.name for one in build(Settings.load(_env_file=None)).sensors}
    assert f"{PREFIX}{ALERTS}" not in {one.name for one in build_xero_defs().sensors}
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(services.home))
    monkeypatch.setenv("XERO_WAREHOUSE_URL", services.settings.warehouse)
    monkeypatch.setenv("XERO_ALERTS", inbox.address)
    assert f"{PREFIX}{ALERTS}" in {one.name for one in build_xero_defs().sensors}, "in another project, too"
    (sensor,) = (one for one in build(services.settings).sensors if one.name == ALERTS)
    with dg.build_sensor_context(instance, resources={"xero_token_store": TokenStoreResource()}) as context:
        assert sensor.evaluate_tick(context).skip_message == "Told 1 of those in XERO_ALERTS."
        assert sensor.evaluate_tick(context).skip_message == "There is nothing new to tell."
    assert len(inbox) == 1


@pytest.mark.parametrize("wrong", ["bogus://token", "slack://T1-only"])
def test_a_wrong_address_is_told_by_its_place_and_without_a_word_of_it(wrong, caplog):
    services = SimpleNamespace(settings=SimpleNamespace(alerts=SecretStr(f"json://localhost {wrong}")))
    with pytest.raises(Exception, match="XERO_ALERTS: address 2 is none that Apprise understands") as raised:
        list(check_alerts(services))
    assert wrong.split("://")[-1] not in str(raised.value) + caplog.text


def test_nothing_of_an_address_is_ever_shown(inbox, caplog):
    caplog.set_level(logging.DEBUG)
    settings = Settings.load(_env_file=None, alerts=SecretStr(inbox.address))
    inbox.status = 500
    said = [*send_trial(settings)]
    inbox.status = 200
    said += [*send_trial(settings), *check_alerts(SimpleNamespace(settings=settings))]
    assert [one.state for one in said] == ["problem", "ok", "ok"]
    shown = f"{said} {settings!r} {receivers(settings.alerts)!r} {caplog.text}"
    assert SECRET not in shown and f":{urlsplit(inbox.address).port}" not in shown


def test_a_name_is_no_mention_no_link_and_no_further_line():
    from xero_pipeline.operations.alerts.alert_kinds import plain_name

    assert plain_name("A <!channel>\n@everyone\u202e B") == "A !channel everyone B"


def test_the_terminal_sends_a_test_message(inbox, tmp_path):
    words = [sys.executable, "-W", "ignore", "-m", "xero_pipeline", "doctor", "--alert"]
    environment = {"XERO_ALERTS": inbox.address, "XERO_PIPELINE_HOME": str(tmp_path / "home"), "HOME": str(tmp_path)}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment, cwd=tmp_path)
    assert done.stdout.startswith("ok: alerts: address 1 of XERO_ALERTS (JSON) took a test message")
    assert (done.returncode, [one["title"] for one in inbox]) == (0, ["xero_pipeline: a test message"])
    assert not (tmp_path / "home").exists()


def test_what_was_told_is_remembered_in_either_database(empty_services):
    notes = AlertNotes(empty_services.state)
    told = [AlertNote("stale a", 1, "A: stale", clock.now()), AlertNote("failed a", 2, "A: failed", clock.now())]
    notes.keep("1", told, ())
    notes.keep("2", told[:1], ())
    notes.keep("1", [replace(told[1], count=3)], ["stale a"])
    assert {place: {one.event: one.count for one in of.values()} for place, of in notes.all().items()} == {
        "1": {"failed a": 3},
        "2": {"stale a": 1},
    }
