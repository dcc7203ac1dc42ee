"""The page of all tables is made from the declarations and kept up to date with them."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from xero_pipeline.warehouse.reference import markdown, meaning
from xero_pipeline.warehouse.tables import Kind, all_tables

PAGE = Path(__file__).parents[2] / "docs" / "tables.md"


def test_the_page_in_docs_is_up_to_date():
    again = "run: python -m xero_pipeline.warehouse.reference > docs/tables.md"

    assert PAGE.read_text(encoding="utf-8") == markdown(), again


def test_every_table_and_every_column_is_on_the_page():
    sections = {part.partition("\n")[0]: part for part in markdown().split("\n## ")}

    for table in all_tables():
        missing = [column.name for column in table.all_columns if f"`{column.name}`" not in sections[table.name]]
        assert missing == [], table.name


def test_every_kind_of_column_is_explained():
    page = markdown()

    for kind in get_args(Kind):
        assert f"| {kind} | {meaning(kind)} |" in page


def test_links_of_the_overview_lead_to_sections():
    page = markdown()

    for table in all_tables():
        assert f"[{table.name}](#{table.name})" in page
        assert f"\n## {table.name}\n" in page
