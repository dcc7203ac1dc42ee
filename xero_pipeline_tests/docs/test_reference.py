"""The pages and pictures of all tables are made from the declarations and kept up to date with them."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import get_args

from reference.pages import meaning, pages, pictures
from reference.relations import mentions, relations
from reference.subjects import subjects
from xero_pipeline.ledger.tables import ledger_tables
from xero_pipeline.warehouse.tables import Kind, all_tables

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


def test_every_table_and_every_column_is_on_one_page():
    text = "\n".join(pages().values())
    sections = {part.partition("\n")[0]: part for part in re.split(r"\n##+ ", text)}

    for table in (*all_tables(), *ledger_tables()):
        missing = [column.name for column in table.all_columns if f"`{column.name}`" not in sections[table.name]]
        assert missing == [], table.name
        assert len(re.findall(rf"\n##+ {table.name}\n", text)) == 1


def test_every_table_is_of_one_subject():
    shown = [table.name for subject in subjects() for table in subject.tables]

    assert sorted(shown) == sorted(table.name for table in (*all_tables(), *ledger_tables()))


def test_every_kind_of_column_is_explained():
    for kind in get_args(Kind):
        assert f"| {kind} | {meaning(kind)} |" in pages()["tables.md"]


def test_what_a_comment_refers_to_exists():
    columns = {table.name: {column.name for column in table.all_columns} for table in all_tables()}
    columns |= {table.name: {column.name for column in table.all_columns} for table in ledger_tables()}

    for table in (*all_tables(), *ledger_tables()):
        for column in table.columns:
            assert [one for one in mentions(column) if one[1] not in columns[one[0]]] == [], (
                f"{table.name}.{column.name}"
            )


def test_a_relation_leads_to_a_key():
    tables = {table.name: table for table in (*all_tables(), *ledger_tables())}

    for table in tables.values():
        for line in relations(table):
            assert tables[line.to].has(line.to_column)
            assert line.to_column in tables[line.to].key
