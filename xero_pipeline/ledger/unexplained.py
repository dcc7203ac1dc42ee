"""What no document shows, posted as lines of its own, so that the ledger says what Xero's trial balance says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.ledger.causes import CONVERSION, REVALUATION, cause_sql
from xero_pipeline.ledger.gaps import UNEXPLAINED
from xero_pipeline.ledger.keep import make
from xero_pipeline.ledger.sources import literal
from xero_pipeline.ledger.tables import named

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


def post_unexplained(connection: Connection, tenant_id: str, *, at: datetime) -> None:
    """Make the UNEXPLAINED journals of an organisation what the gaps say; one journal a month, a line an account.

    Makes the temporary table `tie_unexplained` (period's number, account, amount, cause) too.

    Args:
        connection: In the transaction in which `gaps.find_gaps` ran.
        tenant_id: The organisation.
        at: Now, in UTC.
    """
    tenant = literal(tenant_id)
    make(connection, "tie_unexplained", _lines(tenant))
    for table in ("journal_lines", "journals"):
        connection.exec_driver_sql(
            f"DELETE FROM {named(table)} WHERE tenant_id = {tenant} AND source_type = '{UNEXPLAINED}'"
        )
    moment = f"CAST({literal(at.isoformat())} AS TIMESTAMP WITH TIME ZONE)"
    connection.exec_driver_sql(
        f"INSERT INTO {named('journals')} (tenant_id, journal_id, journal_date, source_type, reference, posted_at) "
        f"SELECT {tenant}, p.journal_id, p.period_end, '{UNEXPLAINED}', CASE p.number WHEN 0 THEN "
        "'Balances before the first document' ELSE 'Not shown by any document' END, "
        f"{moment} FROM tie_periods AS p WHERE p.number IN (SELECT number FROM tie_unexplained)"
    )
    connection.exec_driver_sql(
        f"INSERT INTO {named('journal_lines')} (tenant_id, journal_id, line_number, journal_date, account_id, net_amount, "
        "tax_amount, foreign_amount, role, source_type, cause, description) "
        f"SELECT {tenant}, p.journal_id, u.place, p.period_end, u.account_id, u.amount, 0, u.amount, 'unexplained', "
        f"'{UNEXPLAINED}', u.cause, CONCAT('Not shown by any document; likely: ', LOWER(u.cause)) "
        "FROM tie_unexplained AS u JOIN tie_periods AS p ON p.number = u.number"
    )


def _lines(tenant: str) -> str:
    """The amounts with their causes.

    Control accounts and foreign bank accounts whose amounts together face a revaluation are part of it.
    """
    told = (
        f"SELECT g.number, g.account_id, g.arisen AS amount, CASE g.number WHEN 0 THEN '{CONVERSION}' "
        f"ELSE {cause_sql('a')} END AS cause, a.system_account IN ('DEBTORS', 'CREDITORS') OR a.type = 'BANK' AS may_face "
        "FROM tie_gaps AS g LEFT JOIN xero.accounts AS a ON a.account_id = g.account_id "
        f"AND a.tenant_id = {tenant} WHERE g.arisen <> 0"
    )
    facing = (
        "SUM(CASE WHEN may_face THEN amount ELSE 0 END) OVER (PARTITION BY number) "
        f"= -SUM(CASE WHEN cause = '{REVALUATION}' THEN amount ELSE 0 END) OVER (PARTITION BY number) "
        f"AND SUM(CASE WHEN cause = '{REVALUATION}' THEN 1 ELSE 0 END) OVER (PARTITION BY number) > 0"
    )
    return (
        "SELECT number, account_id, amount, CASE WHEN may_face AND faces AND number > 0 "
        f"THEN '{REVALUATION}' ELSE cause END AS cause, ROW_NUMBER() OVER (PARTITION BY number ORDER BY account_id) - 1 "
        f"AS place FROM (SELECT t.*, {facing} AS faces FROM ({told}) AS t) AS u"
    )
