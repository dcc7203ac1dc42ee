"""The pages and pictures of all tables are made from the declarations and kept up to date with them."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import get_args

import pytest

from reference.pages import meaning, pages, pictures
from reference.relations import mentions, relations
from reference.subjects import subjects
from xero_pipeline.ledger.tables import ledger_tables
from xero_pipeline.warehouse.schema.catalogue import all_tables
from xero_pipeline.warehouse.schema.model import Kind, Table

DOCS = Path(__file__).parents[2] / "docs"
AGAIN = "run: make docs"


def test_the_pages_in_docs_are_up_to_date():
    written = pages()

    assert {path: (DOCS / path).read_text(encoding="utf-8") for path in written} == written, AGAIN


def test_the_pictures_in_docs_show_what_is_declared():
    # Their words are compared, not their bytes: where a line runs may depend on the machine.
    for path, picture in pictures().items():
        drawn = re.search(r'<desc id="desc">(.*?)</desc>', (DOCS / path).read_text(encoding="utf-8"))
        assert drawn and unescape(drawn[1]) == picture.described, f"{path}: {AGAIN}"


def test_nothing_is_left_of_tables_that_are_gone():
    there = {str(path.relative_to(DOCS)) for path in [*DOCS.glob("tables/*"), *DOCS.glob("images/tables/*")]}

    assert there == {path for path in [*pages(), *pictures()] if path.count("/")}, AGAIN


def sections(schema: str) -> dict[str, str]:
    shown = [subject for subject in subjects() if subject.schema == schema]
    text = "\n".join(pages()[f"tables/{subject.name.replace('_', '-')}.md"] for subject in shown)
    parts = re.split(r"\n##+ ", text)[1:]
    found = {part.partition("\n")[0]: part for part in parts}
    assert len(found) == len(parts)
    return found


@pytest.mark.parametrize(("schema", "tables"), [("xero", all_tables()), ("ledger", ledger_tables())])
def test_every_table_and_every_column_is_on_one_page(schema: str, tables: tuple[Table, ...]):
    shown = sections(schema)

    assert set(shown) == {table.name for table in tables}
    for table in tables:
        missing = [column.name for column in table.all_columns if f"`{column.name}`" not in shown[table.name]]
        assert missing == [], table.name


def test_every_table_is_of_one_subject():
    shown = [id(table) for subject in subjects() for table in subject.tables]

    assert sorted(shown) == sorted(id(table) for table in (*all_tables(), *ledger_tables()))


def test_every_kind_of_column_is_explained():
    for kind in get_args(Kind):
        assert f"| {kind} | {meaning(kind)} |" in pages()["tables.md"]


def test_what_a_comment_refers_to_exists():
    known = {(table.name, column.name) for table in all_tables() for column in table.all_columns}
    known |= {(table.name, column.name) for table in ledger_tables() for column in table.all_columns}

    for table in (*all_tables(), *ledger_tables()):
        named = {one for column in table.columns for one in mentions(table, column)}
        assert named <= known, table.name


def test_a_relation_leads_to_a_key():
    keys = {(table.name, key) for table in (*all_tables(), *ledger_tables()) for key in table.key}

    for table in (*all_tables(), *ledger_tables()):
        assert {(line.to, line.to_column) for line in relations(table)} <= keys
