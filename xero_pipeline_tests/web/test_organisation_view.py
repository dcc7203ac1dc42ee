"""The first page of a home with many organisations: pages of them, a search, states to choose from."""

from __future__ import annotations

import re

import pytest

from xero_pipeline import clock
from xero_pipeline.web.organisation_view import PER_PAGE
from xero_pipeline_tests import many_organisations as many
from xero_pipeline_tests.web.conftest import Browser, served


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """Of a page with sixty organisations."""
    with pytest.MonkeyPatch.context() as patch, served(tmp_path_factory.mktemp("many")) as site:
        patch.setattr(many, "FIGURES", 2)
        many.fill(site.services, 60, clock.now())
        with Browser(site) as browser:
            yield browser


def names(html):
    return re.findall(r'<h2 id="name-[^"]+">([^<]+)</h2>', html)


def links(html):
    """The states to choose from, with their numbers, by address."""
    found = re.search(r'<nav class="states".*?</nav>', html, re.DOTALL)[0]
    parts = re.findall(r'<a href="([^"]+)"[^>]*>([^<]+?) <span>([\d,]+)</span>', found)
    return {label: (address, int(count)) for address, label, count in parts}


def test_a_page_has_some_of_them_and_leads_to_the_others(browser):
    first = browser.get("/").text
    assert names(first)[:3] == [many.name(0), many.name(50), many.name(5)], "the worst first"
    assert "1 to 25 of 60" in first
    assert 'rel="prev"' not in first
    (second,) = re.findall(r'rel="next" href="([^"]+)"', first)
    pages = [names(browser.get(address).text) for address in ("/", second, "/?page=3")]
    assert [len(page) for page in pages] == [PER_PAGE, PER_PAGE, 10]
    assert len({name for page in pages for name in page}) == 60
    last = browser.get("/?page=99").text
    assert names(last) == pages[2]
    assert 'rel="next"' not in last


def test_every_state_says_how_many_there_are_and_leads_to_them(browser):
    for label, (address, count) in links(browser.get("/").text).items():
        assert len(names(browser.get(address).text)) == min(count, PER_PAGE), label
    chosen = browser.get("/?search=rimu&state=issues").text
    assert names(chosen) == [many.name(6), many.name(56)]
    assert links(chosen)["All"] == ("?search=rimu", 12)
    assert 'data-live="/live?search=rimu&amp;state=issues"' in chosen
    assert names(browser.get("/live?search=rimu&state=issues").text) == names(chosen)


def test_the_api_finds_the_same(browser):
    told = browser.get("/api/status?search=rimu&state=issues").json()
    assert [one["name"] for one in told["organisations"]] == [many.name(6), many.name(56)]
    assert told["organisations"][0]["states"] == ["issues"]
    assert (told["total"], told["states"]["issues"], told["states"]["failed"]) == (12, 2, 0)
    refused = browser.get("/api/status?state=late")
    assert refused.status_code == 400
    assert "needs-consent" in refused.json()["error"]


def test_what_nobody_is_called_leads_back_to_all(browser):
    nothing = browser.get("/?search=%3Cscript%3E").text
    assert "No organisation matches" in nothing
    assert "<script>" not in nothing.replace('<script src="/static/page.js" defer></script>', "")


def test_a_few_organisations_need_no_search(shared_site):
    with Browser(shared_site) as browser:
        page = browser.get("/").text
    assert len(names(page)) == 2
    assert 'role="search"' not in page
    assert 'class="states"' not in page
