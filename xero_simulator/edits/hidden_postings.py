"""Posts what no document shows while somebody reads the books; see `books.money.hidden_postings`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from xero_simulator.books.money.hidden_postings import post
from xero_simulator.company import Company
from xero_simulator.edits.working_copy import EditRefused
from xero_simulator.workbench import Record


def post_unseen(company: Company, day: dt.date, amounts: Mapping[str, Decimal], source_type: str) -> Record:
    """Post a journal that no document shows.

    Args:
        amounts: By the accounts' keys, debit positive; their sum is zero.
        source_type: Xero's word for it, such as `PAYSLIP`; empty for what has none.

    Raises:
        EditRefused: The journal does not balance, or its day is still to come.
    """
    if sum(amounts.values()):
        raise EditRefused("A journal must balance")
    record = post(company.bench, f"unseen/{company.revision}/{day}", day, amounts, source_type)
    if record is None:
        raise EditRefused("The books end before that day")
    company.revision += 1
    return record
