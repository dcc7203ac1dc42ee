"""What the checks of the group say where something is to be looked at."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from xero_pipeline.defs.assets.consolidation import CHECKS, MAPPED, MATCHED, PRESENT, RATES, evaluate, group_assets
from xero_pipeline.defs.assets.ledger import ledger_assets
from xero_pipeline.defs.naming import Naming
from xero_pipeline.ledger.consolidation.outcome import Consolidation, MissingRate, UnmappedAccount, UnmatchedDocument

WELL = Consolidation("NZD", None, 2, (), (), (), (), {}, changed=True, was_current=False)
APRIL = dt.date(2026, 4, 1)
WRONG = {
    RATES: ({"missing": (MissingRate("t", "Kowhai", APRIL, "No average rate"),)}, "the first 2026-04 of Kowhai"),
    MATCHED: (
        {"unmatched": (UnmatchedDocument("Kowhai", "Rimu", APRIL, "G-5", "AUD", Decimal(2000), "Rimu has no bill"),)},
        "The first, G-5 of Kowhai: Rimu has no bill.",
    ),
    MAPPED: ({"unmapped": (UnmappedAccount("Kowhai", "200", "Sales", "REVENUE"),)}, "the first Sales of Kowhai"),
    PRESENT: ({"absent": ("Nobody Ltd",)}, "called so: Nobody Ltd."),
}


@pytest.fixture(scope="module")
def naming():
    """That of a project with the assets of the ledger and the group."""
    made = Naming()
    ledger_assets(made)
    group_assets(made)
    return made


def test_a_group_in_order_passes_every_check(naming):
    assert {one.check_name: one.passed for one in evaluate(WELL, naming)} == dict.fromkeys(CHECKS, True)


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_fails_its_check_alone_and_is_named(name, naming):
    found, told = WRONG[name]
    results = {one.check_name: one for one in evaluate(replace(WELL, **found), naming)}
    assert [one for one, result in results.items() if not result.passed] == [name]
    assert told in results[name].description
