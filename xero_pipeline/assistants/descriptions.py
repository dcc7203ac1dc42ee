"""What there is to ask for, described: tables with their columns, metrics, built-in queries, statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

from xero_pipeline.assistants.statements import DESCRIPTIONS
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.files.statement_kinds import STATEMENT_KINDS
from xero_pipeline.ledger.tables import SCHEMA as LEDGER
from xero_pipeline.ledger.tables import ledger_tables
from xero_pipeline.metrics import definitions as metrics
from xero_pipeline.queries import catalogue as queries
from xero_pipeline.warehouse.schema.catalogue import all_tables
from xero_pipeline.warehouse.schema.ddl import SCHEMA

if TYPE_CHECKING:
    from xero_pipeline.warehouse.schema.model import Table

What = Literal["tables", "metrics", "queries", "statements"]


def described(what: What, name: str | None) -> Mapping[str, object]:
    """All of a kind in a line each, or one of them in full.

    Raises:
        ConfigurationError: There is none of that name.
    """
    everything = _ALL[what]()
    if name is None:
        return everything
    if name not in everything:
        raise ConfigurationError(f"There is nothing of that name among the {what}; without a name all are listed.")
    return {name: _ONE[what](name)}


def _tables() -> Mapping[str, Table]:
    theirs = {f"{SCHEMA}.{one.name}": one for one in all_tables()}
    return theirs | {f"{LEDGER}.{one.name}": one for one in ledger_tables()}


def _table(name: str) -> object:
    one = _tables()[name]
    columns = {column.name: f"{column.kind}: {column.comment}" for column in one.all_columns}
    return {"row": one.comment, "key": ["tenant_id", *one.key], "columns": columns}


def _query(name: str) -> object:
    one = queries.ready_query(name)
    told = {each.name: f"{each.kind}, default {each.default}: {each.help}" for each in one.parameters}
    return {"title": one.title, "answers": one.answers, "parameters": told}


def _statement(name: str) -> object:
    return {"shows": DESCRIPTIONS[name], "bases": ["accrual", "cash"] if STATEMENT_KINDS[name].with_basis else []}


_ALL: Mapping[What, Callable[[], Mapping[str, object]]] = {
    "tables": lambda: {name: one.comment for name, one in _tables().items()},
    "metrics": lambda: {name: metrics.metric(name).title for name in metrics.names()},
    "queries": lambda: {name: queries.ready_query(name).title for name in queries.names()},
    "statements": lambda: DESCRIPTIONS,
}
_ONE: Mapping[What, Callable[[str], object]] = {
    "tables": _table,
    "metrics": lambda name: {"title": metrics.metric(name).title, **metrics.metric(name).said},
    "queries": _query,
    "statements": _statement,
}
