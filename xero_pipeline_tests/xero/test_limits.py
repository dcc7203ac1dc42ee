from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xero_pipeline.xero.quota.rate_limits import DAY, Go, Limits, Rules, Stop, Usage, Wait, decide

RULES = Rules(per_minute=55, per_day=4_800, concurrent=5, app_per_minute=10_000)
NOW = 1_800_000_000.0


def nth_latest(times, n):
    return sorted(times)[-n] if len(times) >= n else None


@given(
    st.lists(st.floats(0, 90), min_size=1, max_size=150),
    st.integers(1, 8),
)
def test_no_sixty_seconds_hold_more_calls_than_allowed_however_they_arrive(gaps, allowed):
    rules = Rules(per_minute=allowed, per_day=10_000, concurrent=10_000, app_per_minute=10_000)
    now, sent = NOW, []
    for gap in gaps:
        now += gap * 0.1
        while isinstance(verdict := decide(rules, Usage(minute_edge=nth_latest(sent, allowed)), now), Wait):
            assert 0 < verdict.seconds <= 60.02
            now += verdict.seconds
        sent.append(now)
    for call in sent:
        assert sum(call <= other <= call + 60 for other in sent) <= allowed


@given(st.lists(st.floats(0, 40_000), min_size=1, max_size=40))
def test_no_day_holds_more_calls_than_allowed_and_the_stop_names_the_moment_it_may_go_on(gaps):
    rules = Rules(per_minute=10_000, per_day=3, concurrent=10_000, app_per_minute=10_000)
    now, sent = NOW, []
    for gap in gaps:
        now += gap
        verdict = decide(rules, Usage(day_edge=nth_latest(sent, 3)), now)
        if isinstance(verdict, Stop):
            assert now < verdict.resume_at <= now + DAY + 0.02
            now = verdict.resume_at
            assert decide(rules, Usage(day_edge=nth_latest(sent, 3)), now) == Go()
        sent.append(now)
    for call in sent:
        assert sum(call <= other <= call + DAY for other in sent) <= 3


def test_a_sixth_call_waits_for_one_of_the_five():
    assert decide(RULES, Usage(in_flight=4), NOW) == Go()
    assert decide(RULES, Usage(in_flight=5), NOW) == Wait(0.0, for_slot=True)


def test_the_app_minute_holds_over_all_organisations():
    verdict = decide(RULES, Usage(app_edge=NOW - 20), NOW)
    assert isinstance(verdict, Wait)
    assert verdict.seconds == pytest.approx(40, abs=0.1)


def test_a_used_up_minute_by_the_header_waits_until_that_minute_is_surely_over():
    usage = Usage(heard_at=NOW - 10, minute_left=0)
    assert decide(RULES, usage, NOW).seconds == pytest.approx(50, abs=0.1)
    assert decide(RULES, usage, NOW + 50.1) == Go()
    assert decide(RULES, Usage(heard_at=NOW - 10, minute_left=1), NOW) == Go()


def test_a_pause_that_xero_asked_for_is_kept_to_its_end():
    usage = Usage(paused_until=NOW + 17)
    assert decide(RULES, usage, NOW).seconds == pytest.approx(17, abs=0.1)
    assert decide(RULES, usage, NOW + 17.1) == Go()


def test_a_stopped_day_stops_at_once_and_beats_every_wait():
    usage = Usage(stopped_until=NOW + 66_183, minute_edge=NOW, paused_until=NOW + 5)
    assert decide(RULES, usage, NOW) == Stop(NOW + 66_183)


def test_a_day_that_only_the_header_calls_used_up_is_asked_with_one_call_at_a_time():
    spent = Usage(heard_at=NOW - 5, day_left=0)
    assert decide(RULES, spent, NOW) == Go()
    assert decide(RULES, Usage(heard_at=NOW - 5, day_left=0, in_flight=1), NOW) == Wait(0.0, for_slot=True)
    yesterday = Usage(heard_at=NOW - DAY - 5, day_left=0, in_flight=1)
    assert decide(RULES, yesterday, NOW) == Go()


def test_limit_headers_are_read_whatever_their_case_and_nonsense_counts_as_missing():
    headers = httpx.Headers({"x-daylimit-remaining": "4983", "X-MinLimit-Remaining": "soon"})
    assert Limits.from_headers(headers) == Limits(None, 4983, None)
    headers = httpx.Headers({"X-AppMinLimit-Remaining": "9998", "X-MinLimit-Remaining": "-1"})
    assert Limits.from_headers(headers) == Limits(None, None, 9998)
