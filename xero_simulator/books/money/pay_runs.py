"""Pay runs as Xero's payroll has them: whom they pay, and what is held back of it and added to it.

They are records of a company, under a wrapper that no endpoint of the Accounting API serves; those that are posted have
a hidden posting beside them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from xero_simulator.books.money.hidden_postings import WRAPPER as HIDDEN
from xero_simulator.books.money.hidden_postings import post
from xero_simulator.values.amounts import money, share_out
from xero_simulator.values.days import event_ms
from xero_simulator.workbench import Record, Workbench

WRAPPER = "HiddenPayRuns"
EMPLOYEES = (
    ("Ottilie", "Marchbanks", 34),
    ("Caspian", "Thistlewood", 29),
    ("Ines", "Quarrington", 21),
    ("Bram", "Ostler", 16),
)
"""First name, last name, and the share of all wages."""


def write_pay_run(
    bench: Workbench,
    day: dt.date,
    gross: int,
    withheld: Sequence[tuple[str, int]],
    added: Sequence[tuple[str, str, int]],
) -> None:
    """Write a week's pay run: posted if its day has come, a draft if it is the next, nothing if it is later.

    Args:
        gross: Cents earned by all.
        withheld: Keys of accounts and cents.
        added: Keys of expense and liability, and cents.
    """
    runs = bench.tables.setdefault(WRAPPER, {})
    if day > bench.today and any(run["Day"] > bench.today for run in runs.values()):
        return
    name = f"payrun/{day}"
    key = bench.id_of(name)
    shares = [share for _, _, share in EMPLOYEES]
    slips = [
        {
            "Employee": place,
            "Gross": wages,
            "Withheld": {account: share_out(amount, shares)[place] for account, amount in withheld},
            "Added": {(cost, owed): share_out(amount, shares)[place] for cost, owed, amount in added},
        }
        for place, wages in enumerate(share_out(gross, shares))
    ]
    run: Record = {"Key": key, "Name": name, "Day": day, "Slips": slips, "Changed": event_ms(day, key)}
    runs[key] = run
    post_pay_run(bench, run)


def post_pay_run(bench: Workbench, run: Record) -> None:
    """Post a pay run, unless its day is still to come."""
    amounts: dict[str, int] = {}
    for slip in run["Slips"]:
        for account, cents in _postings(slip):
            amounts[account] = amounts.get(account, 0) + cents
    posted = post(bench, run["Name"], run["Day"], {key: money(cents) for key, cents in amounts.items()}, "PAYSLIP")
    run["Posted"] = posted is not None


def unpost_pay_run(bench: Workbench, run: Record) -> None:
    """Make a draft of a pay run again."""
    bench.tables[HIDDEN].pop(bench.id_of(run["Name"]), None)
    run["Posted"] = False


def net_of(slip: Record) -> int:
    """Cents that an employee gets."""
    return slip["Gross"] - sum(slip["Withheld"].values())


def _postings(slip: Record) -> list[tuple[str, int]]:
    added = [(cost, cents) for (cost, _), cents in slip["Added"].items()]
    owed = [(account, -cents) for (_, account), cents in slip["Added"].items()]
    held = [(account, -cents) for account, cents in slip["Withheld"].items()]
    return [("477", slip["Gross"]), ("814", -net_of(slip)), *held, *added, *owed]
