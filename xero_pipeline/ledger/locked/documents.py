"""The documents that changed in locked months, until a person accepts the month or they post again what they did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from xero_pipeline.warehouse.accepted_months import ChangeOfMonth, summary_of, waiting_sql
from xero_pipeline.warehouse.document_names import in_words
from xero_pipeline.warehouse.organisation_names import NAMED

if TYPE_CHECKING:
    from sqlalchemy import Connection

_AMOUNT = ("tenant_id", "source_table", "source_id", "period_start", "account_id")
_SOURCE = ("tenant_id", "period_start", "source_table", "source_id")
_OF_ONE_AMOUNT = " and ".join(f"l.{name} = r.{name}" for name in _AMOUNT)
_PROFIT = ("REVENUE", "EXPENSE")
"""The classes of accounts in a profit and loss."""
_TAX = "GST"
"""Xero's system account for sales tax."""
_OPEN = f"""
with waiting as ({waiting_sql("xero.locked_document_changes")})
select r.*, o.name as organisation, h.short_code, c.code, c.name, c.class, c.system_account from waiting as r
left join {NAMED} as o on o.tenant_id = r.tenant_id
left join xero.organisations as h on h.tenant_id = r.tenant_id
left join xero.accounts as c on c.tenant_id = r.tenant_id and c.account_id = r.account_id
where exists (select 1 from waiting as l where l.was_locked and {_OF_ONE_AMOUNT})
order by r.tenant_id, r.period_start, r.source_table, r.source_id, c.code, r.account_id, r.seen_at
"""


@dataclass(frozen=True, slots=True)
class AccountChange:
    """An account on which a document posts another amount than before.

    Args:
        account: Code and name, as far as they are known.
        before: In base currency, debit positive.
        on_profit: By how much the profit is higher.
        on_tax: By how much more sales tax is owed.
    """

    account_id: str
    account: str
    before: Decimal
    after: Decimal
    on_profit: Decimal
    on_tax: Decimal

    @property
    def difference(self) -> Decimal:
        """By how much it changed."""
        return self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentChange(ChangeOfMonth):
    """What a document, a payment or an allocation posts in a locked month, and did not post before.

    Args:
        short_code: Xero's, for links to it.
        source_table: Table of what posts it.
        source_type: Its kind, as in `ledger.journals`.
        document_id: The document it belongs to.
        number: Number of that document.
        change: `added`, `changed` or `removed`.
        updated_at: When Xero last changed the record, as far as it says.
        accounts: Those that changed, by code.
    """

    short_code: str | None
    source_table: str
    source_id: str
    source_type: str
    document_id: str
    number: str
    contact: str
    change: str
    updated_at: datetime | None
    accounts: tuple[AccountChange, ...]

    @property
    def words(self) -> str:
        """What people call it: its kind and its number."""
        return f"{in_words(self.source_type, self.source_table)} {self.number}".strip()

    @property
    def collection(self) -> str:
        """The collection in which Xero shows the document it belongs to: sales and bills apart."""
        kinds = {"ACCRECCREDIT": "credit_notes", "ACCPAYCREDIT": "credit_notes", "ARCREDIT": "credit_notes"}
        kinds |= {"APCREDIT": "credit_notes", "ACCREC": "invoices", "ACCPAY": "bills", "CASH": "bank_transactions"}
        return next((where for kind, where in kinds.items() if self.source_type.startswith(kind)), self.source_table)

    @property
    def record(self) -> tuple[str, str]:
        """Table and id of the record that people edit: of an allocation the credit it is of."""
        if self.source_table.endswith("_allocations"):
            return f"{self.source_table.removesuffix('_allocations')}s", self.document_id
        return self.source_table, self.source_id

    @property
    def on_profit(self) -> Decimal:
        """By how much the profit of the month is higher."""
        return sum((one.on_profit for one in self.accounts), Decimal(0))

    @property
    def on_tax(self) -> Decimal:
        """By how much more sales tax of the month is owed."""
        return sum((one.on_tax for one in self.accounts), Decimal(0))


def open_documents(connection: Connection) -> list[DocumentChange]:
    """The documents that changed in locked months, were not accepted and not undone; oldest months first.

    Args:
        connection: To the warehouse; reading is enough.
    """
    rows = [{**row} for row in connection.exec_driver_sql(_OPEN).mappings()]
    sources = (_document(list(of_one)) for _, of_one in groupby(rows, key=lambda row: _values(row, _SOURCE)))
    return sorted(
        (one for one in sources if one),
        key=lambda one: (one.organisation, one.tenant_id, one.period_start, one.words, one.source_id),
    )


def _values(row: Mapping[str, Any], names: Iterable[str]) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def _document(rows: Sequence[Mapping[str, Any]]) -> DocumentChange | None:
    """One source in one month; None where it posts again what it did."""
    steps = [_since_locked(list(of_one)) for _, of_one in groupby(rows, key=lambda row: _values(row, _AMOUNT))]
    accounts = [(of_one, _account(of_one)) for of_one in steps]
    changed = [(of_one, account) for of_one, account in accounts if account.difference]
    if not changed:
        return None
    every = sorted((row for of_one, _ in changed for row in of_one), key=lambda row: row["seen_at"])
    first, last = every[0], every[-1]
    updated = last["updated_date_utc"]
    return DocumentChange(
        tenant_id=last["tenant_id"],
        organisation=last["organisation"] or last["tenant_id"],
        short_code=last["short_code"],
        period_start=last["period_start"],
        source_table=last["source_table"],
        source_id=last["source_id"],
        source_type=last["source_type"],
        document_id=last["document_id"],
        number=last["number"] or "",
        contact=last["contact_name"] or "",
        change=_word(first["change"], last["change"]),
        lock_date=first["lock_date"],
        unchanged_until=first["unchanged_until"].astimezone(UTC),
        seen_at=last["seen_at"].astimezone(UTC),
        updated_at=updated.astimezone(UTC) if updated else None,
        accounts=tuple(account for _, account in changed),
    )


def _word(first: str, last: str) -> str:
    """What happened from the first step to the last."""
    if first == "added":
        return "added"
    return "removed" if last == "removed" else "changed"


def _since_locked(steps: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The steps of one amount from the first that was locked: those before it are of an earlier, accepted change."""
    start = next(place for place, row in enumerate(steps) if row["was_locked"])
    return steps[start:]


def _account(steps: Sequence[Mapping[str, Any]]) -> AccountChange:
    first, last = steps[0], steps[-1]
    before, after = first["amount_before"], last["amount_after"]
    less = before - after
    return AccountChange(
        account_id=last["account_id"],
        account=" ".join(filter(None, (last["code"], last["name"]))) or last["account_id"],
        before=before,
        after=after,
        on_profit=less if last["class"] in _PROFIT else Decimal(0),
        on_tax=less if last["system_account"] == _TAX else Decimal(0),
    )


def summary(changes: Sequence[DocumentChange]) -> str:
    """What changed and what to do about it, in a few words.

    Args:
        changes: From `open_documents`; at least one.
    """
    first = changes[0]
    documents = "1 document" if len(changes) == 1 else f"{len(changes):,} documents"
    effect = f"profit {first.on_profit:+,.2f}, sales tax {first.on_tax:+,.2f}"
    return summary_of(changes, documents, f"{first.words}: {first.change}, {effect}")
