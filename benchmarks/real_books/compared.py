"""What the ledger says beside what Xero's own journals say: document by document, and month by month."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from benchmarks.real_books.seeds import Moved, Seeds, moved

if TYPE_CHECKING:
    from xero_pipeline.warehouse.store import Warehouse


@dataclass(frozen=True, slots=True)
class Document:
    """A document of which the two say something else.

    Args:
        ours: What the ledger posts.
        problem: Why the ledger does not post it; empty where it does.
    """

    kind: str
    source_id: str
    ours: Moved
    theirs: Moved
    problem: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of a statement that differ for one cause.

    Args:
        months: The months, as 2019-11.
    """

    statement: str
    cause: str
    months: Sequence[str]
    figures: int


def documents(warehouse: Warehouse, seeds: Seeds) -> tuple[Mapping[str, int], list[Document]]:
    """How many documents of each kind were compared, and those that differ.

    Compared is what each moved on every account and day, to the cent, both ways: what Xero posted and we do not, what
    we post and Xero did not.
    """
    ours: dict[str, Moved] = defaultdict(dict)
    for source, account, day, net in _rows(
        warehouse,
        "SELECT source_id, account_id, journal_date, SUM(net_amount) AS net FROM ledger.journal_lines "
        "WHERE source_type <> 'UNEXPLAINED' GROUP BY source_id, account_id, journal_date HAVING SUM(net_amount) <> 0",
    ):
        ours[source][account, day] = net
    problems = dict(_rows(warehouse, "SELECT document_id, problem FROM ledger.documents WHERE problem IS NOT NULL"))
    kinds = {source: journals[0].source_type for source, journals in seeds.by_source.items()}
    differ = []
    for source in [*kinds, *(ours.keys() - kinds.keys())]:
        theirs = moved(seeds.by_source.get(source, ()))
        if ours.get(source, {}) != theirs:
            kind = kinds.get(source, "not in Xero's journals")
            differ.append(Document(kind, source, ours.get(source, {}), theirs, problems.get(source, "")))
    return Counter(kinds.values()), differ


def lines(warehouse: Warehouse, seeds: Seeds) -> list[str]:
    """Ids of the documents whose lines differ: by account and tax type what they come to, and their tax."""
    ours: dict[str, dict[tuple[str, str], tuple[Decimal, Decimal]]] = defaultdict(dict)
    for source, account, tax_type, net, tax in _rows(
        warehouse,
        "SELECT source_id, account_id, tax_type, SUM(net_amount), SUM(tax_amount) FROM ledger.journal_lines "
        "WHERE role = 'line' AND source_type <> 'UNEXPLAINED' GROUP BY source_id, account_id, tax_type",
    ):
        if net or tax:
            ours[source][account, tax_type] = (net, tax)
    differ = []
    for source, journals in seeds.by_source.items():
        nets: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        taxes: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for line in (line for journal in journals for line in journal.lines if line.tax_type):
            nets[line.account_id, line.tax_type] += line.net
            taxes[line.account_id, line.tax_type] += line.tax
        if {key: (nets[key], taxes[key]) for key in nets if nets[key] or taxes[key]} != ours.get(source, {}):
            differ.append(source)
    return differ


def tie_out(warehouse: Warehouse) -> tuple[int, int, list[Figures]]:
    """Months and figures that were compared with Xero's reports, and those that differ, by cause."""
    ((months, figures),) = _rows(
        warehouse, "SELECT COUNT(DISTINCT period_end), COUNT(*) AS figures FROM ledger.tie_out"
    )
    found = _rows(
        warehouse,
        "SELECT statement, cause, period_end FROM ledger.tie_out WHERE difference <> 0 ORDER BY statement, cause, "
        "period_end",
    )
    grouped: dict[tuple[str, str], list[str]] = defaultdict(list)
    for statement, cause, end in found:
        grouped[statement, cause].append(f"{end:%Y-%m}")
    return (
        months,
        figures,
        [
            Figures(statement, cause, list(dict.fromkeys(ends)), len(ends))
            for (statement, cause), ends in grouped.items()
        ],
    )


def unexplained(warehouse: Warehouse) -> Sequence[tuple[str, str, str, Decimal]]:
    """What no document shows, as the ledger posts it: month, account, cause, amount."""
    rows = _rows(
        warehouse,
        "SELECT l.journal_date, CONCAT_WS(' ', a.code, a.name), l.cause, l.net_amount FROM ledger.journal_lines AS l "
        "JOIN xero.accounts AS a ON a.account_id = l.account_id WHERE l.source_type = 'UNEXPLAINED' "
        "ORDER BY l.journal_date, a.code, a.name",
    )
    return [(f"{day:%Y-%m}", account, cause, net) for day, account, cause, net in rows]


def unknown(warehouse: Warehouse) -> Sequence[tuple[str, str, str, str, Decimal, Decimal]]:
    """Figures that nothing explains: month, statement, account, measure, ours, Xero's."""
    rows = _rows(
        warehouse,
        "SELECT period_end, statement, CONCAT_WS(' ', account_code, account_name), measure, our_amount, xero_amount "
        "FROM ledger.tie_out WHERE difference <> 0 AND cause = 'UNKNOWN' ORDER BY period_end, statement",
    )
    return [(f"{end:%Y-%m}", *rest) for end, *rest in rows]


def journal_differences(warehouse: Warehouse) -> int:
    """How many sources differ, by our own comparison with Xero's journals.

    Args:
        warehouse: Has a ledger that was kept with them.
    """
    ((count,),) = _rows(
        warehouse, "SELECT COUNT(DISTINCT source_id) AS n FROM ledger.journal_differences WHERE source_id <> '-'"
    )
    return count


def _rows(warehouse: Warehouse, sql: str) -> Iterator[tuple]:
    with warehouse.reading() as connection:
        yield from [tuple(row) for row in connection.exec_driver_sql(sql)]
