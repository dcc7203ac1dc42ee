"""The layouts as their newest revisions have them, pinned: a change of a declaration shows in review, and in a test.

`make layout` pins them again. It refuses where the newest revision was released already, for `version` in
`pyproject.toml` is that of the last release: then the change needs a revision of its own, or those who have the release
would have another layout under the same number.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from xero_pipeline.revisions import Revisions
from xero_pipeline.state import upgrade
from xero_pipeline.state.tables import state_metadata
from xero_pipeline.warehouse.schema import ddl
from xero_pipeline.warehouse.schema import upgrade as warehouse_layout

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
PINNED = {
    HERE / "warehouse.txt": (warehouse_layout.revisions, ddl.metadata),
    HERE / "state.txt": (upgrade.revisions, state_metadata),
}


def described(revisions: Revisions, metadata: sa.MetaData) -> str:
    """A line a table: its columns with their types, `*` for those in the key, `!` for others that are never null."""
    lines = [f"revision {revisions.head}"]
    for table in sorted(metadata.tables.values(), key=lambda one: one.name):
        lines.append(f"{table.name}: {', '.join(_columns(table))}")
        lines += [f"  index {index.name} {sorted(index.columns.keys())}" for index in sorted(table.indexes, key=str)]
    return "\n".join(lines) + "\n"


def _columns(table: sa.Table) -> Iterator[str]:
    for column in table.columns:
        mark = "*" if column.primary_key else "" if column.nullable else "!"
        other = "".join(f" -> {key.target_fullname}" for key in column.foreign_keys)
        yield f"{column.name}{mark} {column.type.compile(dialect=postgresql.dialect())}{other}"


def program_of(revisions: Revisions) -> tuple[int, ...]:
    """The version of the program that brings the newest revision."""
    (script,) = revisions.folder.glob(f"{revisions.head}_*.py")
    (line,) = [line for line in script.read_text().splitlines() if line.startswith("program = ")]
    return _numbers(line.split('"')[1])


def project_version() -> tuple[int, ...]:
    return _numbers(tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"])


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def pin() -> None:
    """Write the layouts as they are declared now."""
    for path, (revisions, metadata) in PINNED.items():
        text = described(revisions(), metadata())
        if path.exists() and path.read_text() == text:
            continue
        if program_of(revisions()) <= project_version():
            sys.exit(
                f"Revision {revisions().head} of the {revisions().called} was released already: make another one in "
                f"{revisions().folder}, as its __init__.py says, and pin that."
            )
        path.write_text(text)
        sys.stdout.write(f"{path.relative_to(PROJECT)} is pinned; commit it with your change.\n")


if __name__ == "__main__":
    pin()
