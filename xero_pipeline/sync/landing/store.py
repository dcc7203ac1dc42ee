"""The landing zone: every answer as Xero gave it, in a folder, so that the tables can be made again without a call.

A file is written, and is safe on the disk, before the transaction that brings its rows into the warehouse. So the
landing zone never knows less than the warehouse; after a crash between the two it knows a little more, which does no
harm. The files of one subject (a collection or a report of one organisation) stand in the order of their names, and
each names the one before it, so that a missing one is missed.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xero_pipeline.errors import LandingError
from xero_pipeline.sync.landing.file_format import LandedBatch, LandingFile, head_of, pack, unpack

if TYPE_CHECKING:
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.http.response import ApiResponse

__all__ = ["LandedBatch", "Landing", "LandingFile"]

_NAME = re.compile(r"(?P<instant>\d{8}T\d{6}\.\d{6}Z)-(?P<number>\d+)\.json\.zst")
_DAYS = 3
# The newest file lies in the newest day, but for midnight: days are told by Xero's clock, instants by ours.
_INSTANT = "%Y%m%dT%H%M%S.%fZ"


class _Place(NamedTuple):
    """Where a file stands in the order of its subject: those of one instant are numbered."""

    instant: datetime
    number: int

    @property
    def name(self) -> str:
        return f"{self.instant.strftime(_INSTANT)}-{self.number}.json.zst"

    def next(self, now: datetime) -> _Place:
        """The place behind; our clock may go back, the order may not."""
        return _Place(now, 1) if now > self.instant else _Place(self.instant, self.number + 1)


class Landing:
    """The landing zone.

    Args:
        folder: Where it is; made when the first answer comes.
        warehouse: What the rows go into: asked once per subject whether it had rows before.
    """

    def __init__(self, folder: Path, warehouse: Warehouse) -> None:
        self.folder = folder
        self._warehouse = warehouse
        self._lock = threading.Lock()

    def keep(self, arrival: LandedBatch, answers: Sequence[ApiResponse] = ()) -> Path:
        """Write down what a transaction is about to bring; when this returns, it is on the disk.

        Returns:
            The file.

        Raises:
            LandingError: It could not be written, so the rows must not go into the warehouse either.
        """
        try:
            with self._lock:
                return self._written(arrival, answers)
        except OSError as problem:
            raise LandingError(
                f"The landing zone {self.folder} cannot be written: {problem}. Nothing was put into the warehouse "
                "instead. Make room, or let this user write there (XERO_LANDING names the folder), and sync again.",
                organisation=arrival.tenant_id,
            ) from problem

    def tenants(self) -> list[str]:
        """The organisations there is anything of."""
        return _folders(self.folder)

    def subjects(self, tenant_id: str) -> list[str]:
        """The collections and reports there is anything of."""
        return _folders(self.folder / tenant_id)

    def read(
        self, tenant_id: str, subjects: Iterable[str] | None = None, *, gaps: list[str] | None = None
    ) -> Iterator[LandingFile]:
        """What arrived, in the order in which it did.

        Args:
            subjects: Collections and reports; all by default.
            gaps: Takes a sentence for whatever is missing or damaged, instead of an error.

        Raises:
            LandingError: A file is missing or damaged, or the first one says that the warehouse had rows before.
        """
        wanted = self.subjects(tenant_id) if subjects is None else subjects
        homes = {subject: self.folder / tenant_id / subject for subject in wanted}
        files = sorted((*file, subject) for subject, home in homes.items() for file in _files(home))
        names = {subject: {path.name for _, path, whose in files if whose == subject} for subject in homes}
        for _, path, subject in files:
            try:
                landed = unpack(path)
            except LandingError as flaw:
                _tell(flaw, gaps)
                continue
            if flaw := _gap(landed, names[subject], homes[subject]):
                _tell(flaw, gaps)
            yield landed

    def _written(self, arrival: LandedBatch, answers: Sequence[ApiResponse]) -> Path:
        home = self.folder / arrival.tenant_id / arrival.subject
        known = _files(home, newest=_DAYS)
        last, now = known[-1][0] if known else None, arrival.at.astimezone(UTC)
        place = last.next(now) if last else _Place(now, 1)
        times = [answer.server_time for answer in answers if answer.server_time]
        day = home / f"{(times[0] if times else now).astimezone(UTC):%Y-%m-%d}"
        head = head_of(
            arrival,
            answers,
            after=last.name if last else None,
            incomplete=last is None and has_rows(self._warehouse, arrival),
        )
        _private_folder(day, self.folder)
        return _publish(pack(head, answers), day, place)


def has_rows(warehouse: Warehouse, arrival: LandedBatch) -> bool:
    """Whether a warehouse has rows of a subject already.

    Args:
        arrival: Something of the subject.
    """
    from xero_pipeline.warehouse.schema.catalogue import table

    whose = {"tenant_id": arrival.tenant_id}
    if arrival.basis and table(arrival.table).has("basis"):
        whose["basis"] = arrival.basis
    where = " AND ".join(f"{column} = :{column}" for column in whose)
    return warehouse.query(f"SELECT 1 AS one FROM xero.{arrival.table} WHERE {where} LIMIT 1", whose).num_rows > 0


def _tell(flaw: LandingError, gaps: list[str] | None) -> None:
    """Note what is wrong if the caller wants to go on, else raise it."""
    if gaps is None:
        raise flaw
    gaps.append(flaw.message)


def _gap(landed: LandingFile, names: set[str], home: Path) -> LandingError | None:
    """What is missing before a file."""
    after = landed.head.after
    if after is not None and after not in names:
        return LandingError(
            f"{home} lacks the file {after}, which came before {landed.path.name}: it was removed or never copied. Put "
            "it back, or rebuild what the others say with --incomplete."
        )
    if landed.head.incomplete:
        return LandingError(
            f"{home} begins with {landed.path.name}, when the warehouse had rows already: what came before the landing "
            "zone was switched on (or emptied) is in no file. Rebuild what it does say with --incomplete."
        )
    return None


def _folders(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def _files(home: Path, *, newest: int = 0) -> list[tuple[_Place, Path]]:
    """The files of a subject, in their order; on request only those of its newest days."""
    found: list[tuple[_Place, Path]] = []
    for path in (path for day in _folders(home)[-newest:] for path in (home / day).iterdir()):
        if told := _NAME.fullmatch(path.name):
            instant = datetime.strptime(told["instant"], _INSTANT).replace(tzinfo=UTC)
            found.append((_Place(instant, int(told["number"])), path))
    return sorted(found)


def _publish(data: bytes, folder: Path, place: _Place) -> Path:
    """Write a file whole or not at all, and onto the disk; behind its place, if another process just took that."""
    draft = folder / f".{place.name}.{os.getpid()}"
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        while not _named(draft, folder / place.name):
            place = place.next(place.instant)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    _onto_disk(folder)
    return folder / place.name


def _named(draft: Path, path: Path) -> bool:
    """Give a file its name, unless there is one of that name: a renaming would take its place."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return False
    return True


def _private_folder(folder: Path, root: Path) -> None:
    """Make a folder below the root, each level for its owner only."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = [one for one in (folder, *folder.parents) if one.is_relative_to(root) and not one.exists()]
    for one in reversed(made):
        one.mkdir(exist_ok=True, mode=0o700)
        _onto_disk(one.parent)


def _onto_disk(folder: Path) -> None:
    """A new name in a folder outlives a power cut only when the folder itself was written."""
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
