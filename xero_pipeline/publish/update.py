"""Publishing: what changed since the last time goes to the destination, and both are compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from xero_pipeline.errors import ConfigurationError, WarehouseBusy
from xero_pipeline.ledger.schema import has_ledger
from xero_pipeline.publish.destinations import destination
from xero_pipeline.publish.pipeline import SchemaPipeline
from xero_pipeline.publish.slices import changed, figures, fingerprints
from xero_pipeline.publish.tables import published_tables
from xero_pipeline.state.locks import exclusive

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection

    from xero_pipeline.container import Services
    from xero_pipeline.publish.tables import PublishedTable
    from xero_pipeline.warehouse.store import Warehouse

LOCK_SECONDS = 3600
SCHEMAS = ("xero", "xero_history", "ledger")


@dataclass(frozen=True, slots=True)
class SliceDifference:
    """A slice that the destination has not as we have it.

    Args:
        table: With its schema.
        whose: The organisation.
        ours: Rows and sums here.
        theirs: Rows and sums there.
    """

    table: str
    whose: str
    ours: tuple[object, ...]
    theirs: tuple[object, ...]

    @property
    def told(self) -> str:
        """In a sentence."""
        ours, theirs = (", ".join(map(str, one)) or "nothing" for one in (self.ours, self.theirs))
        return f"{self.table} of {self.whose}: {ours} here, {theirs} there."


@dataclass(slots=True)
class Publication:
    """What was published.

    Args:
        rows: By table those that were sent.
        slices: How many slices were replaced, each the rows of an organisation in a table.
        compared: How many tables were compared.
        differences: What is not the same afterwards.
    """

    rows: dict[str, int] = field(default_factory=dict)
    slices: int = 0
    compared: int = 0
    differences: list[SliceDifference] = field(default_factory=list)


def dataset_of(schema: str, dataset: str) -> str:
    """Where a schema goes: `xero` into the dataset itself, any other beside it.

    Args:
        dataset: As XERO_PUBLISH_DATASET says.
    """
    return dataset if schema == "xero" else f"{dataset}_{schema.removeprefix('xero_')}"


def publish_books(
    services: Services,
    *,
    warehouse: Warehouse | None = None,
    everything: bool = False,
    progress: Callable[[str, int], None] = lambda _table, _rows: None,
) -> Publication:
    """Publish what the settings say to where they say; one process at a time.

    Args:
        warehouse: Who writes to it reads from it, too; None for that of those who only read.
        everything: As for `publish`.
        progress: As for `publish`.

    Raises:
        ConfigurationError: XERO_PUBLISH is not set, or a package is missing.
        WarehouseBusy: Another process held the file all the time.
    """
    settings = services.settings
    if not settings.publish:
        raise ConfigurationError(
            "XERO_PUBLISH is not set: name a destination, such as filesystem or snowflake (docs/publish.md)."
        )
    destination(settings.publish)
    (warehouse or services.warehouse).prepare()
    folder = services.home / "publish"
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        with exclusive(services.state, "publish", timeout_seconds=LOCK_SECONDS):
            for left_by_a_killed_process in folder.iterdir():
                rmtree(left_by_a_killed_process)
            return publish(
                warehouse or services.books,
                settings.publish,
                settings.publish_dataset,
                folder=folder,
                everything=everything,
                progress=progress,
            )
    except TimeoutError:
        raise WarehouseBusy("Another process has been publishing for an hour. Try again when it is done.") from None


def publish(
    warehouse: Warehouse,
    word: str,
    dataset: str,
    *,
    folder: Path,
    everything: bool = False,
    progress: Callable[[str, int], None] = lambda _table, _rows: None,
) -> Publication:
    """Send what changed since the last time, and compare what was sent.

    Args:
        warehouse: Read as it is at one moment.
        folder: Where dlt may keep its files meanwhile.
        everything: Compare every table, and not only those that were sent.
        progress: Told after each piece: the table, and how many rows of it are on their way.

    Raises:
        ConfigurationError: A package is missing.
        WarehouseBusy: Another process held the file all the time.
    """
    done = Publication()
    with warehouse.dialect.looked_at(("xero", "ledger"), sandboxed=False) as connection:
        tables = published_tables(ledger=has_ledger(connection))
        now = fingerprints(connection, tables)
        for schema in SCHEMAS:
            chosen = {table: told for table, told in now.items() if table.schema == schema}
            if chosen:
                with TemporaryDirectory(dir=folder, prefix="publish-") as place:
                    pipeline = SchemaPipeline(word, schema, dataset_of(schema, dataset), Path(place))
                    _send(warehouse, connection, pipeline, chosen, done, everything=everything, progress=progress)
    return done


def _send(
    warehouse: Warehouse,
    connection: Connection,
    pipeline: SchemaPipeline,
    now: Mapping[PublishedTable, Mapping[str, str]],
    done: Publication,
    *,
    everything: bool,
    progress: Callable[[str, int], None],
) -> None:
    before = pipeline.before()
    sent = [
        (table, told, changed(told, before.get(table.name, {})))
        for table, told in now.items()
        if told != before.get(table.name, {})
    ]

    def note(table: str, rows: int) -> None:
        done.rows[table] = rows
        progress(table, rows)

    if sent:
        pipeline.send(warehouse.dialect, connection, sent, note)
    pipeline.tidy({table.name: told for table, told in now.items()})
    done.slices += sum(len(whose) for *_, whose in sent)
    compared = (
        [table for table, told in now.items() if told or table.name in before]
        if everything
        else [table for table, *_ in sent]
    )
    _compare(connection, pipeline, [(table, now[table]) for table in compared], done)


def _compare(
    connection: Connection,
    pipeline: SchemaPipeline,
    tables: Sequence[tuple[PublishedTable, Mapping[str, str]]],
    done: Publication,
) -> None:
    for table, told in tables:
        ours, theirs = figures(connection, table, list(told)), pipeline.figures(table)
        done.compared += 1
        done.differences += [
            SliceDifference(f"{table.schema}.{table.name}", whose, ours.get(whose, ()), theirs.get(whose, ()))
            for whose in sorted({*ours, *theirs})
            if ours.get(whose) != theirs.get(whose)
        ]
