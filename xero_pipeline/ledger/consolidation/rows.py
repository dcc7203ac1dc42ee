"""The rows of the group's tables, out of an organisation's translated months."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xero_pipeline.ledger.consolidation.translated_amount import ZERO, TranslatedAmount, negative
from xero_pipeline.ledger.statements.chart import EARNINGS_ID
from xero_pipeline.ledger.statements.sections import CURRENT_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from xero_pipeline.ledger.consolidation.members import GroupAccount, GroupMember
    from xero_pipeline.ledger.consolidation.months import MonthRates
    from xero_pipeline.ledger.consolidation.translation import Month, TranslatedBalance

TRANSLATION = "TRANSLATION"
"""Stands for the currency translation reserve, which no organisation has in its own books."""

RESERVE_NAME = "Currency translation reserve"

Row = dict[str, Any]
Rows = dict[str, list[Row]]
TABLES = ("group_rates", "group_trial_balance", "group_profit_and_loss", "group_balance_sheet")


def rows_of(organisation: GroupMember, currency: str, months: Iterable[Month]) -> Rows:
    """The rows of every table.

    Args:
        organisation: Whose months.
        months: From the first on.
    """
    rows: Rows = {table: [] for table in TABLES}
    earlier: str | None = None
    for month in months:
        rates = month.rates
        common = {
            "tenant_id": organisation.tenant_id,
            "period_start": rates.start,
            "period_end": rates.end,
            "organisation": organisation.name,
            "base_currency": organisation.base_currency,
            "currency_code": currency,
        }
        earlier = earlier or rates.problem
        problem = _problem(month, earlier, organisation.name)
        rows["group_rates"].append(common | _rates(rates))
        rows["group_trial_balance"] += [common | row for row in _trial_balance(month, problem)]
        rows["group_profit_and_loss"] += [common | row for row in _profit_and_loss(month, problem)]
        rows["group_balance_sheet"] += [common | row for row in _balance_sheet(month, problem)]
    return rows


def _problem(month: Month, earlier: str | None, name: str) -> str | None:
    if month.reserve.base:
        return f"The ledger of {name} does not balance: {month.reserve.base} is left over. Please report it"
    return month.rates.problem or earlier


def _rates(rates: MonthRates) -> Row:
    return {
        "average_rate": rates.average_value,
        "average_source": rates.average.source if rates.average else None,
        "closing_rate": rates.closing_value,
        "closing_source": rates.closing.source if rates.closing else None,
        "problem": rates.problem,
    }


def _line(account: GroupAccount) -> Row:
    return {
        "account_id": account.account_id,
        "account_code": account.code,
        "account_name": account.name,
        "account_class": account.class_,
    }


def _reserve() -> Row:
    return {"account_id": TRANSLATION, "account_name": RESERVE_NAME, "account_class": "EQUITY"}


def _rate_of(standing: TranslatedBalance, rates: MonthRates) -> Row:
    """Which rate the balance is translated at."""
    if standing.account.is_result:
        return {"rate_kind": "average", "rate": rates.average_value}
    if standing.account.is_equity:
        return {"rate_kind": "historical", "rate": None}
    return {"rate_kind": "closing", "rate": rates.closing_value}


def _trial_balance(month: Month, problem: str | None) -> Iterator[Row]:
    lines = [(_line(one.account) | _rate_of(one, month.rates), one.movement, one.balance) for one in month.standings]
    if month.reserve or month.reserve_movement:
        lines.append((_reserve() | {"rate_kind": "none"}, month.reserve_movement, month.reserve))
    for line, movement, balance in lines:
        yield line | {
            "base_movement": movement.base,
            "base_balance": balance.base,
            "movement": movement.translated,
            "balance": balance.translated,
            "debit": _side(movement.translated),
            "credit": _side(negative(movement.translated)),
            "ytd_debit": _side(balance.translated),
            "ytd_credit": _side(negative(balance.translated)),
            "problem": problem if movement.translated is None or balance.translated is None else None,
        }


def _side(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else max(amount, ZERO)


def _profit_and_loss(month: Month, problem: str | None) -> Iterator[Row]:
    for one in month.standings:
        if not one.account.is_result or not one.movement:
            continue
        debit_side = one.account.class_ == "EXPENSE"
        yield _line(one.account) | {
            "account_type": one.account.type,
            "rate": month.rates.average_value,
            **_amounts(one.movement, one.intercompany, problem, debit_side=debit_side),
        }


def _balance_sheet(month: Month, problem: str | None) -> Iterator[Row]:
    for one in month.standings:
        account = one.account
        if account.is_result or not one.balance:
            continue
        class_ = account.class_ or "ASSET"
        between = one.intercompany if account.is_control else None
        yield (
            _line(account)
            | _rate_of(one, month.rates)
            | {
                "account_class": class_,
                "account_type": account.type,
                **_amounts(one.balance, between, problem, debit_side=class_ == "ASSET"),
            }
        )
    historical = {"account_class": "EQUITY", "rate_kind": "historical"}
    if month.earnings:
        line = {"account_id": EARNINGS_ID, "account_name": CURRENT_YEAR, **historical}
        yield line | _amounts(month.earnings, None, problem, debit_side=False)
    if month.reserve:
        yield _reserve() | {"rate_kind": "none"} | _amounts(month.reserve, None, problem, debit_side=False)


def _amounts(
    figures: TranslatedAmount, between: TranslatedAmount | None, problem: str | None, *, debit_side: bool
) -> Row:
    """With the sign Xero shows: what stands on its usual side is positive."""
    shown = figures if debit_side else -figures
    part = None if between is None else between if debit_side else -between
    return {
        "base_amount": shown.base,
        "amount": shown.translated,
        "intercompany_amount": part.translated if part else ZERO if part is not None else None,
        "problem": problem if shown.translated is None else None,
    }
