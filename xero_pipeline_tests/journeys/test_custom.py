"""A custom connection from the command line: connected without a browser, synced, disconnected."""

from __future__ import annotations

from xero_pipeline_tests.journeys.home import Home

CUSTOM = {"XERO_CUSTOM_CONNECTION": "true", "XERO_CLIENT_SECRET": "s3cret"}


def test_a_custom_connection_is_connected_synced_and_disconnected(new_home: Home) -> None:
    home = Home(new_home.path, new_home.variables | CUSTOM)
    done = home.run("connect")
    assert done.code == 0, done.said
    assert "http" not in done.out
    done = home.sync("--select", "currencies")
    assert done.code == 0, done.said
    assert home.query("SELECT count(DISTINCT tenant_id) FROM xero.currencies") == [(1,)]
    done = home.run("disconnect", "--all")
    assert done.code == 0, done.said
    assert "Disconnected every organisation" in done.err
