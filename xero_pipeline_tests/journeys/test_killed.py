"""A sync that is killed anywhere loses nothing and doubles nothing."""

from __future__ import annotations

import json
import os
import random
import signal
from collections.abc import Callable

from xero_pipeline_tests.journeys.home import Home
from xero_pipeline_tests.journeys.truth import kept, truth
from xero_pipeline_tests.journeys.watched import Watched
from xero_simulator.faults.catalogue import Fault

TABLES = ("accounts", "bank_transactions", "contacts", "credit_notes", "invoices", "items", "payments", "users")
SELECT = [word for table in (*TABLES, "profit_and_loss", "bank_summary") for word in ("--select", table)]
CALLS = 12
"""Of a first sync of these."""
IN_MID_TRANSACTION = """
import os, signal
from xero_pipeline.warehouse import store
from xero_pipeline.warehouse.load import merge
whole = merge.merge_collection
def half(dialect, connection, batch):
    done = whole(dialect, connection, batch)
    if "invoices" in batch:
        os.kill(os.getpid(), signal.SIGKILL)
    return done
merge.merge_collection = half
"""
# Tests that run in the background inherit an ignored SIGINT.
LIKE_A_TERMINAL = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
BEFORE_THE_NEW_TOKEN_IS_KEPT = """
import os, signal
from xero_pipeline.xero.auth.token_store import TokenStore
TokenStore.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_sync_killed_at_any_call_and_in_mid_transaction_is_completed_by_the_next(
    any_connected_home: Home, xero: Watched
) -> None:
    home = any_connected_home
    for point in sorted(random.Random(21).sample(range(1, CALLS + 1), 3)):
        with xero.looking():
            process = home.start("sync", *SELECT)
            xero.on_call = lambda number, at=point, pid=process.pid: os.kill(pid, signal.SIGKILL) if number == at else 0
            assert home.ended(process).code == -signal.SIGKILL
    killed = home.sync("--full", "--select", "invoices", prelude=IN_MID_TRANSACTION)
    assert killed.code == -signal.SIGKILL, killed.said

    done = home.sync(*SELECT)
    assert done.code == 0, done.said
    with truth(xero.url) as told:
        facts = told.facts()
    now = kept(home)
    assert {table: now[table] for table in TABLES} == {table: facts[table] for table in TABLES}
    runs = json.loads(home.run("logs", "--json").out)
    states = [run["state"] for run in runs]
    assert states.count("failure") == 4
    assert set(states) == {"failure", "success"}
    assert all("killed" in run["error"] and run["end"] for run in runs if run["state"] == "failure")


def test_ctrl_c_ends_a_sync_at_once_with_one_sentence_and_the_next_goes_on(
    connected_home: Callable[[], Home], xero: Watched
) -> None:
    home = connected_home()
    with xero.looking():
        process = home.start("sync", *SELECT, prelude=LIKE_A_TERMINAL)
        xero.on_call = lambda number: process.send_signal(signal.SIGINT) if number == 3 else None
        stopped = home.ended(process)
    assert stopped.code == 130, stopped.said
    assert "Stopped. What was synced until now is kept" in stopped.err
    assert "Traceback" not in stopped.said
    (run,) = json.loads(home.run("logs", "--json").out)
    assert (run["state"], run["error"]) == ("failure", "Stopped by a person. The next sync goes on from there.")
    assert home.sync(*SELECT).code == 0


def test_a_process_killed_before_it_kept_the_renewed_token_costs_no_consent(new_home: Home, xero: Watched) -> None:
    assert new_home.connect().code == 0
    with xero.looking():
        xero.simulator.faults.add(Fault("expired_token", path="Items"))
        killed = new_home.sync("--select", "items", prelude=BEFORE_THE_NEW_TOKEN_IS_KEPT)
        assert killed.code == -signal.SIGKILL
        xero.simulator.faults.add(Fault("expired_token", path="Items"))
        done = new_home.sync("--select", "items")
        assert xero.simulator.faults.pending() == []
    assert done.code == 0, done.said
