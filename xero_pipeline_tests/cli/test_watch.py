"""What a terminal shows of a sync: what came, what is left of a wait; a file gets plain lines."""

from __future__ import annotations

import datetime as dt
import io
import json
import threading

import pytest
from rich.console import Console

from xero_pipeline import clock
from xero_pipeline.cli.output.live_progress import Panorama, Subject, SyncState
from xero_pipeline.cli.output.sync_progress import Watch
from xero_pipeline.cli.output.sync_summary import print_as_json, summary
from xero_pipeline.cli.output.wait_times import WaitTimes
from xero_pipeline.sync.result import SyncResult
from xero_pipeline.warehouse.load.merge import Merged
from xero_pipeline.xero.http.response import CallRecord
from xero_pipeline.xero.quota.rate_limits import Limits

NAMES = {"t1": "Kowhai Limited"}


def outcome(records, changed=0):
    return SyncResult({"a": Merged(inserted=changed)}, records, calls=1, wire_bytes=10, seconds=0.5)


def call(left=None):
    limits = Limits(day_remaining=left, minute_remaining=None, app_minute_remaining=None)
    return CallRecord("t1", "Invoices", 200, 1_500, 0.1, 1, limits, clock.now())


def watch(**more):
    said = io.StringIO()
    return Watch(NAMES, 2, _console=Console(file=said, width=100), **more), said


def drawn(standing, waits, width=80):
    said = io.StringIO()
    Console(file=said, width=width, force_terminal=False).print(Panorama(standing, waits))
    return said.getvalue()


def test_a_wait_of_several_threads_counts_once():
    waits = WaitTimes()
    assert waits.begin(48, "the limit", now=100)
    assert not waits.begin(47.9, "the limit", now=100.1)
    assert waits.begin(48, "the limit", now=110)
    waits.end(now=1000)
    assert waits.seconds == {"the limit": pytest.approx(58)}


def test_what_is_left_of_a_wait_counts_down_and_ends():
    waits = WaitTimes()
    waits.begin(48, "the limit", now=100)
    assert waits.left(107) == (41, "the limit")
    assert waits.left(148) is None


def test_a_wait_that_was_cut_counts_as_far_as_it_went():
    waits = WaitTimes()
    waits.begin(48, "the limit", now=100)
    waits.end(now=110)
    assert waits.seconds == {"the limit": pytest.approx(10)}


def test_a_short_wait_is_counted_and_not_told():
    waits = WaitTimes()
    assert not waits.begin(1.5, "the limit", now=100)
    assert waits.left(100) is None
    assert waits.seconds == {"the limit": 1.5}


def test_a_file_gets_a_line_with_the_time_for_each_subject_and_each_wait():
    shown, said = watch()
    with shown:
        shown.begin("t1", "invoices")
        shown.wait(48, "Xero's limit of calls")
        shown.end(outcome(1_189, 6_928))
        shown.begin("t1", "items")
        shown.fail("no")
    lines = [line.partition(" UTC  ") for line in said.getvalue().splitlines()]
    assert [told for _, _, told in lines] == [
        "waiting 48 s: Xero's limit of calls",
        "Kowhai Limited: invoices: 1,189 records, 6,928 rows changed",
        "Kowhai Limited: items: failed",
    ]
    assert all(dt.datetime.fromisoformat(at).date() == clock.today() for at, _, _ in lines)


def test_a_report_whose_months_come_in_two_runs_is_one_line_of_the_table():
    shown, _ = watch()
    with shown:
        for subject in ("profit_and_loss", "balance_sheet", "profit_and_loss"):
            shown.begin("t1", subject)
            shown.end(outcome(12))
    assert [(line.subject, line.records) for line in shown.lines] == [("profit_and_loss", 24), ("balance_sheet", 12)]


def test_calls_left_are_the_smaller_of_our_budget_and_xeros_own_count():
    shown, _ = watch(left_today=lambda tenant_id: {"t1": 4_690}[tenant_id])
    shown.begin("t1", "invoices")
    shown.called(call(left=4_900))
    assert shown._now.left_today == 4_689
    shown.called(call(left=12))
    assert (shown._now.left_today, shown._now.calls, shown._now.wire_bytes) == (12, 2, 3_000)


def test_at_the_end_of_a_subject_calls_left_are_what_the_quota_says():
    told = [4_690, 4_745]
    shown, _ = watch(left_today=lambda tenant_id: told.pop(0))
    shown.begin("t1", "invoices")
    shown.called(call())
    shown.end(outcome(1))
    assert shown._now.left_today == 4_745


def test_records_under_way_are_shown_until_their_outcome_tells_them():
    shown, _ = watch()
    shown.begin("t1", "invoices")
    shown.step(4, 99, 4_000)
    assert "Kowhai Limited: invoices, 4 of 99" in drawn(shown._now, shown.waits)
    assert "4,000 records, 0 rows changed" in drawn(shown._now, shown.waits)
    shown.end(outcome(4_000, 4_000))
    assert "4,000 records, 4,000 rows changed" in drawn(shown._now, shown.waits)


def test_what_several_threads_are_at_is_shown_line_by_line_and_counted_once():
    shown, said = watch()
    with shown:
        others = [threading.Thread(target=shown.begin, args=("t1", name)) for name in ("items", "users")]
        for other in others:
            other.start()
            other.join()
        shown.begin("t1", "invoices")
        shown.step(4, 99, 4_000)
        text = drawn(shown._now, shown.waits)
        assert ["items" in text, "users" in text, "invoices, 4 of 99" in text] == [True] * 3
        assert "0 of 3 tables" in text.replace("of 2", "of 3")
        shown.end(outcome(4_000))
        shown.rest()
        assert "invoices" not in drawn(shown._now, shown.waits)
    assert said.getvalue().count("invoices") == 1


def test_a_command_that_was_stopped_ends_its_threads_at_the_next_word():
    shown, _ = watch()
    ended = []

    def work():
        try:
            shown.begin("t1", "invoices")
        except KeyboardInterrupt:
            ended.append(True)

    with shown:
        shown.stop()
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert ended == [True]


def test_subjects_that_need_no_call_do_not_hold_up_the_bar():
    shown, _ = watch()
    with shown:
        shown.begin("t1", "invoices")
        shown.leave_out(1)
        assert "0 of 1 tables" in drawn(shown._now, shown.waits)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal(width):
    standing = SyncState(of=32, left_today=4_690)
    standing.begin(Subject("A company with a rather long name Limited: executive_summary"), begun=1)
    assert max(map(len, drawn(standing, WaitTimes(), width).splitlines())) <= width


def test_what_there_is_nothing_for_yet_is_told_once_and_is_no_failure(capsys):
    shown, said = watch()
    with shown:
        shown.begin("t1", "ledger")
        shown.nothing_yet("Run a sync first.")
        shown.rest()
    assert said.getvalue().partition(" UTC ")[2].split() == ["Kowhai", "Limited:", "ledger:", "nothing", "yet"]
    summary(shown.lines)
    told = capsys.readouterr()
    assert "nothing yet" in told.out
    assert told.err.count("Run a sync first.") == 1


def test_programs_read_what_a_sync_brought_and_nothing_else_is_on_the_output(capsys):
    shown, _ = watch()
    with shown:
        shown.begin("t1", "invoices")
        shown.end(outcome(2, 1))
        shown.begin("t1", "items")
        shown.fail("The key is wrong.")
    print_as_json(shown.lines)
    told = capsys.readouterr()
    lines = [(one["subject"], one["records"], one["changed"], one["error"]) for one in json.loads(told.out)]
    assert lines == [("invoices", 2, 1, None), ("items", 0, 0, "The key is wrong.")]
    assert told.err.count("The key is wrong.") == 1
