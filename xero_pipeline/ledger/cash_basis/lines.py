"""All journal lines on cash basis, as SQL: settled lines in place of documents, all other lines as they are."""

from __future__ import annotations

from typing import Literal

from xero_pipeline.ledger.posting.rules import DOCUMENTS, REVALUED
from xero_pipeline.ledger.tables import SCHEMA, ledger_table, named
from xero_pipeline.warehouse.sql import among, q

Basis = Literal["accrual", "cash"]
"""When income and expenses count: on the day of the document, or on the day it is settled."""
CASH_LINES = "cash_journal_lines"
"""The view of schema `ledger` that `cash_lines_sql` is the query of."""


def lines_named(basis: Basis) -> str:
    """The full name of what has the journal lines of a basis; on cash basis with `document_id` besides."""
    return f"{SCHEMA}.{CASH_LINES}" if basis == "cash" else named("journal_lines")


def cash_lines_sql() -> str:
    """SQL: the rows of `ledger.cash_journal_lines`, which has the columns of `journal_lines` and `document_id`.

    A manual journal is there unless Xero keeps it off reports on cash basis. Revaluations are not there.
    """
    settled = {column.name for column in ledger_table("settled_lines").all_columns}
    columns = [column.name for column in ledger_table("journal_lines").all_columns]
    as_posted = ", ".join(f"l.{q(name)}" for name in columns)
    in_shares = ", ".join(q(name) if name in settled else f"CAST(NULL AS TEXT) AS {q(name)}" for name in columns)
    return (
        f"SELECT {as_posted}, CAST(NULL AS TEXT) AS document_id FROM {named('journal_lines')} AS l "
        f"WHERE l.source_type NOT IN {among((*DOCUMENTS, *REVALUED))} "
        "AND NOT EXISTS (SELECT 1 FROM xero.manual_journals AS m WHERE m.tenant_id = l.tenant_id "
        "AND m.manual_journal_id = l.source_id AND m.show_on_cash_basis_reports IS FALSE) "
        f"UNION ALL SELECT {in_shares}, document_id FROM {named('settled_lines')}"
    )
