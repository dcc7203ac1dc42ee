"""The ledger's SQL: files under `<room>/sql/`, written once for both databases and filled in with the rules.

A file `<room>/sql/<name>.sql` is the query of one temporary table, which has its name. What differs between DuckDB and
PostgreSQL, exact division, is a function of the template.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from xero_pipeline.ledger.exact_sql import digest_sql, rate_sql, share_sql, to_base_sql
from xero_pipeline.ledger.posting.rules import REVALUED, WITHOUT_DOCUMENT
from xero_pipeline.ledger.tables import named
from xero_pipeline.warehouse.organisation_names import NAMED
from xero_pipeline.warehouse.sql import among, carry_out, literal, make_temporary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Environment
    from sqlalchemy import Connection


class SqlTemplates:
    """The queries of one room, for one organisation or all.

    Args:
        room: The folder of the ledger whose `sql/` has them.
        connection: In the transaction they are for.
        tenant_id: The organisation; None for all.
        **told: What the templates of the room are told besides.
    """

    def __init__(self, room: str, connection: Connection, tenant_id: str | None, **told: Any) -> None:
        self._room = room
        self._connection = connection
        dialect = connection.dialect.name
        self._told: dict[str, Any] = {
            "tenant": literal(tenant_id),
            "to_base": partial(_to_base, dialect),
            "share": partial(share_sql, dialect),
            "rate": partial(rate_sql, dialect),
            "digest": partial(_digest, dialect),
            **told,
        }

    def text(self, name: str) -> str:
        """A query as SQL."""
        return _environment().get_template(f"{self._room}/sql/{name}.sql").render(self._told)

    def make(self, name: str) -> None:
        """Make the temporary table of a query; one of the same name gives way.

        Args:
            name: Of its file, and of the table.
        """
        make_temporary(self._connection, name, self.text(name))

    def run(self, name: str) -> None:
        """Carry out a statement."""
        carry_out(self._connection, self.text(name))

    def count(self, name: str, where: str = "TRUE") -> int:
        """How many rows a table has."""
        return self._connection.exec_driver_sql(f"SELECT COUNT(*) FROM {name} WHERE {where}").scalar_one()


def _to_base(dialect: str, amount: str, rate: str = "d.rate") -> str:
    return to_base_sql(dialect, amount, rate)


def _digest(dialect: str, columns: Iterable[str]) -> str:
    return digest_sql(dialect, list(columns))


def _prefixed(column: str, row: str) -> str:
    return f"{row}.{column}"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # It writes SQL, not HTML: escaping would break it, and what comes from outside goes through `literal`.
    loader = PackageLoader("xero_pipeline.ledger", "")
    made: Any = Environment(loader=loader, undefined=StrictUndefined, autoescape=False)  # noqa: S701
    made.filters["prefixed"] = _prefixed
    made.globals |= {"without_document": WITHOUT_DOCUMENT, "revalued": REVALUED}
    made.globals |= {"named": named, "sql": literal, "among": among, "organisations_named": NAMED}
    return made
