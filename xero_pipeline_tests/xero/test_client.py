from __future__ import annotations

import logging
import threading
import traceback
from datetime import UTC, datetime, timedelta, timezone

import httpx
import pytest

from xero_pipeline.errors import (
    AccessRefused,
    DailyLimitReached,
    MissingScope,
    NeedsReconsent,
    OrganisationDisconnected,
    ReconnectError,
    RequestRefused,
    UnreadableAnswer,
    XeroUnavailable,
)
from xero_pipeline.xero.quota.limiter import Quota
from xero_pipeline.xero.quota.rate_limits import Limits
from xero_pipeline.xero.values import loads
from xero_pipeline_tests.xero.fakes import START, TENANT, App, Tokens, client_of, envelope, good

UNAUTHORISED = {"Type": None, "Title": "Unauthorized", "Status": 401, "Detail": "TokenExpired: token expired at …"}


def refusal(status, headers=None, **body):
    return httpx.Response(status, json=body, headers=headers)


def test_a_request_carries_what_xero_wants(engine, clock):
    app = App()
    since = datetime(2026, 3, 1, 12, 30, 59, 999_000, tzinfo=timezone(timedelta(hours=13)))
    with client_of(app, engine, clock) as client:
        client.get(TENANT, "Invoices", params={"where": 'Status=="PAID" AND A>1', "page": "1"}, modified_since=since)
    (request,) = app.requests
    assert request.headers["Authorization"] == "Bearer secret-1"
    assert request.headers["xero-tenant-id"] == TENANT
    assert request.headers["Accept"] == "application/json"
    assert request.headers["Accept-Encoding"] == "gzip"
    assert request.headers["User-Agent"].startswith("xero-pipeline/")
    assert request.headers["If-Modified-Since"] == "2026-02-28T23:30:59"
    assert b"where=Status%3D%3D%22PAID%22%20AND%20A%3E1&page=1" in request.url.raw_path


def test_an_answer_tells_xeros_clock_its_pages_and_the_calls_left(engine, clock):
    pages = {"page": 1, "pageSize": 1000, "pageCount": 3, "itemCount": 2001}
    body = envelope("Invoices", [], pagination=pages)
    app = App(good(body, **{"X-DayLimit-Remaining": "4983", "X-MinLimit-Remaining": "58"}))
    with client_of(app, engine, clock) as client:
        answer = client.get(TENANT, "/Invoices")
    assert answer.body == body
    assert answer.server_time == datetime(2015, 8, 13, 2, 52, 36, 790_000, tzinfo=UTC)
    assert (answer.pagination.page_count, answer.pagination.item_count) == (3, 2001)
    assert answer.limits == Limits(58, 4983, None)
    assert (answer.path, answer.status) == ("Invoices", 200)


@pytest.mark.parametrize(
    "fault",
    [
        httpx.Response(500, text="<html>oops</html>"),
        httpx.Response(502),
        httpx.Response(503, text="The Xero API is temporarily unavailable"),
        httpx.ReadTimeout("slow"),
        httpx.ConnectError("refused"),
        httpx.RemoteProtocolError("peer closed connection"),
        good(b'{"Invoices":[{"InvoiceID":"a"},{"Invoi'),
        good(b""),
        good(b"<html>maintenance</html>"),
        good(b"[]"),
    ],
)
def test_a_passing_fault_is_repeated_with_a_growing_wait(engine, clock, fault):
    app = App(fault, fault_again(fault))
    with client_of(app, engine, clock) as client:
        client.get(TENANT, "Accounts")
    assert len(app.requests) == 3
    first, second = clock.slept
    assert 1 <= first <= 2 <= second <= 3


def fault_again(fault):
    if isinstance(fault, Exception):
        return fault
    return lambda request: httpx.Response(fault.status_code, content=b"{")


def test_xero_that_stays_away_is_given_up_within_a_minute(engine, clock):
    app = App(*[httpx.ReadTimeout("slow")] * 20)
    with client_of(app, engine, clock) as client, pytest.raises(XeroUnavailable, match="ReadTimeout: slow") as problem:
        client.get(TENANT, "Accounts")
    assert len(app.requests) == 6
    assert sum(clock.slept) < 60
    assert problem.value.organisation == TENANT
    assert problem.value.endpoint == "Accounts"


def test_an_answer_that_stays_broken_is_unreadable(engine, clock):
    app = App(*[lambda request: good(b'{"Accounts":[')] * 20)
    with client_of(app, engine, clock) as client, pytest.raises(UnreadableAnswer, match="truncated"):
        client.get(TENANT, "Accounts")


def test_a_503_tells_what_xero_said_and_which_correlation_id(engine, clock):
    def away(request):
        said = "The Organisation is offline"
        return httpx.Response(503, text=said, headers={"Xero-Correlation-Id": "c-1"})

    app = App(*[away] * 20)
    with client_of(app, engine, clock) as client, pytest.raises(XeroUnavailable, match="is offline") as problem:
        client.get(TENANT, "Accounts")
    assert (problem.value.status, problem.value.correlation_id) == (503, "c-1")


def test_a_minute_429_waits_as_long_as_xero_says(engine, clock):
    app = App(refusal(429, {"X-Rate-Limit-Problem": "Minute", "Retry-After": "17"}))
    with client_of(app, engine, clock) as client:
        client.get(TENANT, "Accounts")
    assert clock.now - START == pytest.approx(17, abs=0.1)


def test_a_minute_429_makes_the_other_processes_wait_too(engine, clock):
    app = App(*[lambda _: refusal(429, {"X-Rate-Limit-Problem": "minute", "Retry-After": "30"})] * 11)
    with client_of(app, engine, clock) as client, pytest.raises(XeroUnavailable, match="Another program"):
        client.get(TENANT, "Accounts")
    refused_at = clock.now
    with Quota(engine, clock=clock).slot(TENANT, clock.sleep):
        assert clock.now == pytest.approx(refused_at + 30, abs=0.1)


def test_a_429_of_the_app_waits_too(engine, clock):
    app = App(refusal(429, {"X-Rate-Limit-Problem": "appminute"}))
    with client_of(app, engine, clock) as client:
        client.get(TENANT, "Accounts")
    assert clock.now - START == pytest.approx(60, abs=0.1)


def test_a_429_of_too_many_at_once_waits_some_seconds(engine, clock):
    app = App(refusal(429, {"X-Rate-Limit-Problem": "concurrent"}), refusal(429))
    with client_of(app, engine, clock) as client:
        client.get(TENANT, "Accounts")
    assert len(clock.slept) == 2
    assert all(1 <= seconds <= 5 for seconds in clock.slept)


@pytest.mark.parametrize("problem", ["day", "Day", "something new"])
def test_a_day_429_stops_at_once_for_every_process_with_the_time_to_go_on(engine, clock, problem):
    app = App(refusal(429, {"X-Rate-Limit-Problem": problem, "Retry-After": "66183", "X-DayLimit-Remaining": "0"}))
    with client_of(app, engine, clock) as client, pytest.raises(DailyLimitReached) as stopped:
        client.get(TENANT, "Accounts")
    with client_of(app, engine, clock) as other, pytest.raises(DailyLimitReached) as again:
        other.get(TENANT, "Contacts")
    resume_at = datetime.fromtimestamp(START + 66_183, UTC)
    assert stopped.value.resume_at == again.value.resume_at == resume_at
    assert len(app.requests) == 1
    assert clock.slept == []


def test_a_refused_token_is_renewed_once_and_the_call_repeated(engine, clock):
    app, tokens = App(refusal(401, **UNAUTHORISED)), Tokens()
    with client_of(app, engine, clock, tokens) as client:
        client.get(TENANT, "Accounts")
    assert [request.headers["Authorization"] for request in app.requests] == ["Bearer secret-1", "Bearer secret-2"]
    assert tokens.rejections == ["secret-1"]
    assert clock.now == START


def test_a_token_refused_again_asks_for_a_new_consent(engine, clock):
    app, tokens = App(*[lambda _: refusal(401, **UNAUTHORISED)] * 9), Tokens()
    with client_of(app, engine, clock, tokens) as client, pytest.raises(ReconnectError, match="xero-pipeline connect"):
        client.get(TENANT, "Accounts")
    assert len(app.requests) == 2
    assert tokens.rejections == ["secret-1"]


def test_a_spent_consent_is_told_as_it_is(engine, clock):
    class Spent(Tokens):
        def access_token(self, tenant_id, rejected=None):
            if rejected:
                raise NeedsReconsent("spent")
            return "secret-1"

    app = App(refusal(401, **UNAUTHORISED))
    with client_of(app, engine, clock, Spent()) as client, pytest.raises(NeedsReconsent):
        client.get(TENANT, "Accounts")


def test_a_missing_scope_is_named_and_no_token_is_renewed(engine, clock):
    app = App(refusal(401, {"WWW-Authenticate": "insufficient_scope"}, Detail="AuthorizationUnsuccessful"))
    tokens = Tokens()
    with client_of(app, engine, clock, tokens) as client, pytest.raises(MissingScope) as problem:
        client.get(TENANT, "Budgets", scope="accounting.budgets.read")
    assert "accounting.budgets.read" in problem.value.message
    assert "xero-pipeline connect" in problem.value.message
    assert tokens.rejections == []


@pytest.mark.parametrize("key", ["detail", "Detail", "DETAIL"])
def test_a_lost_organisation_is_told_from_a_role_that_does_not_reach(engine, clock, key):
    app = App(
        httpx.Response(403, json={"title": "Forbidden", key: "AuthenticationUnsuccessful"}),
        httpx.Response(403, json={"Title": "Forbidden", key: "The user has no reports role"}),
    )
    with client_of(app, engine, clock) as client:
        with pytest.raises(OrganisationDisconnected, match="xero-pipeline connect"):
            client.get(TENANT, "Accounts")
        with pytest.raises(AccessRefused, match="no reports role"):
            client.get(TENANT, "Reports/ProfitAndLoss")
    assert len(app.requests) == 2


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (
            400,
            b'{"ErrorNumber":10,"Type":"ValidationException","Message":"A validation exception occurred",'
            b'"Elements":[{"ValidationErrors":[{"Message":"within 365 days"}]}]}',
            "within 365 days",
        ),
        (400, b'{"ErrorNumber":16,"Type":"QueryParseException","message":"No property Foo"}', "No property Foo"),
        (400, b"<ApiException><Message>No such filter</Message></ApiException>", "No such filter"),
        (404, b"The resource you're looking for cannot be found", "cannot be found"),
        (405, b"", "no reason"),
        (412, b"Precondition", "Precondition"),
        (501, b'{"Elements":[null,7],"Message":"Not implemented"}', "Not implemented"),
        (302, b"", "no reason"),
    ],
)
def test_a_refusal_is_not_repeated_and_tells_xeros_own_words(engine, clock, status, body, said):
    app = App(httpx.Response(status, content=body, headers={"Xero-Correlation-Id": "c-2"}))
    with client_of(app, engine, clock) as client, pytest.raises(RequestRefused, match=said) as problem:
        client.get(TENANT, "Accounts")
    assert len(app.requests) == 1
    assert (problem.value.status, problem.value.correlation_id) == (status, "c-2")


def test_every_attempt_is_told_with_what_it_cost(engine, clock):
    left = {"X-MinLimit-Remaining": "7"}
    calls = []
    app = App(httpx.ReadTimeout("slow"), httpx.Response(500, headers=left), good(b'{"Accounts":[]}', **left))
    with client_of(app, engine, clock, calls=calls) as client:
        client.get(TENANT, "Accounts")
    assert [(call.status, call.attempt, call.limits.minute_remaining) for call in calls] == [
        (None, 1, None),
        (500, 2, 7),
        (200, 3, 7),
    ]
    assert {(call.tenant_id, call.path) for call in calls} == {(TENANT, "Accounts")}
    assert calls[0].at == datetime.fromtimestamp(START, UTC)


def test_every_attempt_counts_against_the_quota_and_gives_its_slot_back(engine, clock):
    app = App(httpx.ReadTimeout("slow"), httpx.Response(500))
    with client_of(app, engine, clock, concurrent=1) as client:
        client.get(TENANT, "Accounts")
    assert Quota(engine, clock=clock).snapshot(TENANT).calls_today == 3


def test_the_headers_of_an_answer_reach_the_quota(engine, clock):
    app = App(good(**{"X-DayLimit-Remaining": "12", "X-MinLimit-Remaining": "3"}))
    with client_of(app, engine, clock) as client:
        client.get(TENANT, "Accounts")
    snapshot = Quota(engine, clock=clock).snapshot(TENANT)
    assert (snapshot.day_remaining, snapshot.minute_remaining) == (12, 3)


def echoes_the_token(request):
    return httpx.Response(400, text=f"bad header {request.headers['Authorization']}")


@pytest.mark.parametrize("step", [echoes_the_token, httpx.ConnectError("secret-1 leaked"), httpx.Response(500)])
def test_no_token_gets_into_an_error_its_causes_or_the_log(engine, clock, caplog, step):
    caplog.set_level(logging.DEBUG)
    app = App(*[step] * 6)
    with client_of(app, engine, clock) as client, pytest.raises((RequestRefused, XeroUnavailable)) as problem:
        client.get(TENANT, "Accounts")
    error = problem.value
    chain = []
    while error is not None:
        chain.append(error)
        error = error.__cause__ or error.__context__
    assert not any(isinstance(link, httpx.HTTPError) for link in chain)
    told = "".join(traceback.format_exception(problem.value)) + caplog.text + repr(vars(problem.value))
    assert "secret-1" not in told


def test_five_threads_may_share_one_client(engine, clock):
    app, found = App(), []
    with client_of(app, engine, clock, per_minute=1000) as client:

        def several():
            found.extend(client.get(TENANT, "Accounts").status for _ in range(5))

        threads = [threading.Thread(target=several) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [200] * 25


def test_an_instant_without_zone_is_refused_before_anything_is_sent(engine, clock):
    app = App()
    with client_of(app, engine, clock) as client, pytest.raises(ValueError, match="zone"):
        client.get(TENANT, "Accounts", modified_since=datetime(2026, 1, 1))
    assert app.requests == []


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (rb"party \ud83d", "party \ufffd"),
        (rb"\uDE00 party", "\ufffd party"),
        (rb"\ud83d\u0041", "\ufffdA"),
        (rb"\ud83d\ud83d\ude00", "\ufffd\U0001f600"),
        (rb"\\ud83d \ud83d", "\\ud83d \ufffd"),
    ],
)
def test_half_a_character_costs_no_page(engine, clock, sent, read):
    """.NET writes what is left of an emoji where a text was cut as half a pair of surrogates."""
    app = App(good(b'{"Accounts":[{"AccountID":"1","Name":"' + sent + b'"},{"AccountID":"2"}]}'))
    answer = client_of(app, engine, clock).get(TENANT, "Accounts")
    assert loads(answer.body)["Accounts"] == [{"AccountID": "1", "Name": read}, {"AccountID": "2"}]
    assert len(app.requests) == 1
