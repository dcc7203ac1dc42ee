"""The built-in queries: one `.sql` file each, which says in its first lines what it answers.

```sql
-- title: Who owes us
-- answers: One line for people who choose.
-- parameter: day (date, default today): what is due before this day is overdue
-- total: owed, overdue                  (columns that are summed up below the table)
with chosen as (select tenant_id, organisation from organisations_called(:organisation))
select … from metric(receivables, :day) … share(100, owed, all_owed) … own(:day, tenant_id) …
```

`queries/macros.py` has the macros.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, cast

from xero_pipeline import clock
from xero_pipeline.errors import QueryRefused
from xero_pipeline.queries.execution import asking
from xero_pipeline.queries.ledger_note import require_ledger
from xero_pipeline.queries.macros import expanded
from xero_pipeline.queries.parameters import KINDS, Kind, Parameter
from xero_pipeline.warehouse.organisation_names import NAMED
from xero_pipeline.warehouse.time_zones import day_in

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from xero_pipeline.warehouse.query_stream import QueryStream
    from xero_pipeline.warehouse.store import Warehouse

_SAID = re.compile(r"-- (title|answers|parameter|total): (.+)")
_PARAMETER = re.compile(r"(\w+) \((\w+), default ([^)]+)\): (.+)")
_ORGANISATION = "organisation"
_KNOWN = f"""
select o.tenant_id, o.timezone, n.name, n.own_name from xero.organisations as o
join {NAMED} as n on n.tenant_id = o.tenant_id order by n.name
"""


@dataclass(frozen=True, slots=True)
class BuiltInQuery:
    """A built-in query.

    Args:
        parameters: What it can be told.
        totals: The columns to sum up.
        text: The statement as it is in the file.
    """

    name: str
    title: str
    answers: str
    parameters: tuple[Parameter, ...]
    totals: tuple[str, ...]
    text: str

    def sql(self, dialect: str, others: Mapping[str, Mapping[str, Collection[str]]] | None = None) -> str:
        """The statement for a database.

        Args:
            dialect: `duckdb` or `postgresql`.
            others: By parameter the parameters that stand in its place for some organisations, with their tenant ids.
        """
        return expanded(self.text, dialect, others or {})

    def values(self, given: Mapping[str, object], today: date | None = None) -> dict[str, object]:
        """The values of all its parameters.

        Args:
            given: What a person said; the rest has its default.
            today: The day on which it is asked.

        Raises:
            QueryRefused: There is no such parameter, or it takes no such value.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        if unknown := sorted(set(given) - set(known)):
            raise QueryRefused(f"{self.name} has no parameter {unknown[0]}. It has: {', '.join(known)}.")
        day = today or clock.today()
        return {name: parameter.value(given.get(name), day) for name, parameter in known.items()}

    def told(self, given: Mapping[str, object], days: Collection[date]) -> str:
        """Of when it tells, in words: `day 2026-10-31`, or `since 2026-01, until 2026-12`.

        Args:
            given: What a person said; the rest has its default.
            days: The days on which it is asked: those of the organisations.

        Raises:
            QueryRefused: As `values`.
        """
        every = [self.values(given, day) for day in sorted(set(days))] or [self.values(given)]
        forms = {"date": "%Y-%m-%d", "month": "%Y-%m"}
        told = {
            one.name: dict.fromkeys(day.strftime(forms[one.kind]) for values in every if (day := _date_in(values, one)))
            for one in self.parameters
        }
        return ", ".join(f"{name} {' or '.join(days)}" for name, days in told.items() if days)


@cache
def names() -> tuple[str, ...]:
    """The names of all, without reading any."""
    found = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(name.removesuffix(".sql") for name in found if name.endswith(".sql")))


def ready_query(name: str) -> BuiltInQuery:
    """The one of that name.

    Args:
        name: As `names` has it; hyphens do as well.

    Raises:
        QueryRefused: There is none; the message offers the nearest.
    """
    wanted = name.replace("-", "_")
    if wanted not in names():
        near = get_close_matches(wanted, names(), n=2)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise QueryRefused(
            f"There is no built-in query {name}.{hint} `xero-pipeline query --list` shows them; a query of your own is "
            'written in quotes: xero-pipeline query "select …"'
        )
    return _read(wanted, _folder().joinpath(f"{wanted}.sql"))


def days_asked(
    warehouse: Warehouse, query: BuiltInQuery, given: Mapping[str, object], at: datetime | None = None
) -> dict[str, date]:
    """The organisations that a query is asked of, each with its day.

    Args:
        given: What it is told; the rest has its default.
        at: When it is asked; None for now.

    Raises:
        QueryRefused: A parameter is wrong, or there is no such organisation.
        ConfigurationError: There is no warehouse yet.
        WarehouseBusy: Another process held the file all the time.
    """
    wanted, now = query.values(given).get(_ORGANISATION), at or clock.now()
    with asking(warehouse, _KNOWN, sandboxed=False) as answer:
        known = [row for table in answer.batches for row in table.to_pylist()]
    names = ("tenant_id", "name", "own_name")
    chosen = [one for one in known if wanted is None or _plain(wanted) in {_plain(one[name]) for name in names}]
    if wanted is not None and not chosen:
        listed = ", ".join(f"{one['name']} ({one['tenant_id']})" for one in known) or "none was synced yet"
        raise QueryRefused(f"There is no organisation “{wanted}” in the warehouse. Known: {listed}.")
    return {one["tenant_id"]: day_in(one["timezone"], now) for one in chosen}


@contextmanager
def asking_ready(
    warehouse: Warehouse, query: BuiltInQuery, given: Mapping[str, object], days: Mapping[str, date] | None = None
) -> Generator[QueryStream]:
    """Ask one of them.

    Args:
        given: What it is told; the rest has its default.
        days: From `days_asked`; None for those of now.

    Yields:
        The answer, to be taken before the block ends.

    Raises:
        QueryRefused: A parameter is wrong, or there is no such organisation.
        ConfigurationError: There is no warehouse yet, or no ledger that it reads.
        WarehouseBusy: Another process held the file all the time.
    """
    days = days_asked(warehouse, query, given) if days is None else days
    require_ledger(warehouse, query.name, query.text)
    usual, *more = [day for day, _ in Counter(days.values()).most_common()] or [None]
    values = query.values(given, usual)
    others: dict[str, dict[str, list[str]]] = {}
    for number, day in enumerate(more):
        for name, value in query.values(given, day).items():
            if value != values[name]:
                others.setdefault(name, {})[f"{name}_{number}"] = [one for one in days if days[one] == day]
                values |= {f"{name}_{number}": value}
    with asking(warehouse, query.sql(database(warehouse), others), values, sandboxed=False) as answer:
        yield answer


def _plain(name: object) -> str:
    return str(name or "").strip().casefold()


def _date_in(values: Mapping[str, object], parameter: Parameter) -> date | None:
    found = values[parameter.name]
    return found if isinstance(found, date) else None


def database(warehouse: Warehouse) -> str:
    """Which kind of database it is: `duckdb` or `postgresql`."""
    return warehouse.dialect.engine(read_only=True).dialect.name


def _folder() -> Traversable:
    return files(__package__ or "xero_pipeline.queries").joinpath("built_in")


@cache
def _read(name: str, source: Traversable) -> BuiltInQuery:
    said: dict[str, list[str]] = {"title": [], "answers": [], "parameter": [], "total": []}
    lines = source.read_text(encoding="utf-8").splitlines()
    head = [found for line in lines if (found := _SAID.fullmatch(line))]
    for found in head:
        said[found[1]].append(found[2])
    return BuiltInQuery(
        name=name,
        title=said["title"][0],
        answers=said["answers"][0],
        parameters=tuple(_parameter(name, text) for text in said["parameter"]),
        totals=tuple(column.strip() for text in said["total"] for column in text.split(",")),
        text="\n".join(lines[len(head) :]) + "\n",
    )


def _parameter(query: str, text: str) -> Parameter:
    found = _PARAMETER.fullmatch(text)
    if found is None or found[2] not in KINDS:
        raise ValueError(f"{query}.sql: a parameter is `name (kind, default words): help`, not {text}")
    return Parameter(found[1], cast("Kind", found[2]), found[3], found[4])
