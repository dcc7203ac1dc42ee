"""The landing zone: every answer as Xero gave it, in files, so that the tables can be made again without a call.

A file is written, and is safe where it lies, before the transaction that brings its rows into the warehouse. So the
landing zone never knows less than the warehouse; after a crash between the two it knows a little more, which does no
harm. The files of one subject (a collection or a report of one organisation) stand in the order of their names, and
each names the one before it, so that a missing one is missed.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xero_pipeline.errors import LandingError, LandingUnreachable
from xero_pipeline.sync.landing.file_format import LandedBatch, LandingFile, head_of, pack, unpack
from xero_pipeline.sync.landing.folder import Folder
from xero_pipeline.sync.landing.object_store import ObjectStore
from xero_pipeline.sync.landing.storage import StorageProblem

if TYPE_CHECKING:
    from xero_pipeline.sync.landing.storage import Storage
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

    def names(self) -> Iterator[str]:
        """Its name, and those of the places behind it in the same instant."""
        return (_Place(self.instant, number).name for number in count(self.number))


def storage_at(place: str | Path) -> Storage:
    """The folder or the object store that XERO_LANDING names.

    Args:
        place: A path, or an address such as s3://bucket/prefix.
    """
    scheme, _, rest = str(place).partition("://")
    if rest and scheme != "file":
        return ObjectStore(str(place))
    return Folder(Path(rest or place).expanduser().absolute())


class Landing:
    """The landing zone.

    Args:
        place: A folder, made when the first answer comes, or the address of an object store.
        warehouse: What the rows go into: asked once per subject whether it had rows before.
    """

    def __init__(self, place: str | Path, warehouse: Warehouse) -> None:
        self._storage = storage_at(place)
        self._warehouse = warehouse
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        """Where it is."""
        return self._storage.address

    def keep(self, arrival: LandedBatch, answers: Sequence[ApiResponse] = ()) -> str:
        """Write down what a transaction is about to bring; when this returns, it is safe.

        Returns:
            The file, below the address.

        Raises:
            LandingError: It could not be written, so the rows must not go into the warehouse either.
        """
        try:
            with self._lock:
                return self._written(arrival, answers)
        except (OSError, StorageProblem) as problem:
            raise LandingError(
                f"The landing zone {self.address} cannot be written: {problem}. Nothing was put into the warehouse "
                "instead. Make room, or let this user write there (XERO_LANDING names the place), and sync again.",
                organisation=arrival.tenant_id,
            ) from problem

    def tenants(self) -> list[str]:
        """The organisations there is anything of."""
        with self._looking():
            return self._storage.folders()

    def subjects(self, tenant_id: str) -> list[str]:
        """The collections and reports there is anything of."""
        with self._looking():
            return self._storage.folders(tenant_id)

    def read(
        self, tenant_id: str, subjects: Iterable[str] | None = None, *, gaps: list[str] | None = None
    ) -> Iterator[LandingFile]:
        """What arrived, in the order in which it did.

        Args:
            subjects: Collections and reports; all by default.
            gaps: Takes a sentence for whatever is missing or damaged, instead of an error.

        Raises:
            LandingError: A file is missing or damaged, the first one says that the warehouse had rows before, or an
                object store does not answer.
        """
        wanted = self.subjects(tenant_id) if subjects is None else subjects
        with self._looking():
            found = {subject: _files(self._storage, f"{tenant_id}/{subject}") for subject in wanted}
        names = {subject: {place.name for place, _ in files} for subject, files in found.items()}
        for _, path, subject in sorted((*file, subject) for subject, files in found.items() for file in files):
            try:
                with self._looking():
                    landed = unpack(f"{self.address}/{path}", partial(self._storage.read, path))
            except LandingUnreachable:
                raise
            except LandingError as flaw:
                _tell(flaw, gaps)
                continue
            if flaw := _gap(landed, names[subject], f"{self.address}/{tenant_id}/{subject}"):
                _tell(flaw, gaps)
            yield landed

    def arrived_at(self, tenant_id: str, subject: str, instants: Collection[datetime]) -> list[LandingFile]:
        """The files that brought the rows which are marked with some instants, in their order.

        Args:
            subject: A collection or a report.

        Raises:
            LandingError: A file is damaged, or an object store does not answer.
        """
        wanted = {instant.astimezone(UTC) for instant in instants}
        with self._looking():
            files = _files(self._storage, f"{tenant_id}/{subject}")
            return [
                unpack(f"{self.address}/{path}", partial(self._storage.read, path))
                for place, path in files
                if place.instant in wanted
            ]

    @contextmanager
    def _looking(self) -> Generator[None]:
        try:
            yield
        except StorageProblem as problem:
            raise LandingUnreachable(
                f"The landing zone {self.address} cannot be read: {problem}. Check the network, and the credentials "
                "that the variables of the store name; then try again."
            ) from problem

    def _written(self, arrival: LandedBatch, answers: Sequence[ApiResponse]) -> str:
        home = f"{arrival.tenant_id}/{arrival.subject}"
        known = _files(self._storage, home, newest=_DAYS)
        last, now = known[-1][0] if known else None, arrival.at.astimezone(UTC)
        place = last.next(now) if last else _Place(now, 1)
        times = [answer.server_time for answer in answers if answer.server_time]
        day = f"{home}/{(times[0] if times else now).astimezone(UTC):%Y-%m-%d}"
        head = head_of(
            arrival,
            answers,
            after=last.name if last else None,
            incomplete=last is None and has_rows(self._warehouse, arrival),
        )
        return f"{day}/{self._storage.publish(pack(head, answers), day, place.names())}"


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


def _gap(landed: LandingFile, names: set[str], home: str) -> LandingError | None:
    """What is missing before a file."""
    after = landed.head.after
    if after is not None and after not in names:
        return LandingError(
            f"{home} lacks the file {after}, which came before {landed.name}: it was removed or never copied. Put "
            "it back, or rebuild what the others say with --incomplete."
        )
    if landed.head.incomplete:
        return LandingError(
            f"{home} begins with {landed.name}, when the warehouse had rows already: what came before the landing "
            "zone was switched on (or emptied) is in no file. Rebuild what it does say with --incomplete."
        )
    return None


def _files(storage: Storage, home: str, *, newest: int = 0) -> list[tuple[_Place, str]]:
    """The files of a subject, in their order; on request only those of its newest days."""
    found: list[tuple[_Place, str]] = []
    for file in storage.files(home, newest=newest):
        if told := _NAME.fullmatch(file.rpartition("/")[2]):
            instant = datetime.strptime(told["instant"], _INSTANT).replace(tzinfo=UTC)
            found.append((_Place(instant, int(told["number"])), f"{home}/{file}"))
    return sorted(found)
