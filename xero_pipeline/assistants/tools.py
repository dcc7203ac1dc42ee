"""The tools of an assistant: each a question to the books, all of them reading."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from mcp.types import CallToolResult
from pydantic import Field

from xero_pipeline.assistants import organisations as known_organisations
from xero_pipeline.assistants.answers import answer, in_records, in_rows, moment_of, records, refusal
from xero_pipeline.assistants.descriptions import What, described
from xero_pipeline.assistants.documents import found_document
from xero_pipeline.assistants.statements import StatementName, days
from xero_pipeline.calendar import month_start
from xero_pipeline.errors import ConfigurationError, XeroPipelineError
from xero_pipeline.files.catalogue import account_id_of, read_statement
from xero_pipeline.files.statement_kinds import STATEMENT_KINDS
from xero_pipeline.files.statement_request import StatementRequest
from xero_pipeline.ledger.cash_basis.lines import Basis
from xero_pipeline.ledger.reconcile import differences as tie_out
from xero_pipeline.ledger.statements.columns import Comparison
from xero_pipeline.ledger.statements.entity import newest_day
from xero_pipeline.queries.bounds import asking_bounded
from xero_pipeline.queries.catalogue import asking_ready, days_asked, ready_query
from xero_pipeline.queries.execution import looking
from xero_pipeline.queries.ledger_note import first_sync
from xero_pipeline.queries.rows import answer_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.ageing import Ageing
    from xero_pipeline.assistants.organisations import KnownOrganisation
    from xero_pipeline.queries.rows import RowStream
    from xero_pipeline.warehouse.store import Warehouse

_LOG = logging.getLogger(__name__)
MOST_ORGANISATIONS = 25
"""Of which an answer says how each stands; of others it says how many there are."""
MOST_LISTED = 100
"""The same where organisations are listed."""

_WHOSE = "Name, a part that no other name has, or tenant id; may be left out where there is only one."
Whose = Annotated[str | None, Field(description=_WHOSE)]
First = Annotated[str | None, Field(description="First day, 2026-10-01 or 2026-10. Default: of last_day's month.")]
Last = Annotated[str | None, Field(description="Last day, 2026-10-31 or 2026-10. Default: today.")]


def _told(tool: Callable[..., CallToolResult]) -> Callable[..., CallToolResult]:
    """Log that it was asked; an error is an answer, too, and no word of it is an instruction."""

    @functools.wraps(tool)
    def asked(*args: Any, **kwargs: Any) -> CallToolResult:
        _LOG.info("An assistant asks for %s", tool.__name__)
        try:
            return tool(*args, **kwargs)
        except XeroPipelineError as error:
            return refusal(error.message)

    return asked


class Tools:
    """The tools, over a warehouse. The docstring of each is what assistants read.

    Args:
        warehouse: Which is only looked at.
        ageing: The columns of what is open.
    """

    def __init__(self, warehouse: Warehouse, ageing: Ageing) -> None:
        self._warehouse = warehouse
        self._ageing: Ageing = ageing

    @property
    def all(self) -> Sequence[Callable[..., CallToolResult]]:
        """Every one."""
        return (self.organisations, self.describe, self.statement, self.explain, self.built_in_query, self.sql)

    @_told
    def organisations(
        self, search: Annotated[str | None, Field(description="Part of the name or tenant id; of many.")] = None
    ) -> CallToolResult:
        """List the organisations in the warehouse. Begin here.

        Tenant id, name, base currency, today's date there, first and last posting, last sync, and whether the books are
        reconciled with Xero's reports.
        """
        part = (search or "").strip().casefold()
        with looking(self._warehouse) as connection:
            everyone = known_organisations.known(connection)
            found = [one for one in everyone if part in one.name.casefold() or part in one.tenant_id]
            rows = known_organisations.described(connection, found[:MOST_LISTED])
            about = self._about(connection, found, most=MOST_LISTED)
        return answer(about, {**in_records(rows), "is_complete": len(found) <= MOST_LISTED})

    @_told
    def describe(
        self, what: What, name: Annotated[str | None, Field(description="One of them, in full.")] = None
    ) -> CallToolResult:
        """Describe what can be asked for, all of it in a line each, or one thing in full.

        Tables (with their columns), metrics (what each figure means), built-in queries (with their parameters) or
        statements.
        """
        return answer({what: described(what, name)}, {})

    @_told
    def statement(
        self,
        name: StatementName,
        organisation: Whose = None,
        first_day: First = None,
        last_day: Last = None,
        basis: Basis = "accrual",
        account: Annotated[str | None, Field(description="Of a general ledger: code, name or id.")] = None,
        compare: Annotated[list[Comparison] | None, Field(description="Further columns.")] = None,
        by: Annotated[str | None, Field(description="month, quarter, or the name of a tracking category.")] = None,
    ) -> CallToolResult:
        """Draw a statement of an organisation from its general ledger, for any day or range."""
        kind = STATEMENT_KINDS[name]
        if basis == "cash" and not kind.with_basis:
            raise ConfigurationError(f"{name} is the same on both bases: leave basis out.")
        if (compare or by) and name not in {"profit-and-loss", "balance-sheet"}:
            raise ConfigurationError("Columns stand beside a profit and loss or a balance sheet alone.")
        with looking(self._warehouse) as connection:
            one = known_organisations.chosen(known_organisations.known(connection), organisation)
            _require_ledger(connection, one)
            first, last = days(first_day, last_day, one.today)
            wanted = StatementRequest(
                name,
                None if kind.of_a_day else first,
                last,
                basis if kind.with_basis else None,
                compare=tuple(compare or ()),
                by=by,
                account=account,
            )
            drawn = read_statement(connection, one.tenant_id, wanted, ageing=self._ageing)
            about = self._about(connection, [one], basis=wanted.basis or "the same on both bases")
        told = {
            "statement": name,
            "from": str(wanted.first),
            "to": str(last),
            "reconciliation": drawn.reconciliation.words,
        }
        return answer({**told, **about}, in_records(drawn.records))

    @_told
    def explain(
        self,
        organisation: Whose = None,
        account: Annotated[str | None, Field(description="Code, name or id; with a month.")] = None,
        month: Annotated[str | None, Field(description="As 2026-10; with an account.")] = None,
        document: Annotated[str | None, Field(description="Number or id; alone.")] = None,
    ) -> CallToolResult:
        """Explain figures of an organisation, or a document.

        Without an account every figure of the ledger that differs from Xero's reports, with its likely cause; with
        account and month what moved there, by source, and the documents behind a difference. With a document what it
        says, its line items, its payments and allocations, and its journal lines.
        """
        if (account is None) != (month is None) or (document and account):
            raise ConfigurationError("Give an account and a month, or a document, or none of them.")
        with looking(self._warehouse) as connection:
            one = known_organisations.chosen(known_organisations.known(connection), organisation)
            _require_ledger(connection, one)
            about = self._about(connection, [one], basis="accrual")
            if document is not None:
                return answer(about, found_document(connection, one.tenant_id, document))
            if account is None:
                found = tie_out.differences(connection, tenant_id=one.tenant_id, once=True)
                return answer(about, {"differences": records(found)})
            start = month_start(days(month, month, one.today)[0])
            wanted = account_id_of(connection, one.tenant_id, account)
            figures = tie_out.figures(connection, one.tenant_id, wanted, start)
            off = next((figure for figure in figures if figure.difference), None)
            data = {
                "figures": records(figures),
                "movements": records(tie_out.movements(connection, one.tenant_id, wanted, start)),
                "documents": records(tie_out.suspects(connection, off) if off else ()),
            }
        return answer({"month": f"{start:%Y-%m}", **about}, data)

    @_told
    def built_in_query(
        self,
        name: Annotated[str, Field(description="As `describe` lists queries.")],
        parameters: Annotated[dict[str, str] | None, Field(description="Those that are not as usual.")] = None,
    ) -> CallToolResult:
        """Ask a built-in query, such as receivables or profit_and_loss: its figures are the defined metrics."""
        ready, given = ready_query(name), parameters or {}
        asked = days_asked(self._warehouse, ready, given)
        with asking_ready(self._warehouse, ready, given, asked) as stream:
            data = _rows(answer_of(stream))
        with looking(self._warehouse) as connection:
            everyone = [one for one in known_organisations.known(connection) if one.tenant_id in asked]
            about = self._about(connection, everyone, basis="as the query says")
        return answer({"query": ready.title, "of": ready.told(given, asked.values()), **about}, data)

    @_told
    def sql(self, query: Annotated[str, Field(description="One SELECT.")]) -> CallToolResult:
        """Ask in SQL (DuckDB's or PostgreSQL's) what nothing else answers.

        One SELECT over the tables that `describe` lists, at most 1,000 rows and 20 seconds. Tables hold all
        organisations: filter by tenant_id, and leave out rows that are is_deleted. Amounts come as exact text.
        """
        with asking_bounded(self._warehouse, query) as stream:
            rows = answer_of(stream)
            data = _rows(rows)
        with looking(self._warehouse) as connection:
            everyone = _named_in(data, known_organisations.known(connection))
            about = self._about(connection, everyone, basis="as the query says")
        return answer(about, data)

    def _about(
        self,
        connection: Connection,
        organisations: Sequence[KnownOrganisation],
        *,
        basis: str = "",
        most: int = MOST_ORGANISATIONS,
    ) -> Mapping[str, object]:
        """What has to be known of every answer."""
        stands = known_organisations.standing(connection, organisations)
        reconciled = sum(bool(one["is_reconciled"]) for one in stands)
        told: dict[str, object] = {"basis": basis} if basis else {}
        told |= {"books_as_of": moment_of(self._warehouse), "organisations": stands[:most]}
        return told | {"organisations_in_all": len(stands), "organisations_reconciled": reconciled}


def _rows(rows: RowStream) -> Mapping[str, object]:
    return in_rows(rows.names, rows.rows)


def _named_in(data: Mapping[str, object], everyone: Sequence[KnownOrganisation]) -> Sequence[KnownOrganisation]:
    """The organisations in the rows, if the rows say so; else any may be in them."""
    columns: Any = data["columns"]
    rows: Iterable[Any] = data["rows"]  # pyright: ignore[reportAssignmentType]
    if "tenant_id" not in columns:
        return everyone
    place = columns.index("tenant_id")
    named = {row[place] for row in rows}
    return [one for one in everyone if one.tenant_id in named]


def _require_ledger(connection: Connection, one: KnownOrganisation) -> None:
    if newest_day(connection, one.tenant_id) is None:
        raise ConfigurationError(f"The ledger has no journals of this organisation yet. {first_sync(connection)}")
