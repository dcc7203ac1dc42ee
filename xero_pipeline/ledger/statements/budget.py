"""Budget against actual, for any range of whole months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.statements.balances import AccountBalance, account_balances
from xero_pipeline.ledger.statements.chart import ZERO, ChartOfAccounts, chart_of
from xero_pipeline.ledger.statements.entity import entity_of
from xero_pipeline.ledger.statements.lines import Line, LineType
from xero_pipeline.ledger.statements.periods import Period
from xero_pipeline.ledger.statements.profit_and_loss import statement
from xero_pipeline.warehouse.sql import literal

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from xero_pipeline.ledger.statements.entity import Entity

_BUDGETS = """
SELECT budget_id, type, description FROM xero.budgets WHERE tenant_id = :tenant_id AND NOT is_deleted
ORDER BY CASE WHEN type = 'OVERALL' THEN 0 ELSE 1 END, description, budget_id
"""
_TRACKING = """
SELECT budget_id, tracking_option_id, name, "option" FROM xero.budget_tracking
WHERE tenant_id = :tenant_id AND NOT is_deleted ORDER BY budget_id, position
"""


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One line, as in `ledger.budget_variance`; with the signs of the profit and loss.

    Args:
        position: Place in the statement of this budget, counted from 1.
        budget_type: OVERALL, or TRACKING for what carries the budget's tracking options.
        budget_name: What it is called.
        section: The heading above it; empty for lines between the sections.
        actual: What the journals say.
    """

    budget_id: str
    position: int
    budget_type: str
    budget_name: str
    section: str
    line_type: LineType
    account_id: str | None
    account_name: str
    actual: Decimal
    budget: Decimal
    variance: Decimal


@dataclass(frozen=True, slots=True)
class Budget:
    """One budget.

    Args:
        budget_id: Xero's id of it.
        kind: OVERALL or TRACKING.
        name: What it is called.
        conditions: What a journal line must carry, in SQL: one for each tracking option of the budget.
    """

    budget_id: str
    kind: str
    name: str
    conditions: list[str] = field(default_factory=list)
    params: dict[str, object] = field(default_factory=dict)


def budget_variance(
    connection: Connection, tenant_id: str, start: date, end: date, wanted: str | None = None
) -> tuple[BudgetLine, ...]:
    """Actual and budget of a range, for every budget or for one.

    Args:
        connection: To the warehouse; reading is enough.
        start: The first day of a month.
        end: The last day of a month.
        wanted: The only budget, by id or name; None for all, the overall one first.

    Raises:
        ConfigurationError: The range is not made of whole months, there is no such budget, or the warehouse does not
            know the organisation.
    """
    period = Period(start, end)
    if not period.is_months:
        raise ConfigurationError(
            f"Xero plans by month, so a budget can only be compared over whole months, not from {start} to {end}. "
            "Begin with the first day of a month and end with the last day of one."
        )
    entity, chart = entity_of(connection, tenant_id), chart_of(connection, tenant_id)
    overall = account_balances(connection, entity, chart, [period])
    budgets = _chosen(budgets_of(connection, tenant_id), wanted)
    return variances(connection, entity, chart, overall, budgets)[period]


def _chosen(budgets: Sequence[Budget], wanted: str | None) -> Sequence[Budget]:
    if wanted is None:
        return budgets
    found = [one for one in budgets if wanted.strip().casefold() in (one.budget_id, one.name.casefold())]
    if not found:
        names = ", ".join(f"“{one.name}”" for one in budgets) or "none"
        raise ConfigurationError(f"There is no budget “{wanted}”. The organisation has {names}.")
    return found


def variances(
    connection: Connection,
    entity: Entity,
    chart: ChartOfAccounts,
    overall: Mapping[Period, Sequence[AccountBalance]],
    budgets: Sequence[Budget] | None = None,
) -> dict[Period, tuple[BudgetLine, ...]]:
    """The statement of every budget over some periods of whole months.

    Args:
        connection: To the warehouse; reading is enough.
        overall: What the whole organisation's accounts did in each period.
        budgets: Which ones; by default all.
    """
    periods = list(overall)
    planned = _planned(connection, entity, periods)
    found: dict[Period, list[BudgetLine]] = {period: [] for period in periods}
    for budget in budgets_of(connection, entity.tenant_id) if budgets is None else budgets:
        actual = overall
        if budget.conditions:
            narrow = " AND ".join(budget.conditions)
            actual = account_balances(connection, entity, chart, periods, condition=narrow, params=budget.params)
        for period in periods:
            plan = planned.get((period, budget.budget_id), {})
            found[period].extend(_lines(budget, chart, actual[period], plan))
    return {period: tuple(lines) for period, lines in found.items()}


def _lines(
    budget: Budget, chart: ChartOfAccounts, actual: Sequence[AccountBalance], plan: Mapping[str, Decimal]
) -> list[BudgetLine]:
    """Planned amounts have the sign of the statement; sums of journals are debit positive."""
    amounts: dict[str, list[Decimal]] = {}
    for one in actual:
        amounts.setdefault(one.account.account_id, [ZERO, ZERO])[0] += one.movement
    for account_id, amount in plan.items():
        amounts.setdefault(account_id, [ZERO, ZERO])[1] += chart[account_id].shown(amount)
    accounts = ((chart[key], tuple(both)) for key, both in amounts.items() if chart[key].is_result)
    laid_out = statement(accounts, 2, folds_gains=False)
    return [_line(budget, place, line) for place, line in enumerate(laid_out, start=1)]


def _line(budget: Budget, place: int, line: Line) -> BudgetLine:
    actual, planned = line.amounts
    return BudgetLine(
        budget_id=budget.budget_id,
        position=place,
        budget_type=budget.kind,
        budget_name=budget.name,
        section=line.section,
        line_type=line.line_type,
        account_id=line.account_id,
        account_name=line.account_name,
        actual=actual,
        budget=planned,
        variance=actual - planned,
    )


def budgets_of(connection: Connection, tenant_id: str) -> list[Budget]:
    """All budgets, the overall one first.

    Args:
        connection: To the warehouse; reading is enough.
    """
    whose = {"tenant_id": tenant_id}
    found = {row[0]: Budget(row[0], row[1] or "", row[2] or "") for row in connection.execute(text(_BUDGETS), whose)}
    for budget_id, option_id, category, option in connection.execute(text(_TRACKING), whose):
        if budget_id in found:
            _add_tracking(found[budget_id], option_id, category, option)
    return list(found.values())


def _add_tracking(budget: Budget, option_id: str | None, category: str | None, option: str | None) -> None:
    """Xero leaves the option's id out now and then; then its name counts."""
    place = len(budget.conditions)
    if option_id:
        carried = (f"l.tracking_option_id_{number} = :option_{place}" for number in (1, 2))
        budget.params[f"option_{place}"] = option_id
    else:
        carried = (
            f"(l.tracking_category_{number} = :category_{place} AND l.tracking_option_{number} = :option_{place})"
            for number in (1, 2)
        )
        budget.params.update({f"category_{place}": category, f"option_{place}": option})
    budget.conditions.append(f"({' OR '.join(carried)})")


def _planned(
    connection: Connection, entity: Entity, periods: Sequence[Period]
) -> dict[tuple[Period, str], dict[str, Decimal]]:
    """What every budget plans for every account, by period."""
    months = " UNION ALL ".join(
        f"SELECT {literal(one.start)} AS period_start, {literal(one.end)} AS period_end, "
        f"'{one.start:%Y-%m}' AS first_month, '{one.end:%Y-%m}' AS last_month"
        for one in periods
    )
    sql = f"""
    SELECT p.period_start, p.period_end, b.budget_id, b.account_id, SUM(b.amount) AS amount
    FROM ({months}) AS p
    JOIN xero.budget_line_balances AS b ON b.period BETWEEN p.first_month AND p.last_month
    JOIN xero.budget_lines AS l
        ON l.tenant_id = b.tenant_id AND l.budget_id = b.budget_id AND l.account_id = b.account_id AND NOT l.is_deleted
    WHERE b.tenant_id = :tenant_id AND NOT b.is_deleted
    GROUP BY p.period_start, p.period_end, b.budget_id, b.account_id
    """
    found: dict[tuple[Period, str], dict[str, Decimal]] = {}
    for start, end, budget_id, account_id, amount in connection.execute(text(sql), _of(entity)):
        found.setdefault((Period(start, end), budget_id), {})[account_id] = amount
    return found


def _of(entity: Entity) -> dict[str, object]:
    return {"tenant_id": entity.tenant_id}
