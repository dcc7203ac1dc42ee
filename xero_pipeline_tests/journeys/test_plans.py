"""`plan`, `--max-calls` and `status` as people use them; and an outage, which is no reason to wait for each table."""

from __future__ import annotations

import json
from collections.abc import Callable

from xero_pipeline_tests.journeys.home import IMPATIENT, Home
from xero_pipeline_tests.journeys.watched import Watched
from xero_simulator.faults.catalogue import Fault


def test_people_see_a_line_for_each_subject_and_whether_it_fits_and_xero_is_not_asked(
    home: Home, xero: Watched
) -> None:
    with xero.looking() as seen:
        done = home.run("plan", "--select", "invoices", "--select", "items", XERO_CALLS_PER_RUN="1")
        assert seen == []
    assert done.code == 0, done.said
    lines = [line.split() for line in done.out.splitlines()]
    assert ["sales", "and", "purchases", "1", "1"] in [line[:5] for line in lines]
    assert ["Total", "2", "2"] in [line[:3] for line in lines]
    assert "Less than a minute at 55 calls a minute" in done.out
    assert "a run may make 1: the rest resumes automatically" in done.out


def test_a_bound_holds_over_all_runs_of_a_command_and_status_says_what_waits(
    connected_home: Callable[[], Home], xero: Watched
) -> None:
    home = connected_home()
    with xero.looking() as seen:
        done = home.sync("--max-calls", "3", "--select", "accounts", "--select", "users", "--select", "bank_summary")
        assert len(seen) == 3
    assert done.code == 1
    assert "may make 3 calls" in done.err
    assert "The sensor `unfinished` goes on with it at 2" in done.err
    (organisation,) = json.loads(home.run("status", "--json").out)["organisations"]
    (waiting,) = organisation["waiting"]
    assert (waiting["asset"], waiting["why"], len(waiting["months"])) == ("bank_summary", "budget", 2)
    assert organisation["calls_today"] == 3
    assert home.query("SELECT count(*) FROM xero.api_calls") == [(3,)]


def test_an_outage_of_xero_costs_the_patience_of_one_asset_not_of_each(
    connected_home: Callable[[], Home], xero: Watched
) -> None:
    home = connected_home()
    words = [word for name in ("accounts", "currencies", "items", "users") for word in ("--select", name)]
    with xero.looking() as seen:
        # Not the token endpoint: the token of a home that was made long ago may have to be renewed.
        xero.simulator.faults.add(Fault("unavailable", path="api.xro", times=None))
        done = home.sync(*words, prelude=IMPATIENT)
        assert len(seen) == 6 + 3
    assert done.code == 1
    assert "had no answer before, so this one was not repeated" in done.err
