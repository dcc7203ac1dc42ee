"""Loads invoices with tap-xero, piped into target-duckdb, which lives in an environment of its own.

The tap knows only Xero's own address and refreshes its token first: both are set here.
"""

import contextlib
import json
import os
import subprocess
from pathlib import Path

import tap_xero
from measurement import ACCESS_TOKEN, API_URL, DATABASE, TENANT_ID, measure
from singer import metadata
from tap_xero import client
from tap_xero.context import Context

START = "2000-01-01T00:00:00Z"


def load() -> None:
    """All invoices into one table."""
    settings = Path(DATABASE).with_name("target.json")
    settings.write_text(json.dumps({"path": DATABASE, "default_target_schema": "xero"}))
    with subprocess.Popen(
        [str(Path(os.environ["PEER_TARGET"]) / "bin" / "target-duckdb"), "--config", str(settings)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as target:
        with contextlib.redirect_stdout(target.stdin):
            _sync()
        target.stdin.close()
    if target.returncode:
        raise SystemExit(f"target-duckdb ended with {target.returncode}")


def _sync() -> None:
    client.BASE_URL = API_URL
    client.XeroClient.refresh_credentials = _authorised
    config = {"start_date": START, "tenant_id": TENANT_ID}
    catalog = tap_xero.discover(Context(config, {}, {}, ""))
    for stream in catalog.streams:
        written = metadata.to_map(stream.metadata)
        for place in written:
            written = metadata.write(written, place, "selected", stream.tap_stream_id == "invoices")
        stream.metadata = metadata.to_list(written)
    tap_xero.sync(Context(config, {}, catalog, ""))


def _authorised(xero: client.XeroClient, config: dict[str, str], _: str) -> None:
    xero.access_token, xero.tenant_id = ACCESS_TOKEN, config["tenant_id"]


if __name__ == "__main__":
    measure(load)
