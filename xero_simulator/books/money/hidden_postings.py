"""What Xero posts and shows in reports, but in no document of the Accounting API: payroll, fixed assets, stock.

Such journals lie beside the records of a company, under a wrapper that no endpoint serves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from xero_simulator.values.amounts import ZERO
from xero_simulator.values.days import wire_day
from xero_simulator.workbench import Record, Workbench

WRAPPER = "Unseen"


def post(
    bench: Workbench, name: str, day: dt.date, amounts: Mapping[str, Decimal], source_type: str = ""
) -> Record | None:
    """Post a journal that no document shows, if its day has come.

    Args:
        amounts: By the accounts' keys, debit positive; their sum is zero.
        source_type: Xero's word for it, such as `PAYSLIP`; empty for what has none.
    """
    if day > bench.today:
        return None
    key = bench.id_of(name)
    record: Record = {
        "ManualJournalID": key,
        "Date": wire_day(day),
        "Status": "POSTED",
        "SourceType": source_type,
        "JournalLines": [
            {"AccountID": bench.account_id(account), "LineAmount": amount, "TaxAmount": ZERO, "Tracking": []}
            for account, amount in amounts.items()
        ],
    }
    return bench.add(WRAPPER, key, record)
