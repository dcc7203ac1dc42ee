"""What stands in a built-in query for SQL that the two databases write differently, or that all of them have in common.

`share(amount, part, whole)` stands for a part of an amount: an exact division, which the two databases write
differently. `own(:day, tenant_id)` is a day or month as it is for that organisation: unless somebody named one, today
is another day in New Zealand than in Alaska.
`organisations_called(:organisation)` are those that a person chose, all where nobody did, each with its name and its
base currency.
`metric(name, :day)`, or `metric(name, :since, :until)` of months, is a figure as `metrics/sql` defines it, of the
organisations in `chosen`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from xero_pipeline.ledger.exact_sql import share_sql
from xero_pipeline.warehouse.organisation_names import NAMED
from xero_pipeline.warehouse.sql import among

_METRIC = re.compile(r"\bmetric\((\w+), :(\w+)(?:, :(\w+))?\)")
_SHARE = re.compile(r"\bshare\(([\w.]+), ([\w.]+), ([\w.]+)\)")
_OWN = re.compile(r"\bown\(:(\w+), ([\w.]+)\)")
_CALLED = re.compile(r"\borganisations_called\(:(\w+)\)")

Others = Mapping[str, Mapping[str, Collection[str]]]
"""By parameter the parameters that stand in its place for some organisations, with their tenant ids."""


def expanded(text: str, dialect: str, others: Others) -> str:
    """A query without macros.

    Args:
        dialect: `duckdb` or `postgresql`.
    """
    told = _METRIC.sub(lambda found: _metric_sql(dialect, *found.groups()), text)
    told = _SHARE.sub(lambda found: share_sql(dialect, found[1], found[2], found[3]), told)
    told = _CALLED.sub(lambda found: _called_sql(found[1]), told)
    return _OWN.sub(lambda found: _own_sql(found[1], found[2], others.get(found[1], {})), told)


def reads_metrics(text: str) -> bool:
    """Whether a query has figures that are metrics, or the ledger's own."""
    return _METRIC.search(text) is not None or " ledger." in text


def reads_ledger(text: str) -> bool:
    """Whether a query has a figure that the ledger has to be kept for."""
    from xero_pipeline.metrics.definitions import needs_ledger

    return " ledger." in text or any(needs_ledger(found[1]) for found in _METRIC.finditer(text))


def _metric_sql(dialect: str, name: str, first: str, last: str | None) -> str:
    """A metric in brackets; the days in it are for `_own_sql` to fill in."""
    from xero_pipeline.metrics.definitions import metric_sql

    days = f"own(:{first}, tenant_id) as as_of"
    if last is not None:
        days = f"own(:{first}, tenant_id) as since, own(:{last}, tenant_id) as until"
    return f"(\n{metric_sql(dialect, name, f'select distinct tenant_id, {days} from chosen')}\n)"


def _called_sql(parameter: str) -> str:
    said = f"cast(:{parameter} as text)"
    return (
        f"(\n        select tenant_id, name as organisation, base_currency from {NAMED} as named\n"
        f"        where {said} is null or lower(trim({said})) in\n"
        "            (lower(tenant_id), lower(trim(name)), lower(trim(own_name)))\n"
        "    ) as called"
    )


def _own_sql(parameter: str, tenant_id: str, others: Mapping[str, Collection[str]]) -> str:
    usual = f"cast(:{parameter} as date)"
    if not others:
        return usual
    cases = " ".join(
        f"when {tenant_id} in {among(tenants)} then cast(:{other} as date)" for other, tenants in others.items()
    )
    return f"case {cases} else {usual} end"
