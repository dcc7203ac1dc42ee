"""What a schema has to say of its layout that is made from the tables of schema `xero`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.warehouse.database.dialect import Dialect


class DerivedLayout(Protocol):
    """The layout of a schema that is made from the warehouse's tables: it is looked at, and completed, with theirs."""

    def is_current(self, connection: Connection) -> bool:
        """Whether nothing is to be done."""
        ...

    def make_current(self, dialect: Dialect, connection: Connection) -> None:
        """Make what is missing, where the schema is there at all.

        Args:
            connection: In the transaction that makes the warehouse's own layout current.
        """
        ...
