"""The profit and loss by the options of a tracking category, called as they are today."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.cash_basis.lines import lines_named
from xero_pipeline.ledger.statements import profit_and_loss
from xero_pipeline.ledger.statements.chart import ZERO, chart_of
from xero_pipeline.ledger.statements.columns import PARTS, TOTAL, SideBySide, StatementColumn
from xero_pipeline.ledger.statements.entity import entity_of
from xero_pipeline.ledger.tables import named

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.ledger.cash_basis.lines import Basis
    from xero_pipeline.ledger.statements.chart import Account
    from xero_pipeline.ledger.statements.periods import Period

UNASSIGNED = "Unassigned"
"""What Xero calls lines without an option of a tracking category."""

_TODAY = " ".join(
    f"LEFT JOIN xero.tracking_categories AS c{place} ON c{place}.tenant_id = l.tenant_id "
    f"AND c{place}.tracking_category_id = l.tracking_category_id_{place} "
    f"LEFT JOIN xero.tracking_options AS o{place} ON o{place}.tenant_id = l.tenant_id "
    f"AND o{place}.tracking_category_id = l.tracking_category_id_{place} "
    f"AND o{place}.tracking_option_id = l.tracking_option_id_{place}"
    for place in (1, 2)
)
"""SQL: what the categories and options of a line `l` are called today, whatever its document said when it was read."""
_BY_OPTION = f"""
SELECT account_id, option, SUM(net_amount) AS net FROM (
    SELECT l.account_id, l.net_amount, CASE :category
        WHEN LOWER(COALESCE(c1.name, l.tracking_category_1)) THEN COALESCE(o1.name, l.tracking_option_1)
        WHEN LOWER(COALESCE(c2.name, l.tracking_category_2)) THEN COALESCE(o2.name, l.tracking_option_2) END AS option
    FROM {{lines}} AS l {_TODAY}
    WHERE l.tenant_id = :tenant_id AND l.journal_date BETWEEN :start AND :end
) AS lines GROUP BY account_id, option
"""
_CATEGORIES = " UNION ".join(
    "SELECT COALESCE(c.name, l.name) FROM "
    f"(SELECT DISTINCT tracking_category_id_{place} AS id, tracking_category_{place} AS name "
    f"FROM {named('journal_lines')} WHERE tenant_id = :tenant_id AND tracking_category_{place} IS NOT NULL) AS l "
    "LEFT JOIN xero.tracking_categories AS c ON c.tenant_id = :tenant_id AND c.tracking_category_id = l.id"
    for place in (1, 2)
)


def profit_and_loss_by_option(
    connection: Connection, tenant_id: str, period: Period, category: str, *, basis: Basis = "accrual"
) -> SideBySide:
    """The profit and loss of a period, by the options of a tracking category; what has none is unassigned.

    Args:
        connection: To the warehouse; reading is enough.
        category: Its name, in any case of letters.
        basis: When income and expenses count.

    Raises:
        ConfigurationError: No line of the ledger has that category; or the organisation is not known.
    """
    entity, chart = entity_of(connection, tenant_id), chart_of(connection, tenant_id)
    found: dict[Account, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    params = {"tenant_id": tenant_id, "category": category.casefold(), "start": period.start, "end": period.end}
    for account_id, option, net in connection.execute(text(_BY_OPTION.format(lines=lines_named(basis))), params):
        if (account := chart[account_id]).is_result:
            found[account][option or UNASSIGNED] += net
    used = {option for amounts in found.values() for option, net in amounts.items() if net}
    if not used - {UNASSIGNED}:
        _require_category(connection, tenant_id, category)
    options = [*sorted(used - {UNASSIGNED}), *({UNASSIGNED} & used), TOTAL]
    accounts = [
        (account, (*(amounts.get(option, ZERO) for option in options[:-1]), sum(amounts.values(), ZERO)))
        for account, amounts in found.items()
    ]
    lines = profit_and_loss.statement(accounts, len(options), folds_gains=entity.folds_gains)
    return SideBySide(tuple(StatementColumn(option, period) for option in options), tuple(lines))


def tracking_categories(connection: Connection, tenant_id: str) -> list[str]:
    """The tracking categories that journal lines of an organisation have options of, by name."""
    return sorted(connection.execute(text(_CATEGORIES), {"tenant_id": tenant_id}).scalars())


def _require_category(connection: Connection, tenant_id: str, category: str) -> None:
    known = tracking_categories(connection, tenant_id)
    if category.casefold() not in {name.casefold() for name in known}:
        raise ConfigurationError(
            f"--by {category} is neither {' nor '.join(PARTS)} nor a tracking category of a journal line. "
            f"The ledger has {', '.join(known) or 'no tracking category'}.",
            organisation=tenant_id,
        )
