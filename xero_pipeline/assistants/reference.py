"""Writes the tools and their arguments into docs/assistants.md: `python -m xero_pipeline.assistants.reference`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from xero_pipeline.assistants.arguments import arguments_of
from xero_pipeline.assistants.server import make_server
from xero_pipeline.settings import Settings

PAGE = Path("docs/assistants.md")
BEGIN, END = "<!-- the arguments of the tools -->", "<!-- their end -->"


def with_arguments(page: str) -> str:
    """The page with the arguments as the tools have them now."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return "\n".join([f"{head}{BEGIN}", "", *_table(), "", f"{END}{tail}"])


def _table() -> Iterator[str]:
    yield "| Tool | Argument | Allowed | |"
    yield "|---|---|---|---|"
    server = make_server(Settings.load(_env_file=None, warehouse_url="duckdb:///none.duckdb"))
    for tool in asyncio.run(server.list_tools()):
        for name, allowed, described in arguments_of(tool.input_schema):
            yield f"| `{tool.name}` | `{name}` | {allowed} | {described} |"


if __name__ == "__main__":
    PAGE.write_text(with_arguments(PAGE.read_text()))
