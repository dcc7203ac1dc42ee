"""An organisation's rows are its own, whoever's consent opens it and whichever home brings them."""

from __future__ import annotations

from xero_pipeline.sync.incremental_sync import sync_collection
from xero_pipeline.sync.result import CallStats
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline_tests.xero.consenting import CUSTOM, KIM, OTHER, ROBIN, World, two_custom_apps


def test_no_row_is_doubled_whoever_opens_the_organisation(warehouse, tmp_path):
    with World().home(tmp_path / "home") as home:

        def sync():
            """As a sync of all organisations does; gives how many rows it changed."""
            changed = 0
            for one in home.organisations.list():
                with home.client() as client:
                    done = sync_collection(
                        client, warehouse, one.tenant_id, endpoint("currencies"), tally=CallStats(), full=True
                    )
                changed += done.tables["currencies"].inserted + done.tables["currencies"].updated
            return changed

        home.connect(ROBIN)
        first = sync()
        home.world.clock.minutes(1)
        home.connect(KIM, 1, 2)
        assert (first > 0, sync()) == (True, 0)
        home.revoke_at_xero(home.consent_of(1))
        assert sync() == 0
        assert warehouse.query("SELECT * FROM xero.currencies").num_rows == first


def test_several_are_several_homes_that_fill_one_warehouse(warehouse, tmp_path):
    world = two_custom_apps()
    rows = []
    for place, app in [(0, CUSTOM), (2, OTHER)]:
        with world.home(tmp_path / app["client_id"], **app) as home, home.client() as client:
            (one,) = home.connect()
            assert one.tenant_id == world.tenants[place]
            for _ in range(2):
                sync_collection(client, warehouse, one.tenant_id, endpoint("currencies"), tally=CallStats())
            rows.append(one.tenant_id)
    kept = warehouse.query("SELECT tenant_id, code, count(*) AS n FROM xero.currencies GROUP BY ALL").to_pylist()
    assert {row["tenant_id"] for row in kept} == set(rows)
    assert {row["n"] for row in kept} == {1}
