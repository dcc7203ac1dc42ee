"""Killed with SIGKILL at fifty seeded points, while people work in Xero: one more sync, and the copy is the truth."""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from xero_pipeline import clock
from xero_pipeline.calendar import month_end
from xero_pipeline.sync.landing.replay import replay
from xero_pipeline.sync.landing.store import Landing
from xero_pipeline.warehouse.schema.catalogue import table_group
from xero_pipeline.warehouse.schema.model import Table
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline_tests.clock import TODAY
from xero_pipeline_tests.journeys.home import Home, a_redirect_uri, live
from xero_pipeline_tests.journeys.killing import COLLECTIONS, Driver, driver
from xero_pipeline_tests.journeys.truth import LISTS, truth
from xero_pipeline_tests.journeys.watched import Watched, watched
from xero_pipeline_tests.postgresql import a_database_like
from xero_pipeline_tests.thoroughness import proof, so_many
from xero_simulator.edits import documents, records
from xero_simulator.edits.working_copy import EditRefused

pytestmark = pytest.mark.timeout(900)  # many processes: a busy machine takes its time
FIRST, LATER, ON_POSTGRESQL = so_many(14, 1), so_many(33, 1), so_many(3, 1)
"""Points during a first sync, during a later one, and during a first one on PostgreSQL: fifty."""


@dataclass
class Place:
    """Where it happens: a Xero where people work, a home that is connected, one that was synced."""

    xero: Watched
    driver: Driver
    empty: Home
    synced: Home
    first: Counter[str]
    later: Counter[str]
    """How often each event comes in a first sync, and in a later one."""

    @property
    def month(self) -> dt.date:
        return dt.date.fromisoformat(self.empty.variables["XERO_START_DATE"])


@pytest.fixture(scope="module")
def place(first_month: dt.date, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("killed")
    with watched() as xero, driver() as forks:
        empty = live(folder / "empty" / "home", xero.url, first_month.isoformat())
        assert empty.connect().code == 0
        warehouse_of(empty).prepare()
        synced = in_a_copy(empty, folder / "synced")
        first = forks.sync(synced)
        work(xero, 0)
        tried = in_a_copy(synced, folder / "tried")
        later = forks.sync(tried)
        yield Place(xero, forks, empty, synced, first, later)


def in_a_copy(home: Home, folder: Path, warehouse_url: str = "") -> Home:
    """A home of its own, its landing zone beside it."""
    shutil.copytree(home.path.parent, folder)
    more = {"XERO_LANDING": str(folder / "landing"), "XERO_REDIRECT_URI": a_redirect_uri()}
    return Home(
        folder / "home", home.variables | more | ({"XERO_WAREHOUSE_URL": warehouse_url} if warehouse_url else {})
    )


def warehouse_of(home: Home) -> Warehouse:
    return Warehouse(home.variables.get("XERO_WAREHOUSE_URL") or f"duckdb:///{home.path / 'books.duckdb'}")


def work(xero: Watched, seed: int) -> None:
    """What people do in Xero within a minute; some of it leaves no trace."""
    chance, now = random.Random(seed), clock.now()
    company = xero.simulator.company(xero.simulator.organisations()[0].tenant_id)

    def some(wrapper: str, key: str) -> str:
        return chance.choice(company.records(wrapper))[key]

    ways: list[Callable[[], object]] = [
        lambda: documents.edit_invoice(company, some("Invoices", "InvoiceID"), now, add=chance.randint(1, 999)),
        lambda: documents.add_invoice(company, now),
        lambda: documents.void_invoice(company, some("Invoices", "InvoiceID"), now),
        lambda: documents.add_payment(company, some("Invoices", "InvoiceID"), now),
        lambda: documents.delete_payment(company, some("Payments", "PaymentID"), now),
        lambda: records.delete_item(company, some("Items", "ItemID")),
    ]
    if len(company.records("Items")) < 4:
        del ways[-1]
    for _ in range(6):
        with suppress(EditRefused, IndexError):  # not to be done, or nothing left of it
            chance.choice(ways)()


def points(counts: Counter[str], many: int, seed: int) -> list[tuple[str, int]]:
    """Events spread evenly over their kinds, each at any of its times."""
    chance, kinds = random.Random(seed), sorted(counts)
    return [(kind := kinds[n % len(kinds)], chance.randint(1, counts[kind])) for n in range(many)]


@proof
def test_killed_at_any_point_of_a_first_sync_one_more_makes_it_whole(place: Place, tmp_path: Path) -> None:
    for number, point in enumerate(points(place.first, FIRST, seed=1)):
        home = in_a_copy(place.empty, tmp_path / f"{number}")
        if number % 7 == 0:
            (home.path / "books.duckdb").unlink()  # its tables are yet to be made, too
        killed_then_whole(place, home, point, seed=number)


@pytest.mark.parametrize("third", range(3))
def test_killed_at_any_point_of_a_later_sync_one_more_makes_it_whole(place: Place, tmp_path: Path, third: int) -> None:
    for number, point in list(enumerate(points(place.later, LATER, seed=2)))[third::3]:
        killed_then_whole(place, in_a_copy(place.synced, tmp_path / f"{number}"), point, seed=100 + number)


def test_killed_on_postgresql_one_more_makes_it_whole(place: Place, empty_database: str, tmp_path: Path) -> None:
    for number, point in enumerate(points(place.first, ON_POSTGRESQL, seed=3)):
        own = a_database_like(empty_database)
        killed_then_whole(place, in_a_copy(place.empty, tmp_path / f"{number}", own), point, seed=200 + number)


def killed_then_whole(place: Place, home: Home, point: tuple[str, int], seed: int) -> None:
    work(place.xero, seed)
    with place.xero.looking() as seen:
        place.driver.sync(home, point)
        work(place.xero, 1000 + seed)
        place.driver.sync(home, whole=True)
    calls, warehouse = Counter(one.path for one in seen), warehouse_of(home)
    with warehouse.transaction():  # opened once for all that is asked
        is_the_truth(place, warehouse)
        has_no_holes(warehouse)
        knows_all_calls(warehouse, calls)
    if seed % 20 == 0:
        can_be_made_again(place, home, warehouse)


def is_the_truth(place: Place, warehouse: Warehouse) -> None:
    """Every record as Xero has it, to the last field; what Xero has not, or calls deleted, is marked so."""
    with truth(place.xero.url) as told:
        for one in (one for one in LISTS if one.table in COLLECTIONS):
            row = endpoint(one.table)
            asked = replace(one, params={name: value for name, value in row.params.items() if name != "pageSize"})
            records = {record[row.key[0]]: record for record in told.records(asked)}
            key = table_group(one.table)[0].key[0]
            kept = warehouse.query(f"SELECT {key} AS id, raw, is_deleted FROM xero.{one.table}").to_pylist()
            ours = {row["id"]: exact(row["raw"]) for row in kept if row["id"] in records}
            assert (one.table, differing(ours, records)) == (one.table, [])
            deleted = {row["id"] for row in kept if row["is_deleted"]}
            called_so = {name for name, record in records.items() if record.get("Status") == "DELETED"}
            assert deleted == called_so | ({row["id"] for row in kept} - records.keys()), one.table
            if one.lines[0]:
                living = [record for record in records.values() if record.get("Status") != "DELETED"]
                lines = [line for record in living for line in record.get(one.lines[0], ())]
                sql = f"SELECT count(*) AS n, sum(line_amount) AS s FROM xero.{one.lines[1]} WHERE NOT is_deleted"
                (row,) = warehouse.query(sql).to_pylist()
                assert (row["n"], row["s"]) == (len(lines), sum(line["LineAmount"] for line in lines)), one.lines[1]
        profits = {month: told.net_profit(month, month_end(month)) for month in months_from(place.month)}
    kept = warehouse.query(
        "SELECT period_start, amount FROM xero.profit_and_loss WHERE account_name = 'Net Profit'"
    ).to_pylist()
    assert {row["period_start"]: row["amount"] for row in kept} == profits


def differing(ours: dict[str, Any], theirs: dict[str, Any]) -> list[Any]:
    """Which fields of which records are not alike, in few words."""
    return [
        (name, field, ours.get(name, {}).get(field), theirs[name].get(field))
        for name in theirs
        for field in theirs[name].keys() | ours.get(name, {}).keys()
        if ours.get(name, {}).get(field) != theirs[name].get(field)
    ]


def exact(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def months_from(first: dt.date) -> list[dt.date]:
    months = [first]
    while (after := month_end(months[-1]) + dt.timedelta(days=1)) <= TODAY:
        months.append(after)
    return months


def has_no_holes(warehouse: Warehouse) -> None:
    """Of every row: each version ends where the next begins, and exactly one has no end."""
    holes = " UNION ALL ".join(
        f"""
        SELECT '{table.name}' AS name, count(*) AS n FROM (
            SELECT valid_from, valid_to, lead(valid_from) OVER (
                PARTITION BY {", ".join(table.primary_key)} ORDER BY valid_from, valid_to NULLS LAST, seen_at
            ) AS next FROM xero.{table.name}_history
        ) AS v WHERE valid_to IS DISTINCT FROM next OR valid_to < valid_from
        """
        for table in tables()
    )
    assert [row for row in warehouse.query(holes).to_pylist() if row["n"]] == []


def tables() -> list[Table]:
    return [table for name in COLLECTIONS for table in table_group(name)]


def knows_all_calls(warehouse: Warehouse, calls: Counter[str]) -> None:
    """No call that reached Xero is without a record, the last one before the kill too."""
    kept = warehouse.query("SELECT endpoint, count(*) AS n FROM xero.api_calls GROUP BY endpoint").to_pylist()
    known = Counter({row["endpoint"]: row["n"] for row in kept})
    assert not calls - known, (calls, known)


def can_be_made_again(place: Place, home: Home, warehouse: Warehouse) -> None:
    """Out of the landing zone, which never knows less than the warehouse."""
    shutil.copy(place.empty.path / "books.duckdb", home.path / "anew.duckdb")
    anew = Warehouse(f"duckdb:///{home.path / 'anew.duckdb'}")
    for _ in replay(Landing(Path(home.variables["XERO_LANDING"]), anew), anew):
        pass
    with anew.transaction(), warehouse.transaction():
        for table in tables():
            key = ", ".join(table.primary_key)
            raw = ", raw" if table.role == "record" else ""
            told = f"SELECT {key}, is_deleted{raw} FROM xero.{table.name} ORDER BY {key}"
            assert anew.query(told).to_pylist() == warehouse.query(told).to_pylist(), table.name
