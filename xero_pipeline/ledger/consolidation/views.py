"""The views of the group: journal lines, receivables and payables, by counterpart; consolidated statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.ledger.consolidation.balances import GROUP_ACCOUNT, SOURCES, total_of_sql, total_sql
from xero_pipeline.ledger.exact_sql import half_up_sql, whole_sql
from xero_pipeline.ledger.sql_templates import SqlTemplates
from xero_pipeline.ledger.statements.sections import CURRENT_YEAR
from xero_pipeline.ledger.tables import SCHEMA
from xero_pipeline.ledger.views import Views

if TYPE_CHECKING:
    from sqlalchemy import Connection

_CONSOLIDATED = (
    (
        "consolidation_lines",
        "One row per line that a consolidated figure is made of: a balance of an organisation, an "
        "eliminated document, a group journal, or the share of owners outside the group",
    ),
    (
        "consolidated_trial_balance",
        "One row per month and account of the group, debit positive: the sum of the "
        "organisations, eliminations, group journals, owners outside the group, and all together",
    ),
    (
        "consolidated_profit_and_loss",
        "One row per month and account of the group of income or expense, income and expenses positive",
    ),
    ("consolidated_balance_sheet", "One row per month and account of the group, with the sign Xero shows"),
)
_OPEN = (("group_receivables", "DEBTORS", 1, "owes us"), ("group_payables", "CREDITORS", -1, "is owed by us"))


def make_group_views(connection: Connection) -> None:
    """Make what is missing or declared in another way.

    Args:
        connection: In a transaction that writes; the ledger's tables are there.

    Raises:
        ConfigurationError: A view that somebody made of ours stands in the way of a new declaration.
    """
    dialect, views = connection.dialect.name, Views(connection, [SCHEMA])

    def at_rate(amount: str, rate: str) -> str:
        # Four and ten decimals make fourteen; cents have two.
        cents = half_up_sql(dialect, f"{whole_sql(dialect, amount, 4)} * {whole_sql(dialect, rate, 10)}", str(10**12))
        return f"CASE WHEN {rate} IS NOT NULL THEN {cents} END"

    lines = SqlTemplates("consolidation", connection, None, at_rate=at_rate).text("journal_lines")
    views.put(
        SCHEMA, "group_journal_lines", lines, "One row per journal line of the group, at the average of its month"
    )
    for name, account, sign, what in _OPEN:
        told = {"at_rate": at_rate, "system_account": account, "sign": sign}
        query = SqlTemplates("consolidation", connection, None, **told).text("open_balances")
        views.put(
            SCHEMA, name, query, f"One row per organisation and contact: what the contact {what}, at the last rate"
        )
    told = {
        "group_account": GROUP_ACCOUNT,
        "sources": SOURCES,
        "total": total_sql,
        "total_of": total_of_sql,
        "earnings": CURRENT_YEAR,
    }
    consolidated = SqlTemplates("consolidation", connection, None, **told)
    for name, comment in _CONSOLIDATED:
        views.put(SCHEMA, name, consolidated.text(name), comment)
