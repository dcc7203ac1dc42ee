"""The general ledger of any range: every journal line of an account, with the balance after it.

Balances are those of the trial balance. So an account of income or expenses starts every financial year at zero, and on
the same morning the year's profit is added to retained earnings; neither is posted, and the line that says so has no
journal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import text

from xero_pipeline.ledger.cash_basis.lines import lines_named
from xero_pipeline.ledger.statements.balances import AccountBalance, account_balances
from xero_pipeline.ledger.statements.chart import ZERO, Account, chart_of
from xero_pipeline.ledger.statements.entity import entity_of
from xero_pipeline.ledger.statements.ledger_sums import LedgerSums, ledger_sums
from xero_pipeline.ledger.statements.periods import ONE_DAY, Period
from xero_pipeline.ledger.statements.trial_balance import in_order
from xero_pipeline.ledger.tables import named

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from xero_pipeline.ledger.cash_basis.lines import Basis
    from xero_pipeline.ledger.statements.entity import Entity

EntryType = Literal["opening", "journal", "year_end", "total", "movement", "closing"]

_LINES = f"""
SELECT l.account_id, l.journal_date, l.journal_id, l.source_type, l.source_id, j.number, j.reference, l.contact_id,
    c.name AS contact_name, l.description, l.net_amount
FROM {{lines}} AS l
LEFT JOIN {named("journals")} AS j ON j.tenant_id = l.tenant_id AND j.journal_id = {{journal_id}}
LEFT JOIN xero.contacts AS c ON c.tenant_id = l.tenant_id AND c.contact_id = COALESCE(l.contact_id, j.contact_id)
WHERE l.tenant_id = :tenant_id AND l.journal_date BETWEEN :start AND :end
"""
_JOURNAL_OF: Mapping[Basis, str] = {"accrual": "l.journal_id", "cash": "COALESCE(l.document_id, l.journal_id)"}
"""The journal that has the number and the reference of a line: on cash basis that of the document it is a share of."""
_ORDER = " ORDER BY l.account_id, l.journal_date, j.number NULLS LAST, l.journal_id, l.line_number"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of an account; amounts in base currency.

    Args:
        account_code: Its code, if it has one.
        entry_type: opening and closing for the balance on either end; journal for a line of one; year_end where a
            financial year begins, for what moves between its result and retained earnings; total and movement for the
            sums of these, and for what debits are more than credits or the other way round.
        journal_id: The journal; None for lines that are none.
        source_type: What posted it, as in `ledger.journals`.
        number: Number of the document.
        description: What the document's line says.
        debit: The amount, if it is a debit.
        credit: The amount, if it is a credit.
        balance: The balance after it, with the sign Xero shows: what is owed, income and equity positive as credits;
            None of a sum.
    """

    account_id: str
    account_code: str | None
    account_name: str
    entry_type: EntryType
    date: date
    journal_id: str | None
    source_type: str | None
    source_id: str | None
    number: str | None
    reference: str | None
    contact_name: str | None
    description: str | None
    debit: Decimal
    credit: Decimal
    balance: Decimal | None


def general_ledger(
    connection: Connection,
    tenant_id: str,
    start: date,
    end: date,
    account_id: str | None = None,
    *,
    basis: Basis = "accrual",
    most: int | None = None,
) -> tuple[LedgerEntry, ...]:
    """The lines of one account, or of all that moved or stand at something, in the order of the trial balance.

    Args:
        connection: To the warehouse; reading is enough.
        account_id: The account; None for all.
        basis: When income and expenses count.
        most: How many journal lines of one account are read; its sums and its balances are of all of them.

    Raises:
        ConfigurationError: The warehouse does not know the organisation.
    """
    entity, period = entity_of(connection, tenant_id), Period(start, end)
    chart = chart_of(connection, tenant_id)
    years = {first: Period(first - ONE_DAY, first - ONE_DAY) for first in entity.year_end.starts_within(period)}
    found = account_balances(connection, entity, chart, [period, *years.values()], basis=basis)
    if account_id is None:
        wanted = [one for one in in_order(found[period]) if one.active or one.opening or one.balance]
    else:
        mine = (one for one in found[period] if one.account.account_id == account_id)
        wanted = [next(mine, AccountBalance(chart[account_id], ZERO, ZERO, ZERO, ZERO, active=False))]
    lines = _lines(connection, entity, period, account_id, basis, most)
    sums = ledger_sums(connection, tenant_id, period, account_id, basis=basis)
    year_ends = _YearEnds({first: found[eve] for first, eve in years.items()}, chart.retained)
    return tuple(
        entry
        for one in wanted
        for entry in _Sheet(one, year_ends.of(one.account)).entries(
            period, lines.get(one.account.account_id, ()), sums.get(one.account.account_id, LedgerSums(ZERO, ZERO, 0))
        )
    )


class _YearEnds:
    """What moves on the first morning of every financial year within the range, debit positive.

    Args:
        eves: How all accounts stand on the evenings before.
        retained: The account that keeps earlier years' profits.
    """

    def __init__(self, eves: Mapping[date, Sequence[AccountBalance]], retained: str) -> None:
        self._eves = eves
        self._retained = retained

    def of(self, account: Account) -> dict[date, Decimal]:
        """What moves on an account, by day."""
        return {first: moved for first in sorted(self._eves) if (moved := self._moved(account, first))}

    def _moved(self, account: Account, first: date) -> Decimal:
        if account.is_result:
            return -sum((one.balance for one in self._eves[first] if one.account == account), ZERO)
        return _profit(self._eves[first]) if account.account_id == self._retained else ZERO


class _Sheet:
    """One account's page.

    Args:
        standing: How the account stands over the whole range.
        moved: What moves where a financial year begins.
    """

    def __init__(self, standing: AccountBalance, moved: dict[date, Decimal]) -> None:
        self._account = standing.account
        self._balance = standing.opening
        self._closing = standing.balance
        self._moved = moved

    def entries(self, period: Period, lines: Sequence[Row[Any]], sums: LedgerSums) -> Iterator[LedgerEntry]:
        """The opening balance, every line, where a year begins what that changes, the sums, the closing balance.

        Args:
            lines: The first ones, if not all.
            sums: Of all of them.
        """
        yield self._entry("opening", period.start, ZERO, ZERO)
        years = list(self._moved)
        for line in lines:
            while years and years[0] <= line.journal_date:
                yield self._moves("year_end", years[0], self._moved[years.pop(0)])
            yield self._moves("journal", line.journal_date, line.net_amount, line)
        if len(lines) == sums.lines:
            for first in years:
                yield self._moves("year_end", first, self._moved[first])
        self._balance = self._closing
        debit = sums.debit + sum((one for one in self._moved.values() if one > ZERO), ZERO)
        credit = sums.credit - sum((one for one in self._moved.values() if one < ZERO), ZERO)
        yield self._entry("total", period.end, debit, credit, balanced=False)
        net = debit - credit
        yield self._entry("movement", period.end, max(ZERO, net), max(ZERO, -net), balanced=False)
        yield self._entry("closing", period.end, ZERO, ZERO)

    def _moves(self, kind: EntryType, day: date, net: Decimal, line: Row[Any] | None = None) -> LedgerEntry:
        self._balance += net
        return self._entry(kind, day, max(ZERO, net), max(ZERO, -net), line)

    def _entry(
        self,
        kind: EntryType,
        day: date,
        debit: Decimal,
        credit: Decimal,
        line: Row[Any] | None = None,
        *,
        balanced: bool = True,
    ) -> LedgerEntry:
        account: Account = self._account
        return LedgerEntry(
            account_id=account.account_id,
            account_code=account.code,
            account_name=account.name,
            entry_type=kind,
            date=day,
            **{name: getattr(line, name, None) for name in _TOLD},
            debit=debit,
            credit=credit,
            balance=account.shown(self._balance) if balanced else None,
        )


_TOLD = ("journal_id", "source_type", "source_id", "number", "reference", "contact_name", "description")


def _profit(found: Sequence[AccountBalance]) -> Decimal:
    return sum((one.balance for one in found if one.account.is_result), ZERO)


def _lines(
    connection: Connection, entity: Entity, period: Period, account_id: str | None, basis: Basis, most: int | None
) -> dict[str, list[Row[Any]]]:
    params = {"tenant_id": entity.tenant_id, "start": period.start, "end": period.end, "account_id": account_id}
    one = " AND l.account_id = :account_id" if account_id is not None else ""
    lines = _LINES.format(lines=lines_named(basis), journal_id=_JOURNAL_OF[basis])
    first = f" LIMIT {most:d}" if most is not None and account_id is not None else ""
    rows = connection.execute(text(lines + one + _ORDER + first), params)
    return {key: list(group) for key, group in groupby(rows, key=lambda row: row.account_id)}
