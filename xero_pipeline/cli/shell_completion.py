"""What the shell completes: organisations, assets, queries, tables. Asked at every press of a key: cheap."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from xero_pipeline.errors import XeroPipelineError
from xero_pipeline.warehouse.schema.catalogue import all_tables


def complete_organisation(incomplete: str) -> list[str]:
    """Names of connected organisations."""
    from xero_pipeline.settings import Settings
    from xero_pipeline.state.peek import organisation_names

    try:
        state = Settings.load().state
    except XeroPipelineError:
        # A shell that completes has no place for a message; the command itself will say what is wrong.
        return []
    return [_one_word(name) for name in _beginning(organisation_names(state), incomplete)]


def complete_asset(incomplete: str) -> list[str]:
    """Tables and reports that can be selected."""
    from xero_pipeline.xero.reports.catalogue import reports

    names = {table.name for table in all_tables() if table.role in {"record", "child"}}
    return _beginning(sorted(names | {report.name for report in reports()}), incomplete)


def complete_table(incomplete: str) -> list[str]:
    """Tables and their histories."""
    from xero_pipeline.warehouse.load.history import has_history

    tables = [table.name for table in all_tables()]
    histories = [f"{table.name}_history" for table in all_tables() if has_history(table)]
    return _beginning(sorted([*tables, *histories]), incomplete)


def complete_built_in_query(incomplete: str) -> list[str]:
    """Names of built-in queries."""
    from xero_pipeline.queries.catalogue import names

    return _beginning(names(), incomplete)


def _one_word(name: str) -> str:
    """Bash takes what it is offered letter by letter; the other shells put a name with spaces between quotes."""
    asked = os.environ.get("_XERO_PIPELINE_COMPLETE", "")
    return re.sub(r"([^\w.,@%+-])", r"\\\1", name) if asked.endswith("bash") else name


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    wanted = incomplete.casefold()
    return [name for name in names if name.casefold().startswith(wanted)]
