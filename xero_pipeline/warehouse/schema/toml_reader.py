"""The TOML files that declare tables, read and checked: see `catalogue` for how one is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast, get_args

from xero_pipeline.warehouse.schema.model import KEY_KINDS, Column, Kind, Role, Table, TableMistake

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable


def read_group(collection: str, source: Traversable) -> tuple[Table, ...]:
    """The tables that one TOML file declares, parents before children.

    Args:
        collection: Name of the file.

    Raises:
        TableMistake: The file contradicts itself.
    """
    import tomllib

    found: dict[str, Table] = {}
    for name, entry in tomllib.loads(source.read_text(encoding="utf-8")).items():
        found[name] = _table(collection, name, entry, tuple(found.values()))
        _check(found[name])
    return tuple(found.values())


def _table(collection: str, name: str, entry: Mapping[str, object], before: tuple[Table, ...]) -> Table:
    path = str(entry.get("path", ""))
    role = cast("Role", entry.get("role", "child" if path else "record"))
    parent = _parent(name, path, before) if role == "child" else None
    rows = cast("list[list[str]]", entry["columns"])
    wrong = [row for row in rows if len(row) != 4]
    if wrong:
        raise TableMistake(f"{name}: a column is [name, path, kind, comment], not {wrong[0]}")
    return Table(
        name=name,
        collection=collection,
        role=role,
        path=path,
        key=tuple(cast("list[str]", entry["key"])),
        comment=str(entry["comment"]),
        columns=tuple(Column(row[0], row[1], cast("Kind", row[2]), row[3]) for row in rows),
        parent=parent.name if parent else None,
        inherited=tuple(parent.column(key) for key in parent.key) if parent else (),
        accumulates=bool(entry.get("accumulates", False)),
    )


def _parent(name: str, path: str, before: tuple[Table, ...]) -> Table:
    outer = path.rpartition(".")[0] if path.endswith("[]") else path
    while outer and not outer.endswith("[]"):
        outer = outer.rpartition(".")[0]
    for candidate in before:
        if candidate.path == outer:
            return candidate
    raise TableMistake(f"{name}: no table above it has the path {outer!r}; parents come first")


def _check(table: Table) -> None:
    columns = table.all_columns
    names = [column.name for column in columns]
    kinds = {column.name: column.kind for column in columns}
    mistakes = [f"column {name} twice" for name in set(names) if names.count(name) > 1]
    mistakes += [f"{column.name}: no kind {column.kind}" for column in columns if column.kind not in get_args(Kind)]
    mistakes += [f"key column {key} is missing" for key in table.key if key not in kinds]
    mistakes += [f"{key} cannot be a key" for key in table.key if kinds.get(key, "id") not in KEY_KINDS]
    inherited = tuple(column.name for column in table.inherited)
    if table.role == "child" and (table.key[: len(inherited)] != inherited or len(table.key) != len(inherited) + 1):
        mistakes.append(f"the key must be {inherited} and one more: its own id or position")
    if mistakes:
        raise TableMistake(f"{table.collection}.toml, {table.name}: {'; '.join(sorted(mistakes))}")
