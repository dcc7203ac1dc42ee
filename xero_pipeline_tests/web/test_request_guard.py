"""Nobody gets in under another name, without the password, or with a stranger's form; and only our scripts run."""

from __future__ import annotations

import re
from collections import deque
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings
from xero_pipeline.state.signed_in import SignedIn
from xero_pipeline.state.transaction import read_connection
from xero_pipeline.web.address import Address
from xero_pipeline.web.app_context import require_password
from xero_pipeline.web.password import WRONG_TRIES
from xero_pipeline.web.sessions import Sessions
from xero_pipeline_tests.web.conftest import PASSWORD, served

PAGES = ["/", "/live", "/api/status", "/static/page.css", "/login", "/no-such-page", "/books/nobody"]
CHANGES = ["/connect", "/sync", "/disconnect", "/scheduler", "/logout", "/api/connect", "/api/callback", "/api/sync",
           "/api/disconnect", "/api/scheduler"]  # fmt: skip


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:3001", "localhost.evil.example", "192.168.7.7:3001", ""]
)
def test_a_name_that_is_not_ours_gets_no_page(browser, host):
    answer = browser.get("/", headers={"Host": host})
    assert answer.status_code == 421
    assert "Limited" not in answer.text
    assert browser.post("/sync", data={"csrf": browser.csrf}, headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("path", ["/books/%00", "/books/t/attachments/a%00b", "/?search=%00"])
def test_a_zero_byte_in_an_address_reaches_no_database(browser, path):
    assert browser.get(path).status_code == 400


@pytest.mark.parametrize("host", ["localhost:3001", "127.0.0.1:3001", "[::1]:3001", "LOCALHOST:4242"])
def test_this_machines_own_names_are_ours(browser, host):
    assert browser.get("/", headers={"Host": host}).status_code == 200


def test_beyond_this_machine_an_address_in_numbers_is_ours_and_a_strangers_name_is_not(make_browser, guarded):
    browser = make_browser(guarded)
    assert browser.get("/login", headers={"Host": "192.168.7.7:3001"}).status_code == 200
    assert browser.get("/login", headers={"Host": "evil.example"}).status_code == 421


def test_behind_a_proxy_the_public_name_is_ours_and_the_cookie_is_for_https_alone(make_browser, tmp_path):
    public = "https://books.example.com"
    with served(tmp_path, public=public, web_password=SecretStr(PASSWORD)) as site:
        answer = make_browser(site).get("/login", headers={"Host": "books.example.com"})
    assert answer.status_code == 200
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize("path", CHANGES)
def test_a_change_needs_the_token_of_this_browsers_own_page(make_browser, shared_site, path):
    browser, other = make_browser(shared_site), make_browser(shared_site)
    assert browser.post(path).status_code == 403
    assert browser.post(path, data={"csrf": other.csrf}).status_code == 403
    assert browser.post(path, json={}, headers={"X-CSRF-Token": other.csrf}).status_code == 403


@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize(
    "headers", [{"Origin": "http://localhost:9999"}, {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"}]
)
def test_a_change_from_another_page_is_refused_whatever_it_carries(browser, path, headers):
    assert browser.post(path, data={"csrf": browser.csrf}, headers=headers).status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_tells_the_browser_what_it_may_not_do(browser, path):
    headers = browser.get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == policy["font-src"] == "'self'"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/live", "/login", "/no-such-page"])
def test_no_page_has_a_script_or_a_style_in_it(browser, path):
    text = browser.get(path).text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", text)


def test_the_consent_page_of_the_simulated_xero_may_use_its_own_style_and_nothing_else(browser):
    answer = browser.get(browser.tell("/api/connect").json()["url"])
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "sha256-" in policy
    assert "unsafe-inline" not in policy


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(browser):
    cookie = browser.get("/").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_too_long_a_request_is_not_even_read_to_its_end(browser):
    assert browser.post("/api/sync", content=b"x" * 100_000).status_code == 413


@pytest.mark.parametrize("address", [Address("0.0.0.0", 3001), Address("127.0.0.1", 3001, "https://books.example.com")])
def test_beyond_this_machine_there_must_be_a_password(address):
    with pytest.raises(ConfigurationError, match="XERO_WEB_PASSWORD"):
        require_password(Settings.load(web_password=None, _env_file=None), address)


def test_without_the_password_there_is_nothing_to_see(make_browser, guarded):
    browser = make_browser(guarded)
    answer = browser.get("/books/some-organisation")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/books/some-organisation")
    assert browser.get("/api/status").status_code == 401
    assert browser.get("/api/status", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert browser.get("/identity/connect/authorize").status_code == 303


def test_the_whole_address_is_kept_for_after_the_password(make_browser, guarded):
    answer = make_browser(guarded).get("/books/x/statements/cash-flow?from=2026-04-01&to=2026-04-30")
    onward = parse_qs(urlsplit(answer.headers["location"]).query)["next"]
    assert onward == ["/books/x/statements/cash-flow?from=2026-04-01&to=2026-04-30"]


def test_who_is_signed_in_stays_so_over_a_restart_until_the_password_changes(guarded):
    password = SecretStr(PASSWORD)
    kept = SignedIn(guarded.services.state, timedelta(hours=12))
    before = Sessions(kept=kept, password=password)
    cookie, stranger = before.begin(signed_in=True), before.begin()

    after = Sessions(kept=kept, password=password)
    found = after.find(cookie.key)
    assert found.signed_in
    assert found.owns(cookie.csrf)
    assert after.find(stranger.key) is None
    assert Sessions(kept=kept, password=SecretStr("another")).find(cookie.key) is None
    after.end(found)
    assert Sessions(kept=kept, password=password).find(cookie.key) is None


def test_the_state_database_has_neither_cookie_nor_password(guarded):
    password = SecretStr(PASSWORD)
    cookie = Sessions(kept=SignedIn(guarded.services.state, timedelta(hours=12)), password=password).begin(
        signed_in=True
    )
    with read_connection(guarded.services.state) as connection:
        told = str(connection.execute(sa.text("SELECT * FROM signed_in")).all())
    assert told != "[]"
    assert not any(secret in told for secret in (cookie.key, cookie.csrf, PASSWORD))


def test_whom_the_proxy_named_is_let_in_and_nobody_else(make_browser, tmp_path):
    with served(tmp_path, public="https://books.example.com", web_user_header="X-Forwarded-User") as site:
        browser = make_browser(site)
        own = {"Host": "books.example.com"}
        assert browser.get("/", headers=own).status_code == 401
        assert browser.get("/api/status", headers=own).status_code == 401
        assert browser.get("/", headers={**own, "X-Forwarded-User": ""}).status_code == 401
        assert browser.get("/", headers={**own, "X-Forwarded-User": "ada@example.com"}).status_code == 200
        named = {"X-Forwarded-User": "ada@example.com"}
        assert browser.post("/sync", data={"organisation": "x"}, headers={**own, **named}).status_code == 403


def test_a_program_with_the_password_needs_neither_cookie_nor_token(make_browser, guarded):
    bearer = {"Authorization": f"Bearer {PASSWORD}"}
    assert make_browser(guarded).get("/api/status", headers=bearer).status_code == 200
    assert make_browser(guarded).post("/api/scheduler", json={}, headers=bearer).status_code == 400


def test_the_password_opens_the_page_that_was_asked_for_under_a_new_cookie(make_browser, guarded):
    browser = make_browser(guarded)
    before = browser.csrf_of_login()
    answer = browser.post("/login", data={"csrf": before, "password": PASSWORD, "next": "/books/x?months=24"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/books/x?months=24")
    assert browser.csrf != before
    assert browser.get("/").status_code == 200
    browser.submit("/logout")
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_a_strangers_page_after_the_password(make_browser, guarded, onward):
    browser = make_browser(guarded)
    fields = {"csrf": browser.csrf_of_login(), "password": PASSWORD, "next": onward}
    assert browser.post("/login", data=fields).headers["location"] == "/"


def test_who_guesses_too_fast_is_not_even_heard_with_the_right_one(make_browser, guarded, monkeypatch):
    monkeypatch.setattr(guarded.password, "_wrong", deque(maxlen=WRONG_TRIES))
    browser = make_browser(guarded)
    csrf = browser.csrf_of_login()
    for _ in range(WRONG_TRIES):
        assert browser.post("/login", data={"csrf": csrf, "password": "guess"}).status_code == 403
    assert browser.post("/login", data={"csrf": csrf, "password": PASSWORD}).status_code == 429
    assert browser.get("/api/status", headers={"Authorization": f"Bearer {PASSWORD}"}).status_code == 429


def test_the_password_is_in_no_page_and_in_no_words_about_the_settings(make_browser, guarded, monkeypatch):
    monkeypatch.setenv("XERO_WEB_PASSWORD", PASSWORD)
    assert PASSWORD not in repr(Settings.load())
    browser = make_browser(guarded)
    csrf = browser.csrf_of_login()
    assert PASSWORD not in browser.post("/login", data={"csrf": csrf, "password": "x"}).text


def test_a_bug_is_told_without_its_details(browser, shared_site, monkeypatch):
    monkeypatch.setattr(shared_site.status, "everything", lambda: 1 / 0)
    answer = browser.get("/api/status")
    assert answer.status_code == 500
    assert "division" not in answer.text
