"""What Xero posts and shows in reports, but in no document an app may read: payroll, depreciation, revaluation.

Such journals are kept beside the records of a company, under a wrapper that no endpoint serves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from xero_pipeline.simulator.company import Company
from xero_pipeline.simulator.edit_copy import EditRefused
from xero_pipeline.simulator.values.amounts import ZERO
from xero_pipeline.simulator.values.days import wire_day
from xero_pipeline.simulator.workbench import Record


def post_unseen(company: Company, day: dt.date, amounts: Mapping[str, Decimal], source_type: str) -> Record:
    """Post a journal that no document shows.

    Args:
        company: The organisation.
        day: Its day.
        amounts: By account code, debit positive; their sum is zero.
        source_type: Xero's word for it, such as `PAYSLIP`; empty for what has none.

    Raises:
        EditRefused: The journal does not balance.
    """
    if sum(amounts.values()):
        raise EditRefused("A journal must balance")
    key = company.bench.id_of(f"unseen/{company.revision}/{day}")
    record: Record = {
        "ManualJournalID": key,
        "Date": wire_day(day),
        "Status": "POSTED",
        "SourceType": source_type,
        "JournalLines": [
            {
                "AccountID": company.bench.account_id(code),
                "LineAmount": amount,
                "TaxAmount": ZERO,
                "Tracking": [],
            }
            for code, amount in amounts.items()
        ],
    }
    company.bench.add("Unseen", key, record)
    company.revision += 1
    return record
