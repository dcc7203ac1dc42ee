"""Loads invoices with dlt: its REST source, page by page, into DuckDB."""

from pathlib import Path

import dlt
from dlt.sources.rest_api import rest_api_source
from measurement import ACCESS_TOKEN, API_URL, DATABASE, PAGE_SIZE, TENANT_ID, measure


def load() -> None:
    """All invoices into tables that dlt infers."""
    source = rest_api_source(
        {
            "client": {
                "base_url": f"{API_URL}/",
                "auth": {"type": "bearer", "token": ACCESS_TOKEN},
                "headers": {"Xero-tenant-id": TENANT_ID, "Accept": "application/json"},
                "paginator": {"type": "page_number", "base_page": 1, "total_path": "pagination.pageCount"},
            },
            "resources": [
                {
                    "name": "invoices",
                    "primary_key": "InvoiceID",
                    "write_disposition": "merge",
                    "endpoint": {"path": "Invoices", "params": {"pageSize": PAGE_SIZE}, "data_selector": "Invoices"},
                }
            ],
        }
    )
    pipeline = dlt.pipeline(
        "xero",
        destination=dlt.destinations.duckdb(DATABASE),
        dataset_name="xero",
        pipelines_dir=str(Path(DATABASE).parent / "pipelines"),
    )
    pipeline.run(source)


if __name__ == "__main__":
    measure(load)
