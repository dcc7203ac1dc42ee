"""Keeps the revaluations of an organisation: reads what is open, infers, and writes what is proven."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xero_pipeline.ledger.revaluation.figures import OpenItem
from xero_pipeline.ledger.revaluation.journals import RevaluationJournal, of_year_before, with_reversal
from xero_pipeline.ledger.revaluation.month_ends import ZERO, MonthEnd, Outcome, Party, proven_month_ends
from xero_pipeline.ledger.revaluation.rows import write_rows
from xero_pipeline.ledger.sql_templates import SqlTemplates
from xero_pipeline.ledger.statements.open_documents import open_documents_sql
from xero_pipeline.ledger.statements.open_records import CONTROL, records_read
from xero_pipeline.ledger.tables import named
from xero_pipeline.warehouse.sql import literal

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from xero_pipeline.ledger.revaluation.figures import Group
    from xero_pipeline.warehouse.database.dialect import Dialect

_REMOVE = ("remove_revaluation_lines", "remove_revaluation_journals", "remove_revaluations")
_LIKE = Decimal("0.05")
"""How much an inferred rate may be off that of the nearest document."""


def remove_revaluations(connection: Connection, tenant_id: str) -> None:
    """Take away what was posted and written before: the documents are compared with Xero without it."""
    queries = SqlTemplates("revaluation", connection, tenant_id)
    for name in _REMOVE:
        queries.run(name)


def post_revaluations(
    connection: Connection, dialect: Dialect, tenant_id: str, *, at: datetime, journals: bool = False
) -> bool:
    """Post the revaluations that Xero's figures prove.

    Args:
        connection: In the transaction in which the documents were compared with Xero's balances.
        at: Now, in UTC.
        journals: Xero's own journals are the ledger; what documents post is beside them.

    Returns:
        Whether anything was posted, so that they have to be compared again.
    """
    read = _Reader(connection, tenant_id, "derived_journal_lines" if journals else "journal_lines")
    accounts = read.system_accounts()
    parties = _parties(accounts)
    if not read.has_arisen({party.gains for party in parties}):
        return False  # Xero's reports have no revaluation
    months = read.month_ends()
    found = _outcomes(months, parties, read.rates())
    write_rows(connection, dialect, tenant_id, months, found)
    posted = list(_journals(tenant_id, months, found, accounts, read.first_year()))
    if not posted:
        return False
    queries = SqlTemplates("revaluation", connection, tenant_id, journals=posted, at=literal(at))
    queries.run("write_revaluation_journals")
    queries.run("write_revaluation_lines")
    return True


@dataclass(frozen=True, slots=True)
class _Accounts:
    """The accounts that play a part, by that part: its id, and the account Xero's trial balance has it under."""

    ids: Mapping[str, str]
    shown_as: Mapping[str, str]


_GAINS: Mapping[Group, str] = {"banks": "BANKCURRENCYGAIN", "documents": "UNREALISEDCURRENCYGAIN"}
"""In this order: bank accounts tell rates that documents need."""


def _parties(accounts: _Accounts) -> list[Party]:
    shown: dict[Group, str] = {
        group: accounts.shown_as[part] for group, part in _GAINS.items() if part in accounts.shown_as
    }
    return [
        Party(tuple(group for group, one in shown.items() if one == gains), gains)
        for gains in dict.fromkeys(shown.values())
    ]


def _outcomes(
    months: Sequence[MonthEnd], parties: Sequence[Party], rates: _DocumentRates
) -> dict[Group, list[Outcome]]:
    found: dict[Group, list[Outcome]] = {}
    for party in parties:
        banks = found.get("banks")
        helpers = [one.level for one in banks] if banks else [None] * len(months)
        outcomes = proven_month_ends(months, party, helpers, rates.has_like)
        found |= dict.fromkeys(party.groups, outcomes)
    return found


def _journals(
    tenant_id: str,
    months: Sequence[MonthEnd],
    found: Mapping[Group, Sequence[Outcome]],
    accounts: _Accounts,
    first_year: date,
) -> Iterable[RevaluationJournal]:
    for place, month in enumerate(months):
        added: dict[str, dict[str, Decimal]] = {}
        for group, outcomes in found.items():
            level = outcomes[place].level
            mine = {item.account_id for item in month.items if item.group == group}
            if level:
                added[accounts.ids[_GAINS[group]]] = {one: level.added[one] for one in mine if one in level.added}
        yield from with_reversal(tenant_id, month.day, added)
        if place == 0 and "RETAINEDEARNINGS" in accounts.ids:
            # Xero's gains of the year begin with the reversal of the year before; ours with this month end.
            totals = {gains: sum(one.values(), ZERO) for gains, one in added.items()}
            shown = {gains: accounts.shown_as[_GAINS[group]] for group, gains in _gains_of(accounts).items()}
            missing = {
                gains: month.arisen.get(shown[gains], ZERO) + (total if month.day >= first_year else ZERO)
                for gains, total in totals.items()
                if list(shown.values()).count(shown[gains]) == 1
            }
            yield from of_year_before(tenant_id, month.day, accounts.ids["RETAINEDEARNINGS"], missing)


def _gains_of(accounts: _Accounts) -> dict[Group, str]:
    return {group: accounts.ids[part] for group, part in _GAINS.items() if part in accounts.ids}


class _DocumentRates:
    """The rates of documents, by currency and day."""

    def __init__(self, rows: Iterable[tuple[str, date, Decimal]]) -> None:
        self._days: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
        for currency, day, rate in sorted(rows):
            self._days[currency].append((day, rate))

    def has_like(self, currency: str, day: date, rate: Decimal) -> bool:
        """Whether the nearest document before or after a day has a rate that is not far from one."""
        known = self._days.get(currency, [])
        place = bisect_left(known, (day, Decimal(0)))
        near = known[max(place - 1, 0) : place + 1]
        return any(abs(rate - other) <= _LIKE * other for _, other in near)


class _Reader:
    """What the warehouse says of an organisation, with the tables of its comparison made."""

    def __init__(self, connection: Connection, tenant_id: str, lines: str) -> None:
        self._connection = connection
        day = f"SELECT {literal(tenant_id)} AS tenant_id, period_end AS as_of FROM tie_periods"
        foreign = records_read("currency_code <> (SELECT base_currency FROM posting_settings)")
        opened = open_documents_sql(connection.dialect.name, CONTROL, day, read=foreign)
        told = {"lines": named(lines), "open_documents": opened}
        self._queries = SqlTemplates("revaluation", connection, tenant_id, **told)

    def system_accounts(self) -> _Accounts:
        rows = self._rows("SELECT system_account, account_id, stands_for FROM tie_accounts WHERE system_account <> ''")
        return _Accounts({part: one for part, one, _ in rows}, {part: shown for part, _, shown in rows})

    def has_arisen(self, gains: Collection[str]) -> bool:
        """Whether anything that no document shows came onto one of some accounts; what is open plays no part in it."""
        rows = self._rows("SELECT DISTINCT account_id FROM tie_differences WHERE arisen <> 0")
        return any(account_id in gains for (account_id,) in rows)

    def month_ends(self) -> list[MonthEnd]:
        items = self._items()
        gaps: dict[int, dict[str, Decimal]] = defaultdict(dict)
        arisen: dict[int, dict[str, Decimal]] = defaultdict(dict)
        for number, account_id, gap, part in self._rows(
            "SELECT number, account_id, xero_balance - our_balance, arisen FROM tie_differences "
            "WHERE xero_balance <> our_balance OR arisen <> 0"
        ):
            gaps[number][account_id], arisen[number][account_id] = gap, part
        days = self._rows("SELECT number, period_end FROM tie_periods ORDER BY number")
        return [MonthEnd(number, day, items[number], gaps[number], arisen[number]) for number, day in days]

    def first_year(self) -> date:
        """When the financial year began that the evening before the first month is counted in."""
        return self._rows("SELECT year_start FROM tie_periods WHERE number = 0")[0][0]

    def rates(self) -> _DocumentRates:
        return _DocumentRates((row[0], row[1], row[2]) for row in self._rows(self._queries.text("revaluation_rates")))

    def _items(self) -> dict[int, list[OpenItem]]:
        found: dict[int, list[OpenItem]] = defaultdict(list)
        for number, account_id, currency, foreign, base in self._rows(self._queries.text("revaluation_banks")):
            found[number].append(OpenItem(account_id, currency, foreign, base))
        for row in self._rows(self._queries.text("revaluation_documents")):
            number, account_id, document_id, table, currency, rate, foreign, base = row
            if base is not None:  # else nobody knows its rate, and it cannot post
                found[number].append(OpenItem(account_id, currency, foreign, base, document_id, table, rate))
        return found

    def _rows(self, sql: str) -> Sequence[Any]:
        return self._connection.exec_driver_sql(sql).fetchall()
