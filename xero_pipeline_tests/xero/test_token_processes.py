"""Processes that share one consent: they race, and they are killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from datetime import timedelta

import pytest

from xero_pipeline import clock
from xero_pipeline.state.engine import open_state
from xero_pipeline.xero.auth.encryption import EncryptionKeys
from xero_pipeline.xero.auth.oauth import OAuth
from xero_pipeline.xero.auth.organisations import Organisations
from xero_pipeline.xero.auth.token_provider import TokenProvider
from xero_pipeline.xero.auth.token_set import TokenSet
from xero_pipeline.xero.auth.token_store import TokenStore
from xero_pipeline_tests.xero.desk import KEY
from xero_pipeline_tests.xero.identity_double import CLIENT_ID, Identity, an_app, served

pytestmark = pytest.mark.slow


def expired_consent(home, identity: Identity) -> tuple[str, str]:
    url = f"sqlite:///{home}/state.db"
    engine = open_state(url)
    identity.current = "refresh-secret-0"
    old = TokenSet("old", "refresh-secret-0", clock.now() - timedelta(minutes=1), ())
    token_store = TokenStore(engine, EncryptionKeys(KEY))
    consent_id = token_store.add(old, CLIENT_ID)
    app = an_app()
    oauth = OAuth(app, identity.transport())
    Organisations(engine).upsert(consent_id, oauth.connections("any"))
    identity.requests.clear()
    engine.dispose()
    return url, consent_id


def ask_for_token(url: str, root: str, ready, go, results) -> None:
    engine = open_state(url)
    source = TokenProvider(TokenStore(engine, EncryptionKeys(KEY)), OAuth(an_app(root)), Organisations(engine))
    ready.release()
    go.wait(60)
    answer = "no token: see the traceback on stderr"
    try:
        answer = source.access_token("t-1")
    finally:
        results.put((os.getpid(), answer))
        engine.dispose()


def start(context, url, root, count, results):
    ready, go = context.Semaphore(0), context.Event()
    processes = [context.Process(target=ask_for_token, args=(url, root, ready, go, results)) for _ in range(count)]
    for process in processes:
        process.start()
    for _ in processes:
        assert ready.acquire(timeout=60)
    go.set()
    return processes


def test_two_processes_that_race_one_expired_token_make_exactly_one_refresh(tmp_path):
    identity = Identity(slow_seconds=0.3)
    url, _ = expired_consent(tmp_path, identity)
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    with served(identity) as root:
        processes = start(context, url, root, 2, results)
        answers = [results.get(timeout=60) for _ in processes]
        for process in processes:
            process.join(60)
    assert identity.refreshes == 1
    assert len({pid for pid, _ in answers}) == 2
    assert len({token for _, token in answers}) == 1


def test_a_process_killed_in_mid_refresh_neither_blocks_the_next_one_nor_costs_the_consent(tmp_path):
    identity = Identity()
    url, consent_id = expired_consent(tmp_path, identity)
    context = multiprocessing.get_context("spawn")
    # Xero has already spent the token when the answer is about to leave: the worst moment.
    holding, released = threading.Event(), threading.Event()
    grant = identity._grant

    def grant_then_hold(headers, form):
        answer = grant(headers, form)
        if identity.refreshes == 1:
            holding.set()
            released.wait(60)
        return answer

    identity._grant = grant_then_hold
    with served(identity) as root:
        (victim,) = start(context, url, root, 1, context.Queue())
        assert holding.wait(60)
        os.kill(victim.pid, signal.SIGKILL)
        victim.join(60)
        released.set()
        results = context.Queue()
        (heir,) = start(context, url, root, 1, results)
        _, token = results.get(timeout=60)
        heir.join(60)
    engine = open_state(url)
    stored = TokenStore(engine, EncryptionKeys(KEY)).load(consent_id)
    engine.dispose()
    assert [form["refresh_token"] for *_, form in identity.requests] == ["refresh-secret-0"] * 2
    assert (stored.access_token, stored.refresh_token) == (token, identity.current)
