"""Loads invoices with PyAirbyte: a declarative source (`pyairbyte_source.yaml`) into its DuckDB cache."""

from pathlib import Path

import airbyte
from airbyte.caches import DuckDBCache
from measurement import ACCESS_TOKEN, API_URL, DATABASE, TENANT_ID, measure


def load() -> None:
    """All invoices into one table."""
    source = airbyte.get_source(
        "source-xero-benchmark",
        config={"url": API_URL, "access_token": ACCESS_TOKEN, "tenant_id": TENANT_ID},
        source_manifest=Path(__file__).with_name("pyairbyte_source.yaml"),
    )
    source.select_all_streams()
    source.read(DuckDBCache(db_path=DATABASE, schema_name="xero"))


if __name__ == "__main__":
    measure(load)
