"""Nothing that opens a company's books is written anywhere but into the token store, encrypted."""

from __future__ import annotations

from xero_pipeline_tests.journeys.home import Home
from xero_pipeline_tests.journeys.watched import Watched
from xero_simulator.faults.catalogue import Fault

APP_SECRET = "app-secret-8hT2vQ"


def test_no_file_and_no_output_holds_a_token_the_app_secret_or_the_key(new_home: Home, xero: Watched) -> None:
    home = new_home
    home.variables["XERO_CLIENT_SECRET"] = APP_SECRET
    xero.secrets.clear()
    assert home.connect().code == 0
    with xero.looking():
        xero.simulator.faults.add(
            Fault("expired_token", path="Accounts"), Fault("revoked_token", path="Users", times=None)
        )
        assert home.sync("--select", "accounts", "--select", "users", "--select", "profit_and_loss").code == 1
    old, new = home.variables["XERO_ENCRYPTION_KEY"], "d4" * 32
    assert home.run("keys", "rotate", XERO_ENCRYPTION_KEY=new, XERO_ENCRYPTION_KEYS_RETIRED=old).code == 0
    for command in (("logs", "--json"), ("status",), ("disconnect", "--all")):
        assert home.run(*command, XERO_ENCRYPTION_KEY=new).code == 0

    # Of the consent, and of the refreshes that the two refusals asked for.
    assert len(xero.secrets) >= 6
    secrets = {secret.encode() for secret in xero.secrets | {APP_SECRET, old, new}}
    secrets |= {bytes.fromhex(old), bytes.fromhex(new)}
    files = [path for path in home.path.rglob("*") if path.is_file()]
    contents = {path: path.read_bytes() for path in files}
    assert any(b"does not accept our access" in content for content in contents.values()), "Dagster's history is there"
    found = {str(path) for path, content in contents.items() if any(secret in content for secret in secrets)}
    assert found == set()
    said = "".join(home.said).encode()
    assert [secret for secret in secrets if secret in said] == []


def test_the_files_of_a_home_are_their_owners_alone(synced: Home) -> None:
    assert synced.path.stat().st_mode & 0o077 == 0
    assert (synced.path / "state.sqlite").stat().st_mode & 0o077 == 0
