"""The journals of a revaluation: one at the close of a month end, and its reversal on the next morning.

So a revaluation is in the balances of its month end, as in Xero's report as at that day, and in those of no other day.
A month's profit has the change since the month end before.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from xero_pipeline.ledger.posting.rules import REVALUATION, REVERSAL


@dataclass(frozen=True, slots=True)
class RevaluationLine:
    """A line of a journal; debit positive."""

    account_id: str
    amount: Decimal
    role: str
    description: str


@dataclass(frozen=True, slots=True)
class RevaluationJournal:
    """A journal of a revaluation."""

    journal_id: str
    day: date
    source_type: str
    reference: str
    lines: Sequence[RevaluationLine]


def with_reversal(
    tenant_id: str, day: date, added: Mapping[str, Mapping[str, Decimal]]
) -> Iterator[RevaluationJournal]:
    """The journal of a month end and the one that takes it back; none where nothing is added.

    Args:
        added: By account of gains, what is added to each account that it faces.
    """
    lines = [line for gains, accounts in added.items() for line in _lines(gains, accounts)]
    if lines:
        yield _journal(tenant_id, day, REVALUATION, f"Revaluation at the close of {day}", lines)
        back = [RevaluationLine(line.account_id, -line.amount, line.role, line.description) for line in lines]
        yield _journal(tenant_id, day + timedelta(days=1), REVERSAL, f"Reversal of the revaluation of {day}", back)


def of_year_before(
    tenant_id: str, day: date, retained: str, gains: Mapping[str, Decimal]
) -> Iterator[RevaluationJournal]:
    """What the revaluation at the end of the year before left on accounts of gains, if that was before all we know.

    Args:
        day: The evening before the first month.
        retained: Retained earnings, which have had it since that year ended.
        gains: By account of gains.
    """
    text = "Reversal of the revaluation at the end of the year before"
    lines = [RevaluationLine(account_id, amount, "gain", text) for account_id, amount in gains.items() if amount]
    lines += [RevaluationLine(retained, -line.amount, "line", text) for line in lines]
    if lines:
        yield _journal(tenant_id, day, REVERSAL, text, lines)


def _lines(gains: str, accounts: Mapping[str, Decimal]) -> Iterator[RevaluationLine]:
    moved = {account_id: amount for account_id, amount in sorted(accounts.items()) if amount}
    text = "Value at the rate of the day that Xero's trial balance has"
    for account_id, amount in moved.items():
        yield RevaluationLine(account_id, amount, "revaluation", text)
    total = sum(moved.values(), Decimal(0))
    if total:
        yield RevaluationLine(gains, -total, "gain", text)


def _journal(
    tenant_id: str, day: date, source_type: str, reference: str, lines: Sequence[RevaluationLine]
) -> RevaluationJournal:
    key = uuid.uuid5(uuid.NAMESPACE_URL, f"{source_type}/{tenant_id}/{day}")
    return RevaluationJournal(str(key), day, source_type, reference, lines)
