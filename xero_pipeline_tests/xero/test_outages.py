"""When Xero is away, one call of a run finds out; the others ask once, until it answers again."""

from __future__ import annotations

import httpx
import pytest

from xero_pipeline.errors import UnreadableAnswer, XeroUnavailable
from xero_pipeline.xero.http.retry_loop import CircuitBreaker
from xero_pipeline_tests.xero.fakes import TENANT, App, client_of, good


def away(request):
    return httpx.Response(503, text="The Xero API is temporarily unavailable")


@pytest.fixture
def outages():
    return CircuitBreaker()


@pytest.fixture
def ask(engine, clock, outages):
    """How many requests a question of a new client takes, and what came of it."""

    def asked(*script, tenant=TENANT):
        app = App(*script)
        with client_of(app, engine, clock, outages=outages) as client:
            try:
                client.get(tenant, "Accounts")
            except (XeroUnavailable, UnreadableAnswer) as error:
                return len(app.requests), error
        return len(app.requests), None

    return asked


def test_only_the_first_call_of_an_outage_is_repeated(ask):
    first, error = ask(*[away] * 9)
    assert (first, "not repeated" in str(error)) == (6, False)
    again, error = ask(*[away] * 9)
    assert (again, "not repeated" in str(error)) == (1, True)


def test_an_answer_ends_the_outage(ask):
    ask(*[away] * 9)
    assert ask() == (1, None)
    assert ask(away, away) == (3, None)


def test_an_outage_of_one_organisation_is_not_that_of_another(ask):
    ask(*[away] * 9)
    assert ask(away, tenant="another") == (2, None)


def test_an_endpoint_that_answers_nonsense_is_no_outage(ask):
    ask(*[lambda request: good(b"<html>")] * 9)
    assert ask(away) == (2, None)
