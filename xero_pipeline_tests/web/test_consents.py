"""An answer to a consent counts once, in time, and for the browser that was asked."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import pytest

from xero_pipeline.errors import ConfigurationError, ConsentForged
from xero_pipeline.web.address import Address
from xero_pipeline.web.callback_port import CallbackPort
from xero_pipeline.web.consents import QUESTION_SECONDS, Consents
from xero_pipeline_tests.web.conftest import PASSWORD, served
from xero_pipeline_tests.xero.fakes import Clock
from xero_pipeline_tests.xero.person import free_port
from xero_simulator.person import Person

pytestmark = pytest.mark.slow


def path_of(url):
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def names(site):
    return [one.name for one in site.services.organisations.list() if one.status == "connected"]


def test_connect_sends_the_browser_to_the_consent_page_and_takes_its_answer(site, make_browser):
    browser = make_browser(site)
    asked = browser.submit("/connect")
    assert asked.status_code == 303
    answered = browser.get(path_of(Person().allow(asked.headers["location"])))
    assert (answered.status_code, answered.headers["location"]) == (303, "/")
    assert len(names(site)) == 2
    assert f"Connected {names(site)[0]}" in browser.get("/").text


def test_an_answer_from_another_browser_is_refused_and_the_one_that_was_asked_may_still_bring_it(site, make_browser):
    browser, stranger = make_browser(site), make_browser(site)
    answer = Person().allow(browser.tell("/api/connect").json()["url"])
    stranger.get("/")
    assert stranger.get(path_of(answer)).headers["location"] == "/"
    assert "does not belong" in stranger.get("/").text
    assert stranger.tell("/api/callback", url=answer).status_code == 403
    assert names(site) == []
    assert browser.tell("/api/callback", url=answer).status_code == 200


def test_an_answer_counts_once(site, make_browser):
    browser = make_browser(site)
    answer = Person().allow(browser.tell("/api/connect").json()["url"])
    assert browser.tell("/api/callback", url=answer).status_code == 200
    assert browser.tell("/api/callback", url=answer).status_code == 403


def test_a_no_on_the_consent_page_connects_nothing_and_is_told(site, make_browser):
    browser = make_browser(site)
    browser.get(path_of(Person().cancel(browser.submit("/connect").headers["location"])))
    assert "was declined" in browser.get("/").text
    assert names(site) == []


def test_a_question_that_was_left_open_too_long_is_over(shared_site):
    clock = Clock()
    consents = Consents(shared_site.services, shared_site.address, clock)
    answer = Person().allow(consents.begin("me", f"localhost:{shared_site.address.port}"))
    clock.now += QUESTION_SECONDS + 1
    with pytest.raises(ConsentForged):
        consents.finish("me", answer)


def test_who_brings_an_answer_with_the_password_is_another_owner_than_any_browser(guarded, make_browser):
    program = make_browser(guarded)
    program.headers["Authorization"] = f"Bearer {PASSWORD}"
    consents = guarded.consents
    answer = consents.begin("program", f"localhost:{guarded.address.port}").replace("/identity", "/x")
    with pytest.raises(ConsentForged):
        consents.finish("a browser", answer)
    # The code is none, but the question is the program's own: Xero is asked, and says no.
    assert (
        program.post("/api/callback", json={"url": f"{answer}&code=none"}).json()["error"].startswith("The answer was")
    )


def test_what_comes_to_the_redirect_uris_port_goes_on_to_the_page_and_the_port_is_free_again():
    port = free_port()
    held = CallbackPort(f"http://localhost:{port}/xero/callback", lambda query: f"http://localhost:1/there?{query}", 60)
    held.open()
    held.open()
    answer = httpx.get(f"http://127.0.0.1:{port}/xero/callback?code=c&state=s", trust_env=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "http://localhost:1/there?code=c&state=s")
    assert httpx.get(f"http://127.0.0.1:{port}/elsewhere", trust_env=False).status_code == 404
    held.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/xero/callback?code=c", trust_env=False)


def test_a_person_on_another_machine_is_told_which_redirect_uri_the_page_needs(shared_site):
    live = type(shared_site.services)(
        shared_site.services.settings.model_copy(update={"mock_mode": False, "client_id": "an-app"})
    )
    consents = Consents(live, Address("0.0.0.0", 3001))
    with pytest.raises(ConfigurationError, match=r"http://192\.168\.7\.7:3001/xero/callback"):
        consents.begin("me", "192.168.7.7:3001")


def test_disconnecting_leaves_the_organisation_known_and_says_so(tmp_path, make_browser):
    with served(tmp_path, organisations=1) as site:
        browser = make_browser(site)
        (tenant_id,) = browser.connect()
        assert "Disconnect" in browser.get(f"/disconnect/{tenant_id}").text
        assert names(site)
        told = browser.tell("/api/disconnect", organisation=tenant_id).json()["message"]
        assert told.startswith("Disconnected ")
        assert names(site) == []
        assert "already" in browser.tell("/api/disconnect", organisation=tenant_id).json()["message"]
        assert browser.tell("/api/disconnect", organisation="nobody").status_code == 404
