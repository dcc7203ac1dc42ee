"""Several machines say what they do not share and where they differ, before a sync goes wrong of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.operations.health.machines import check_machines, prepare_machine, require_shared, this_machine
from xero_pipeline.settings import Settings
from xero_pipeline.state.machines import enrol
from xero_pipeline_tests.postgresql import a_database_like

BROKER = "redis://:r3d1s-pw@127.0.0.1:1/0"
KEY, OTHER_KEY = "5a" * 32, "6b" * 32


@pytest.fixture
def settings(empty_database, tmp_path, monkeypatch):
    for name in ("DAGSTER_HOME", "XERO_DAGSTER_URL", "XERO_BROKER_URL"):
        monkeypatch.setenv(name, "")  # so that what is set during the test is undone
    monkeypatch.chdir(tmp_path)
    books = a_database_like(empty_database)
    shared = {"warehouse_url": books, "state_url": books, "dagster_url": books, "broker_url": BROKER}
    given = {"pipeline_home": tmp_path / "home", "mock_mode": False, "client_id": "app", "encryption_key": KEY}

    def made(**changes):
        return Settings.load(**{**given, **shared, **changes})

    return made


@pytest.fixture
def services(settings):
    made = Services(settings())
    yield made
    made.close()


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        (("warehouse_url",), "XERO_WAREHOUSE_URL names a file"),
        (("state_url",), "XERO_STATE_URL names a file"),
        (("dagster_url",), "XERO_DAGSTER_URL names a file"),
        (("warehouse_url", "state_url"), "XERO_WAREHOUSE_URL and XERO_STATE_URL name files"),
    ],
)
def test_what_one_machine_alone_would_see_is_refused_by_name(settings, kept, told):
    with pytest.raises(ConfigurationError, match=told) as caught:
        require_shared(settings(**dict.fromkeys(kept)))
    assert "docs/postgresql.md" in str(caught.value)
    assert "r3d1s-pw" not in str(caught.value)


def test_a_simulated_xero_in_the_home_is_refused(settings):
    with pytest.raises(ConfigurationError, match="simulated Xero lives in the home of one machine"):
        require_shared(settings(mock_mode=True))


def test_one_machine_may_keep_all_in_its_home():
    require_shared(Settings.load(broker_url=None))


def test_machines_that_agree_are_told_so(services):
    enrol(services.state, replace(this_machine(services), machine="other"))
    told = [(one.state, one.told) for one in check_machines(services)]
    assert told == [
        ("ok", "this machine's clock agrees with the state database's"),
        ("ok", "1 other machine agrees on key, program and layout"),
    ]


@pytest.mark.parametrize(
    ("differs", "state", "told"),
    [
        ({"key_print": "0" * 16}, "problem", "has another encryption key"),
        ({"program": "0.0.1"}, "warning", "has xero_pipeline 0.0.1, this machine"),
        ({"layout": "warehouse 0001, state 0001"}, "problem", "writes the layout warehouse 0001, state 0001"),
    ],
)
def test_a_difference_is_told_with_the_name_of_the_machine(services, differs, state, told):
    enrol(services.state, replace(this_machine(services), machine="odd-one", **differs))
    (found,) = [one for one in check_machines(services) if one.state != "ok"]
    assert (found.check, found.state) == ("machines", state)
    assert found.told.startswith("odd-one (last seen ")
    assert told in found.told
    assert found.remedy


@pytest.mark.parametrize(
    "differs", [{"key_print": "0" * 16}, {"layout": "warehouse 0001, state 0001"}, {"machine": "slow", "ahead": -900.0}]
)
def test_a_container_that_was_replaced_keeps_no_new_one_from_starting(services, differs):
    gone = replace(this_machine(services), **{"machine": "1f0c5a", **differs})
    enrol(services.state, gone)
    with services.state.begin() as connection:
        silent = f"seen_at = seen_at - 60, ahead = {gone.ahead}"
        connection.exec_driver_sql(f"UPDATE xero_state.machines SET {silent} WHERE machine = '{gone.machine}'")
    (told,) = prepare_machine(services)
    assert (told.state, gone.machine in told.told) == ("warning", True)


@pytest.mark.parametrize(("seconds", "state"), [(-90, "problem"), (20, "warning")])
def test_a_clock_that_is_off_is_told(services, monkeypatch, seconds, state):
    from datetime import timedelta

    from xero_pipeline import clock
    from xero_pipeline.state import machines

    true = clock.now
    enrol(services.state, replace(this_machine(services), machine="other"))
    monkeypatch.setattr(machines.clock, "now", lambda: true() + timedelta(seconds=seconds))
    found = [one for one in check_machines(services) if one.state != "ok"]
    assert [one.state for one in found] == [state, state]
    assert f"{abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'} the state database's" in found[0].told
    assert "the clock of other" in found[1].told


def test_a_machine_with_another_key_does_not_start(settings, services, monkeypatch):
    prepare_machine(services)
    monkeypatch.setattr("socket.gethostname", lambda: "newcomer")
    newcomer = Services(settings(encryption_key=OTHER_KEY))
    with pytest.raises(ConfigurationError, match="has another encryption key") as caught:
        prepare_machine(newcomer)
    newcomer.close()
    assert KEY not in str(caught.value)
    assert OTHER_KEY not in str(caught.value)


def test_the_key_itself_is_nowhere_in_the_state(services):
    prepare_machine(services)
    with services.state.connect() as connection:
        rows = connection.exec_driver_sql("SELECT machines::text FROM xero_state.machines").scalars().all()
    assert rows
    assert KEY not in "".join(rows)
