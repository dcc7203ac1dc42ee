"""Who changed documents is asked of just those, once for each change, and kept."""

from __future__ import annotations

import pytest

from xero_pipeline.sync.locked import document_history
from xero_pipeline.sync.locked.document_history import Changed, ask_history
from xero_pipeline.warehouse.enclosures import histories
from xero_simulator.edits import documents

pytestmark = pytest.mark.slow


def ask(accountant, *changed):
    """What came of it, what is left, and how many calls it took."""
    calls = []
    accountant.later(seconds=10)
    with accountant.client(on_call=calls.append) as client:
        asked, left = ask_history(client, accountant.warehouse, accountant.tenant_id, changed, now=accountant.now)
    return len(asked.refused), left, len(calls)


def kept(accountant):
    with accountant.warehouse.reading() as connection:
        return histories(connection)


def some(accountant, count):
    ids = sorted(accountant.books.bench.tables["Invoices"])[:count]
    return [Changed(accountant.tenant_id, "invoices", one, accountant.now()) for one in ids]


def test_who_did_it_and_when_is_kept_and_asked_for_again_only_after_another_change(accountant):
    accountant.later(hours=1)
    at = accountant.now().replace(microsecond=0)
    invoice = documents.edit_invoice(accountant.books, None, at)["InvoiceID"]
    changed = Changed(accountant.tenant_id, "invoices", invoice, accountant.now())

    assert ask(accountant, changed, changed) == (0, 0, 1)
    newest, *_ = kept(accountant)[changed.key]
    assert (newest.changed_at, newest.changes) == (at, "Edited")
    assert newest.changed_by
    assert ask(accountant, changed) == (0, 0, 0)
    again = Changed(*changed.key, accountant.later(hours=1))
    assert ask(accountant, again) == (0, 0, 1)
    assert kept(accountant)[changed.key][0] == newest


def test_no_more_are_asked_for_at_a_time_than_are_allowed_and_the_next_time_goes_on(accountant, monkeypatch):
    monkeypatch.setattr(document_history, "MOST", 2)
    changed = some(accountant, 5)
    assert [ask(accountant, *changed) for _ in range(4)] == [(0, 3, 2), (0, 1, 2), (0, 0, 1), (0, 0, 0)]
    assert kept(accountant).keys() == {one.key for one in changed}


def test_one_that_xero_refuses_is_told_of_and_the_others_are_asked(accountant):
    (known,) = some(accountant, 1)
    gone = Changed(accountant.tenant_id, "invoices", "00000000-0000-0000-0000-000000000000", known.seen_at)
    assert ask(accountant, gone, known) == (1, 0, 2)
    assert kept(accountant).keys() == {known.key}
