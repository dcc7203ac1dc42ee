"""Connecting: the person's way through the browser, and what is in the register afterwards."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from xero_pipeline.errors import ConfigurationError, ConsentDenied, ConsentForged, XeroUnavailable
from xero_pipeline.xero.auth import consent_flow
from xero_pipeline_tests.xero.desk import a_desk
from xero_pipeline_tests.xero.identity_double import CALLS_IN_VAIN, an_app, organisation
from xero_pipeline_tests.xero.person import Person, connect, free_port


@pytest.fixture
def desk(tmp_path):
    app = an_app(redirect_uri=f"http://localhost:{free_port()}/xero/callback")
    with a_desk(tmp_path, app=app) as made:
        yield made


def test_a_person_who_agrees_sees_what_was_connected_and_so_do_we(desk):
    person = Person(desk)
    (added,) = connect(desk, person)
    assert (added.name, added.status) == ("Maple Florist", "connected")
    assert desk.organisations.list() == [added]
    assert desk.tokens.access_token("t-1")
    (page,) = person.pages
    assert page.status_code == 200
    assert "Maple Florist" in page.text
    assert page.headers["cache-control"] == "no-store"


def test_the_browser_is_opened_only_where_wanted_and_with_the_announced_address(desk):
    opened, announced, person = [], [], Person(desk)

    def open_browser(url):
        opened.append(url)
        person(url)

    consent_flow.connect(
        desk.oauth,
        desk.token_store,
        desk.organisations,
        announce=announced.append,
        open_browser=open_browser,
        timeout_seconds=20,
    )
    person.thread.join(30)
    assert opened == announced
    assert opened[0].startswith("https://xero.test/identity/connect/authorize?")


def test_names_of_strangers_are_text_on_the_page_and_nothing_more(desk):
    desk.identity.connections = [organisation("t-1", "<script>alert(1)</script>")]
    person = Person(desk)
    connect(desk, person)
    assert "<script>" not in person.pages[0].text
    assert "&lt;script&gt;" in person.pages[0].text


@pytest.mark.parametrize(
    "query", ["code=code-secret-1&state=stale", "code=code-secret-1", "error=access_denied&state=x"]
)
def test_a_forged_answer_ends_the_wait_and_stores_nothing(desk, query):
    person = Person(desk, query)
    with pytest.raises(ConsentForged, match="xero-pipeline connect"):
        connect(desk, person)
    assert person.pages[0].status_code == 400
    assert "does not belong to this consent" in person.pages[0].text
    assert desk.token_store.consents() == []
    assert desk.identity.requests == []


def test_what_is_no_answer_gets_a_page_and_the_wait_goes_on(desk):
    root = desk.oauth.app.redirect_uri.replace("localhost", "127.0.0.1").removesuffix("/xero/callback")
    person = Person(desk, f"{root}/favicon.ico", "hello=1", "code=code-secret-1&state={state}")
    assert len(connect(desk, person)) == 1
    assert [page.status_code for page in person.pages] == [404, 400, 200]


def test_a_person_who_declines_is_told_so_in_both_places(desk):
    person = Person(desk, "error=access_denied&state={state}")
    with pytest.raises(ConsentDenied, match="declined"):
        connect(desk, person)
    assert "declined" in person.pages[0].text


def test_nobody_answering_ends_in_bounded_time_and_frees_the_port(desk):
    person = Person(desk)
    person.queries = ()
    with pytest.raises(ConsentDenied, match=r"within 0\.1 s"):
        connect(desk, person, timeout_seconds=0.1)
    connect(desk, Person(desk))


def test_a_browser_that_holds_idle_connections_does_not_hold_us(desk):
    port = urlsplit(desk.oauth.app.redirect_uri).port
    person, idle = Person(desk), []

    def announce(url):
        idle.append(socket.create_connection(("127.0.0.1", port)))
        person(url)

    announce.thread = None
    connect(desk, announce)
    person.thread.join(30)
    assert not person.thread.is_alive()
    idle[0].close()


def test_only_this_machine_can_reach_the_listener(desk):
    addresses = {entry[4][0] for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {
        "127.0.0.1",
        "127.0.1.1",
    }
    port = urlsplit(desk.oauth.app.redirect_uri).port
    refused, person = [], Person(desk)

    def announce(url):
        for address in addresses:
            with pytest.raises(OSError):
                socket.create_connection((address, port), timeout=2).close()
            refused.append(address)
        person(url)

    announce.thread = None
    connect(desk, announce)
    person.thread.join(30)
    assert set(refused) == addresses


def test_a_port_in_use_names_the_setting(desk):
    with socket.socket() as other:
        other.bind(("127.0.0.1", urlsplit(desk.oauth.app.redirect_uri).port))
        other.listen()
        with pytest.raises(ConfigurationError, match="XERO_REDIRECT_URI"):
            connect(desk, Person(desk))


@pytest.mark.parametrize(
    "uri", ["https://localhost:8765/cb", "http://example.org:8765/cb", "http://localhost:99999/cb", "nonsense"]
)
def test_an_address_that_is_not_of_this_machine_names_the_setting(tmp_path, uri):
    app = an_app(redirect_uri=uri)
    with a_desk(tmp_path, app=app) as desk, pytest.raises(ConfigurationError, match="XERO_REDIRECT_URI"):
        connect(desk, Person(desk))


def test_no_word_of_the_answer_is_logged(desk, caplog, capfd):
    caplog.set_level("DEBUG")
    connect(desk, Person(desk))
    # The person's own browser is an httpx here; its log lines are not ours.
    logged = [record.getMessage() for record in caplog.records if "GET http://127.0.0.1" not in record.getMessage()]
    said = "\n".join([*logged, *capfd.readouterr()])
    tokens = desk.token_store.load(desk.token_store.consents()[0].consent_id)
    assert "/connect/token" in said
    for secret in ("code-secret-1", tokens.access_token, tokens.refresh_token):
        assert secret not in said


def test_only_what_this_consent_added_is_told(desk):
    desk.identity.connections = [
        organisation("t-1", "Old", event="event-0"),
        organisation("t-2", "New", event="event-1"),
    ]
    assert [one.name for one in connect(desk, Person(desk))] == ["New"]
    assert [one.name for one in desk.organisations.list()] == ["New", "Old"]


@pytest.mark.parametrize("event", [None, "event-of-nobody"])
def test_a_server_that_does_not_tell_which_are_new_has_them_all_told(desk, event):
    desk.identity.event = event
    desk.identity.connections = [organisation("t-1", "One"), organisation("t-2", "Two")]
    assert [one.name for one in connect(desk, Person(desk))] == ["One", "Two"]


def test_an_organisation_moves_to_the_newer_consent_and_the_empty_older_one_is_dropped(desk):
    first = desk.consent("t-1")
    desk.clock.minutes(1)
    desk.identity.code = "code-secret-1"
    connect(desk, Person(desk))
    (only,) = desk.token_store.consents()
    assert only.consent_id != first
    assert [one.consent_id for one in desk.organisations.list()] == [only.consent_id]


def test_an_older_consent_that_still_covers_something_stays(desk):
    desk.identity.connections = [organisation("t-1", "Mine"), organisation("t-2", "Shared")]
    first = desk.consent("t-1", "t-2")
    # Another user's consent lists only the organisation they share.
    desk.identity.connections = [organisation("t-2", "Shared")]
    desk.identity.code = "code-secret-1"
    connect(desk, Person(desk))
    assert len(desk.token_store.consents()) == 2
    assert desk.organisations.get("t-1").consent_id == first
    assert desk.organisations.get("t-2").consent_id != first


def test_connecting_again_cures_needs_reconsent(desk):
    desk.consent("t-1")
    desk.organisations.mark("t-1", "needs re-consent")
    desk.identity.code = "code-secret-1"
    connect(desk, Person(desk))
    assert desk.organisations.get("t-1").status == "connected"
    assert desk.tokens.access_token("t-1")


def test_a_consent_without_any_organisation_says_so_and_leaves_nothing(desk):
    desk.identity.connections = []
    person = Person(desk)
    with pytest.raises(ConsentDenied, match="covers no organisation"):
        connect(desk, person)
    assert "covers no organisation" in person.pages[0].text
    assert desk.token_store.consents() == []


def test_a_failure_after_the_answer_is_shown_in_the_browser_too(desk):
    desk.identity.faults = ["503"] * CALLS_IN_VAIN
    person = Person(desk)
    with pytest.raises(XeroUnavailable):
        connect(desk, person)
    assert person.pages[0].status_code == 400
    assert "Not connected" in person.pages[0].text


def test_a_custom_connection_needs_no_person(tmp_path):
    with a_desk(tmp_path, app=an_app(custom_connection=True)) as desk:
        person = Person(desk)
        assert [one.name for one in connect(desk, person)] == ["Maple Florist"]
        assert person.thread is None


def test_an_abandoned_consent_is_dropped_by_a_later_one_but_not_one_being_given(desk):
    # A `connect` killed half way leaves live tokens: they must not lie around for ever.
    abandoned = desk.consent()
    desk.clock.minutes(61)
    being_given = desk.consent()
    desk.identity.code = "code-secret-1"
    connect(desk, Person(desk))
    left = {one.consent_id for one in desk.token_store.consents()}
    assert abandoned not in left
    assert being_given in left
