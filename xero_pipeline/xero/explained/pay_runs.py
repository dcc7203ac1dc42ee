"""Pay runs of an organisation, by the payroll of its country, as one list of records in one form.

A record has what Xero says of a pay run as a whole, and its lines: sums over all employees, by pay item and account. A
pay run that says what it said before keeps the lines it had: Xero posted it on the accounts of then, and its payslips
need not be read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from xero_pipeline.xero.explained import australia, payslips
from xero_pipeline.xero.explained.australia import AustralianAccounts
from xero_pipeline.xero.explained.composed_list import ComposedList
from xero_pipeline.xero.explained.known import KnownBefore
from xero_pipeline.xero.explained.pay_run_lines import Lines
from xero_pipeline.xero.explained.payslips import NOT_CHOSEN, PayItemAccounts
from xero_pipeline.xero.pagination.list_request import ListRequest
from xero_pipeline.xero.pagination.page import Page
from xero_pipeline.xero.values import is_object, loads

_POSTED = "POSTED"
_READ_BY = 1
"""Goes up when the lines of a pay run are made in another way: then all of them are made again."""


def read_pay_runs(request: ListRequest, known: KnownBefore) -> Page:
    """All pay runs; none, and one call, in a country without a payroll of Xero's.

    Raises:
        XeroPipelineError: As `XeroClient.get`.
    """
    answers = ComposedList(request)
    country = _country(answers)
    if country == "AU":
        headers, source = australia.pay_run_headers(answers), "totals"
    elif country in {"NZ", "UK"}:
        headers, source = payslips.pay_run_headers(answers), "payslips" if request.endpoint.payslips else None
    else:
        return answers.page([])
    again = known.is_full or not headers
    before: dict[str, Any] = {} if again else {name: loads(text) for name, text in known.records().items()}
    lines = _Posting(answers, country, source)
    return answers.page([_as_before(one, before, source) or lines.record(one) for one in headers])


def _country(answers: ComposedList) -> str:
    """The country whose payroll an organisation has: its edition of Xero says so."""
    return str(answers.organisation().get("Version") or "").removesuffix("ONRAMP")


def _as_before(header: Mapping[str, Any], known: Mapping[str, Any], source: str | None) -> dict[str, Any] | None:
    """The record there is of a pay run, if nothing of it changed and its lines come from where they would now."""
    before = known.get(str(header.get("PayRunID")))
    if not is_object(before) or before.get("ReadBy") != _READ_BY:
        return None
    same = all(before.get(name) == value for name, value in header.items())
    was_read = before.get("LinesFrom") in {source, "payslips"} and before.get("LinesFrom") is not None
    return before if same and (was_read or header.get("Status") != _POSTED) else None


class _Posting:
    """What pay runs post; the accounts of pay items are asked for when the first needs them."""

    def __init__(self, answers: ComposedList, country: str, source: str | None) -> None:
        self._answers = answers
        self._country = country
        self._source = source
        self._payslips = answers.request.endpoint.payslips

    def record(self, header: Mapping[str, Any]) -> dict[str, Any]:
        """A pay run with its lines, if it is posted."""
        lines, problem = self._lines(header) if header.get("Status") == _POSTED else ([], None)
        # Payslips that come to something else are not read again and again; a problem of totals costs no call.
        source = self._source if lines or self._source == "payslips" else None
        if problem == australia.UNEQUAL_PAYSLIPS or any(line["PayItemID"] for line in lines):
            source = "payslips"
        told = {"LinesFrom": source, "Problem": problem, "ReadBy": _READ_BY}
        return {**header, **told, "Lines": lines}

    def _lines(self, header: Mapping[str, Any]) -> Lines:
        if self._source is None:
            return [], NOT_CHOSEN
        if self._country == "AU":
            lines, problem = self._australian.lines(header)
            if problem and self._payslips and problem != australia.UNEQUAL:
                return self._australian.lines_of_payslips(self._answers, header)
            return lines, problem
        return self._by_pay_item.lines(self._answers, header)

    @cached_property
    def _australian(self) -> AustralianAccounts:
        return AustralianAccounts.read(self._answers)

    @cached_property
    def _by_pay_item(self) -> PayItemAccounts:
        return PayItemAccounts.read(self._answers, "NZ" if self._country == "NZ" else "UK")
