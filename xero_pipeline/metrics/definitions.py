"""A metric is one file, `sql/<name>.sql`: its head says in plain words what it means, the rest is its SQL.

The SQL is a template that both databases understand. `asked` is a query of whom and when: the columns `tenant_id` and
`as_of`, or `tenant_id`, `since` and `until` for what goes by month: the first days of the first and the last month.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from xero_pipeline.ageing import BUCKETS
from xero_pipeline.ledger.exact_sql import known_rate_sql, share_sql, to_base_sql
from xero_pipeline.ledger.statements.aged import aged_documents_sql
from xero_pipeline.ledger.statements.open_documents import EVERY, ONE, open_documents_sql
from xero_pipeline.ledger.statements.open_records import Side
from xero_pipeline.ledger.statements.sections import COST_OF_SALES, INCOME, OPERATING, OTHER_INCOME
from xero_pipeline.ledger.tables import ledger_tables, named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment

    from xero_pipeline.ageing import Ageing

_SAID = re.compile(r"-- (?:(\w[\w ]*): | +)(.+)")
_BY_NOBODY = "select null as tenant_id"
_HEAD = re.compile(r"\A(?:--[^\n]*\n)+")


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure and what it means.

    Args:
        title: What people call it.
        said: What its head says of it, by subject: means, row, signs, currency, leaves out, proof and others.
    """

    name: str
    title: str
    said: Mapping[str, str]


@cache
def names() -> tuple[str, ...]:
    """The names of all metrics; a file that begins with an underscore is a part of some."""
    folder = files("xero_pipeline.metrics").joinpath("sql")
    return tuple(
        sorted(
            one.name.removesuffix(".sql")
            for one in folder.iterdir()
            if one.name.endswith(".sql") and not one.name.startswith("_")
        )
    )


@cache
def metric(name: str) -> Metric:
    """The metric of that name.

    Args:
        name: As `names` has it.

    Raises:
        KeyError: There is none.
    """
    if name not in names():
        raise KeyError(f"no metric {name}")
    said: dict[str, str] = {}
    subject = ""
    for line in _text(name).splitlines():
        found = _SAID.fullmatch(line)
        if found is None:
            break
        subject = found[1] or subject
        said[subject] = f"{said[subject]} {found[2]}" if subject in said else found[2]
    return Metric(name, said.pop("title"), said)


def metric_sql(dialect: str, name: str, asked: str, *, ageing: Ageing = "days", every: bool = True) -> str:
    """A metric as a query.

    Args:
        dialect: `duckdb` or `postgresql`.
        asked: A query of whom and when, as the head of this file says.
        every: Whether `asked` may name several organisations; else it is the one of the parameter `:tenant_id`, which
            spares a database the others' documents.
    """
    whose = EVERY if every else ONE

    def open_documents(side: Side) -> str:
        return open_documents_sql(dialect, side, asked, whose)

    def open_by_age(side: Side) -> str:
        return aged_documents_sql(dialect, side, asked, ageing, whose)

    told: dict[str, Any] = {
        "asked": asked,
        "open_documents": open_documents,
        "open_by_age": open_by_age,
        "to_base": partial(to_base_sql, dialect),
        "known_rate": known_rate_sql,
        "share": partial(share_sql, dialect),
    }
    return _HEAD.sub("", _environment().get_template(f"{metric(name).name}.sql").render(told)).strip()


def needs_ledger(name: str) -> bool:
    """Whether a metric reads the tables of the ledger; what is open is read from the documents, as the ledger does."""
    # Of one metric another may be made: only the whole query shows what it reads.
    return any(f" {named(table.name)} " in metric_sql("duckdb", name, _BY_NOBODY) for table in ledger_tables())


def _text(name: str) -> str:
    return files("xero_pipeline.metrics").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # It writes SQL, not HTML: escaping would break it, and nothing in it comes from outside.
    loader = PackageLoader("xero_pipeline.metrics", "sql")
    made: Any = Environment(loader=loader, undefined=StrictUndefined, autoescape=False, trim_blocks=True)  # noqa: S701
    made.globals |= {
        "named": named,
        "buckets": BUCKETS,
        "income": INCOME.title,
        "other_income": OTHER_INCOME.title,
        "cost_of_sales": COST_OF_SALES.title,
        "expenses": OPERATING.title,
    }
    return made
