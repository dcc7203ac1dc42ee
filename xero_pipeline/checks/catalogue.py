"""A check of the books is one file, `<name>.sql`: its head says in plain words what it finds, the rest is one SELECT.

```sql
-- title: Drafts nobody touched for thirty days
-- why: A draft is in no report.
-- finds: …           what exactly; a line that goes on begins with several spaces
-- do: …              what a person does about it
-- evidence: …        what the columns are
-- severity: warning  (or error; a warning where it is not said)
select … as finding_key, … from xero.invoices where tenant_id = :tenant_id and date < cast(:today as date) - 30
```

It is asked for one organisation at a time, `:tenant_id`; `:today` is the day it is there. A row is a finding:
`finding_key` says which one it is, whatever else of it changes; the other columns are its evidence. None of them is an
age: the finding would be another one every day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from xero_pipeline.errors import ConfigurationError, QueryRefused
from xero_pipeline.queries.sql_statement import Statement, read_statement, writing_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.resources.abc import Traversable

TENANT, TODAY = "tenant_id", "today"
KEY = "finding_key"
_REQUIRED, _OPTIONAL = ("title", "why", "evidence"), ("finds", "do", "severity")
_SEVERITIES = ("warning", "error")
_SAID = re.compile(r"-- (?:(\w+): | +)(\S.*)")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class BooksCheck:
    """A check of the books.

    Args:
        name: Of the file, and of the check in Dagster.
        title: What it finds, in a few words.
        said: What its head says besides, by subject.
        statement: Its SELECT.
        source: The file, for whoever has to mend it.
    """

    name: str
    title: str
    said: Mapping[str, str]
    statement: Statement
    source: str

    @property
    def is_error(self) -> bool:
        """Whether a finding is an error; else it is a warning."""
        return self.said.get("severity") == "error"

    @property
    def asks_for_the_day(self) -> bool:
        """Whether another day may find something else in the same books."""
        return TODAY in self.statement.parameters

    @property
    def version(self) -> str:
        """Another one where it may find something else."""
        return sha256(self.statement.sql.encode()).hexdigest()


def books_checks(folder: Path | None = None) -> tuple[BooksCheck, ...]:
    """Ours, and those of a folder: one of the same name stands in the place of ours.

    Args:
        folder: XERO_CHECKS; None for ours alone.

    Raises:
        ConfigurationError: There is no such folder, or a file of it is no check; the message names file and line.
    """
    ours = files("xero_pipeline.checks").joinpath("sql").iterdir()
    found = {check.name: check for check in _read_all(ours)}
    if folder is not None:
        if not folder.is_dir():
            raise ConfigurationError(f"XERO_CHECKS: there is no folder {folder}. Make it, or correct the setting.")
        found |= {check.name: check for check in _read_all(folder.iterdir())}
    return tuple(found[name] for name in sorted(found))


def _read_all(entries: Iterable[Traversable]) -> Iterable[BooksCheck]:
    return (_read(one) for one in entries if one.name.endswith(".sql"))


def _read(file: Traversable) -> BooksCheck:
    name = file.name.removesuffix(".sql")
    if not _NAME.fullmatch(name):
        raise _wrong(file, 1, "call the file in small letters, digits and underscores, for that is the check's name")
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(file, 1, f"it cannot be read: {error}") from error
    said, length = _head(file, text.splitlines())
    if lacking := [subject for subject in _REQUIRED if subject not in said]:
        raise _wrong(file, 1, f"its head lacks `-- {lacking[0]}: …`")
    try:
        statement = read_statement(text)
    except QueryRefused as error:
        raise _wrong(file, length + 1, str(error)) from error
    if word := writing_word(text):
        raise _wrong(file, text.count("\n", 0, word.start()) + 1, f"a check only reads; {word[0].upper()} would not")
    if TENANT not in statement.parameters:
        raise _wrong(file, length + 1, f"it must ask for one organisation: where tenant_id = :{TENANT}")
    if unknown := sorted(statement.parameters - {TENANT, TODAY}):
        number = next(n for n, line in enumerate(text.splitlines(), 1) if f":{unknown[0]}" in line)
        raise _wrong(file, number, f":{unknown[0]} is no parameter of a check; there are :{TENANT} and :{TODAY}")
    return BooksCheck(name, said.pop("title"), said, statement, str(file))


def _head(file: Traversable, lines: list[str]) -> tuple[dict[str, str], int]:
    """What the head says, and how many lines it has."""
    said: dict[str, str] = {}
    subject = ""
    for number, line in enumerate(lines, 1):
        if not line.startswith("--"):
            return said, number - 1
        found = _SAID.fullmatch(line)
        subject = (found and found[1]) or subject
        if found is None or subject not in (*_REQUIRED, *_OPTIONAL):
            known = ", ".join((*_REQUIRED, *_OPTIONAL))
            raise _wrong(file, number, f"a line of the head is `-- subject: words`, and the subjects are {known}")
        said[subject] = f"{said[subject]} {found[2]}" if subject in said else found[2]
        if subject == "severity" and said[subject] not in _SEVERITIES:
            raise _wrong(file, number, f"severity is {' or '.join(_SEVERITIES)}, not {said[subject]}")
    return said, len(lines)


def _wrong(file: Traversable, line: int, told: str) -> ConfigurationError:
    return ConfigurationError(f"{file}, line {line} (XERO_CHECKS): {told.rstrip('.')}.")
