"""What was odd about the answers of a sync: it is noted with the rows, and stops nothing unless it is most of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.errors import RecordRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    import pyarrow as pa
    from sqlalchemy import Connection

    from xero_pipeline.warehouse.progress.records import Drift
    from xero_pipeline.xero.endpoints import Endpoint

MAX_UNREADABLE = 10
"""So many records may be unreadable in a few pages; more of them, and more than half, are not odd records any more."""


class BatchIssues:
    """Shapes the answers of one transaction and keeps what was odd about them until it is noted.

    Args:
        endpoint: The collection's row of the catalogue.
    """

    def __init__(self, tenant_id: str, endpoint: Endpoint) -> None:
        self._tenant_id = tenant_id
        self._endpoint = endpoint
        self._faults: list[RecordRefused] = []
        self._drift: list[Drift] = []

    @property
    def quarantined(self) -> frozenset[str]:
        """The names of the records that are quarantined."""
        from xero_pipeline.warehouse.progress.quarantine import name_of

        return frozenset(name_of(fault) for fault in self._faults)

    def shape(self, bodies: Sequence[bytes], *, at: datetime) -> dict[str, pa.Table]:
        """Answers as tables, without the records that cannot be read.

        Args:
            bodies: Whole envelopes as received.
            at: The instant for `synced_at`.

        Raises:
            UnreadableAnswer: A body is not the envelope it should be.
            RecordRefused: Most of the records cannot be read.
        """
        from xero_pipeline.warehouse.parse.to_arrow import tables_of

        tables = tables_of(
            self._endpoint.table,
            bodies,
            wrapper=self._endpoint.wrapper,
            tenant_id=self._tenant_id,
            synced_at=at,
            refuse=self._faults.append,
            notice=self._drift.append,
        )
        self._refuse_if_most(tables[self._endpoint.table].num_rows)
        return tables

    def note(
        self, connection: Connection, tables: dict[str, pa.Table], *, at: datetime, gone: Collection[str] = ()
    ) -> None:
        """Write down what was odd, and which quarantined records are no trouble any more.

        Args:
            connection: In the transaction that merges the tables.
            tables: What `tables_of` made.
            gone: Records that Xero does not know any more.
        """
        from xero_pipeline.warehouse.progress.drift_log import note_drift
        from xero_pipeline.warehouse.progress.quarantine import quarantine_records, resolve

        where = (self._tenant_id, self._endpoint.table)
        resolve(connection, *where, (self._ids(tables) - self.quarantined) | set(gone), at=at)
        quarantine_records(connection, *where, self._faults, at=at)
        note_drift(connection, *where, self._drift, at=at)

    def _ids(self, tables: dict[str, pa.Table]) -> set[str]:
        from xero_pipeline.warehouse.schema.catalogue import table_group

        rows = tables[self._endpoint.table]
        keys = [rows.column(name).to_pylist() for name in table_group(self._endpoint.table)[0].key]
        return {"/".join(map(str, key)) for key in zip(*keys, strict=True)}

    def _refuse_if_most(self, readable: int) -> None:
        refused = len(self._faults)
        if refused > MAX_UNREADABLE and refused > readable:
            raise RecordRefused(
                f"{refused} of {refused + readable} records of {self._endpoint.table} cannot be read, so nothing of "
                "these pages was written: Xero seems to send them in another form than this version knows. Look for a "
                f"newer version of xero_pipeline, or report it. The first: {self._faults[0].message}.",
                organisation=self._tenant_id,
                endpoint=self._endpoint.path,
                record_id=self._faults[0].record_id,
            )
