"""What people hang on records: files and notes.

Whether that moves a record's UpdatedDateUTC is not documented. In Xero's demo company bills have files and an instant
of 2010, before there were any (XeroAPI/xero-python, cassette of `test_invoice_attachment_upload_and_download`); so it
does not here, unless it is asked for.
"""

from __future__ import annotations

import datetime as dt
import mimetypes
from dataclasses import replace

from xero_simulator.attachments.cabinet import HistoryLine, told_of
from xero_simulator.attachments.written import ATTACHABLE, AttachedFile
from xero_simulator.company import Company
from xero_simulator.edits.working_copy import EditRefused, mark, open_copy
from xero_simulator.values.ids import stable_id
from xero_simulator.workbench import Record

_MOST = 10
_LONGEST_NOTE = 250


def attach(
    company: Company,
    wrapper: str,
    key: str,
    at: dt.datetime,
    *,
    name: str,
    content: bytes,
    include_online: bool = False,
    moves: bool = False,
) -> AttachedFile:
    """Attach a file to a record, or put another content in the place of the file of that name, which keeps its id.

    Args:
        wrapper: The kind of record.
        include_online: Whether the customer sees it beside the online invoice.
        moves: Whether the record's UpdatedDateUTC moves.

    Raises:
        EditRefused: Such records have no files, or it has ten already (developer.xero.com, Attachments).
    """
    record = _open(company, wrapper, key)
    files = list(company.cabinet.files(wrapper, record))
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    milliseconds = int(at.timestamp() * 1000)
    place = next((number for number, file in enumerate(files) if file.name == name), len(files))
    identity = stable_id(f"{key}/attachment/{company.revision}/{name}")
    added = AttachedFile(identity, name, kind, content, include_online, milliseconds)
    if place < len(files):
        added = replace(added, attachment_id=files[place].attachment_id)
    elif place >= _MOST:
        raise EditRefused("A record has ten files at most")
    files[place : place + 1] = [added]
    company.cabinet.put(wrapper, record, files)
    company.cabinet.tell(key, told_of(name, milliseconds))
    _settle(company, record, at, has_files=True, moves=moves)
    return added


def detach(company: Company, wrapper: str, key: str, at: dt.datetime, *, name: str, moves: bool = False) -> None:
    """Remove a file from a record. People can, apps cannot; what the history tells of it is not known.

    Args:
        wrapper: The kind of record.
        moves: Whether the record's UpdatedDateUTC moves.

    Raises:
        EditRefused: It has no such file.
    """
    record = _open(company, wrapper, key)
    files = company.cabinet.files(wrapper, record)
    left = [file for file in files if file.name != name]
    if len(left) == len(files):
        raise EditRefused(f"There is no file {name}")
    company.cabinet.put(wrapper, record, left)
    _settle(company, record, at, has_files=bool(left), moves=moves)


def add_note(company: Company, key: str, at: dt.datetime, text: str, *, user: str = "") -> None:
    """Write a note on a record.

    Args:
        key: The record's id.
        user: Who writes it; empty for an app, whose notes are by "System Generated".

    Raises:
        EditRefused: It is longer than Xero takes (developer.xero.com, History and Notes).
    """
    if len(text) > _LONGEST_NOTE:
        raise EditRefused("A note has 250 letters at most")
    company.cabinet.tell(key, HistoryLine("Note", int(at.timestamp() * 1000), user, text))
    company.revision += 1


def _open(company: Company, wrapper: str, key: str) -> Record:
    if wrapper not in ATTACHABLE:
        raise EditRefused(f"{wrapper} have no files")
    return open_copy(company, wrapper, key)


def _settle(company: Company, record: Record, at: dt.datetime, *, has_files: bool, moves: bool) -> None:
    if "HasAttachments" in record:
        record["HasAttachments"] = has_files
    if moves:
        mark(company, at, record)
    else:
        company.revision += 1
