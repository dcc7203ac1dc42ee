"""A statement as a file that is sent, kept or opened in a spreadsheet."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from xero_pipeline import clock
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.files.csv_text import csv_text
from xero_pipeline.files.statement_layouts import sheet_of
from xero_pipeline.files.workbook import workbook

if TYPE_CHECKING:
    from pathlib import Path

    from xero_pipeline.files.drawn_statement import DrawnStatement

FileForm = Literal["csv", "xlsx"]
FORMS: tuple[FileForm, ...] = get_args(FileForm)
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file in memory.

    Args:
        name: What to call it, with its ending: letters, digits and hyphens.
        media_type: Its type, for browsers.
    """

    name: str
    media_type: str
    content: bytes


def statement_file(statement: DrawnStatement, form: FileForm) -> MadeFile:
    """Write a statement into a file.

    Args:
        form: `csv` has every field of every row by its name; `xlsx` the statement as people read it.

    Raises:
        ConfigurationError: A workbook has no room for so many rows.
    """
    if form == "csv":
        # Spreadsheets take UTF-8 without this mark for another encoding.
        content = csv_text(statement.records).encode("utf-8-sig")
    else:
        made_at = statement.as_of or clock.now()
        content = workbook(
            [sheet_of(statement)], title=statement.title, organisation=statement.organisation, made_at=made_at
        )
    return MadeFile(f"{statement.file_stem}.{form}", MEDIA_TYPES[form], content)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all; one that was there is replaced.

    Raises:
        ConfigurationError: It cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            draft.touch(mode=0o600)
            draft.write_bytes(content)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise ConfigurationError(f"The file {path} cannot be written: {error.strerror}.") from error
