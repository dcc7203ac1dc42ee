"""How an edit takes hold: a fresh copy in the record's place, a new instant, a new revision."""

from __future__ import annotations

import datetime as dt

from xero_simulator.company import Company
from xero_simulator.values.days import wire_ms, wire_ms_string
from xero_simulator.workbench import Record

_LISTS = ("Payments", "Allocations", "CreditNotes", "Prepayments", "Overpayments", "LineItems")


class EditRefused(ValueError):
    """The edit is one that Xero does not allow, such as voiding an invoice that has a payment."""


def open_copy(company: Company, wrapper: str, key: str) -> Record:
    """Put a fresh copy of a record in its place and return it for changes.

    Args:
        wrapper: The kind of record.

    Raises:
        EditRefused: There is no such record.
    """
    record = company.bench.tables.get(wrapper, {}).get(key)
    if record is None:
        raise EditRefused(f"There is no {key} among the {wrapper}")
    copy = {**record, **{name: list(record[name]) for name in _LISTS if name in record}}
    company.bench.tables[wrapper][key] = copy
    return copy


def mark(company: Company, at: dt.datetime, *records: Record) -> None:
    """Move the instant of the last change of records and raise the company's revision.

    Args:
        at: The instant, with its zone.
    """
    milliseconds = int(at.timestamp() * 1000)
    for record in records:
        if "UpdatedDateUTC" in record:
            record["UpdatedDateUTC"] = wire_ms(milliseconds)
        if "UpdatedDateUTCString" in record:
            record["UpdatedDateUTCString"] = wire_ms_string(milliseconds)
    company.revision += 1


def oldest_change(company: Company, wrapper: str) -> str:
    """The id of the record that was changed longest ago: the first of the first page.

    Args:
        wrapper: The kind of record.
    """
    table = company.bench.tables[wrapper]
    return min(table, key=lambda key: (int(table[key]["UpdatedDateUTC"][6:-7]), key))
