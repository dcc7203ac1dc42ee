"""A run of several organisations tells of each table what is new, and misses nothing."""

from datetime import timedelta

import dagster as dg
import pytest
import yaml
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest
from dagster._core.storage.partition_status_cache import get_and_update_asset_status_cache_value
from sqlalchemy import make_url

from xero_pipeline.defs.assets.materialisations import UNCHANGED, Materialisation, results, tell
from xero_pipeline.operations.dagster_home import BATCH, NO_COMPUTE_LOGS, storage_at, storage_in
from xero_pipeline_tests.databases import a_database, at

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
KEYS = ["org-1", "org-2", "org-3"]
PARTITIONS = dg.StaticPartitionsDefinition(KEYS)
DEPS = {"invoices": [], "lines": ["invoices"], "tracking": ["lines"], "variance": ["invoices", "budgets"]}
FRESH = dict.fromkeys(["invoices", "lines"], dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=50)))
BUDGETS = dg.AssetSpec("budgets", partitions_def=PARTITIONS)


class Books:
    """A record with its lines, whose versions a test sets; what the same job makes of the lines counts its runs."""

    def __init__(self, instance):
        self.instance = instance
        self.versions = {(name, key): "1" for name in DEPS for key in KEYS}
        self.pictured = ()
        self.killed_at = None
        self.fails = False
        self.counted = 0
        self.definitions = dg.Definitions(assets=[self._sync(), self._count(), BUDGETS])

    def _sync(self):
        @dg.multi_asset(
            specs=[dg.AssetSpec(name, deps=deps, freshness_policy=FRESH.get(name)) for name, deps in DEPS.items()],
            partitions_def=PARTITIONS,
            backfill_policy=dg.BackfillPolicy.single_run(),
            can_subset=True,
        )
        def sync(context: dg.AssetExecutionContext):
            done = [
                Materialisation(dg.AssetKey(name), key, self._facts(name), self.versions[name, key])
                for name in DEPS
                for key in context.partition_keys
            ]
            if self.killed_at:
                tell(context, [one for one in done if one.key.to_user_string() != self.killed_at])
                raise dg.Failure("killed", allow_retries=False)
            yield from results(context, done, in_part=False)

        return sync

    def _facts(self, name):
        return {"rows": 1, **({"chart": dg.MetadataValue.md("![]()")} if name in self.pictured else {})}

    def _count(self):
        @dg.asset(deps=["lines"], partitions_def=PARTITIONS, backfill_policy=dg.BackfillPolicy.single_run())
        def count(context: dg.AssetExecutionContext):
            self.counted += 1
            if self.fails:
                raise dg.Failure("no", allow_retries=False)

        return count

    def run(self, keys=KEYS, **tags):
        ends = {"dagster/asset_partition_range_start": keys[0], "dagster/asset_partition_range_end": keys[-1]}
        job = self.definitions.resolve_implicit_global_asset_job_def()
        run = job.execute_in_process(
            instance=self.instance,
            run_config=QUIET,
            tags=tags if len(keys) == 1 else ends | tags,
            partition_key=keys[0] if len(keys) == 1 else None,
            raise_on_error=False,
        )
        events = [event for event in self.instance.all_logs(run.run_id) if event.asset_materialization]
        return {
            name: [one.partition for event in events if (one := event.asset_materialization).asset_key.path == [name]]
            for name in DEPS
        }

    def unsynced(self):
        """As the UI calls them."""
        graph = self.definitions.resolve_asset_graph()
        resolver = CachingStaleStatusResolver(self.instance, graph, LoadingContextForTest(self.instance))
        return [
            (name, key)
            for name in DEPS
            for key in KEYS
            if resolver.get_status(dg.AssetKey(name), key) != StaleStatus.FRESH
        ]

    def failed(self, name):
        """The partitions that the UI shows as failed."""
        cached = get_and_update_asset_status_cache_value(self.instance, dg.AssetKey(name), PARTITIONS)
        return sorted(cached.deserialize_failed_partition_subsets(PARTITIONS).get_partition_keys())


@pytest.fixture(params=["ours", "Dagster's", "ours in postgresql", "Dagster's in postgresql"])
def books(request, tmp_path, monkeypatch):
    """In each kind of history: files or PostgreSQL, and Dagster's own is told one event after the other."""
    ours = request.param.startswith("ours")
    monkeypatch.setenv(BATCH, "1000" if ours else "0")
    storage = storage_in(tmp_path) if ours else {"sqlite": {"base_dir": str(tmp_path)}}
    if "postgresql" in request.param:
        server = request.getfixturevalue("postgresql_server")
        address = make_url(at(server, a_database(server, "template1"))).set(drivername="postgresql+psycopg2")
        url = address.render_as_string(hide_password=False)
        storage = storage_at(url) if ours else {"postgres": {"postgres_url": url}}
    settings = {"storage": storage, "compute_logs": NO_COMPUTE_LOGS, "telemetry": {"enabled": False}}
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(settings))
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        yield Books(instance)


QUIET_DAY = {"invoices": KEYS[-1:], "lines": KEYS[-1:], "tracking": [], "variance": KEYS}
"""One partition of a table that has to be fresh is told all the same: the table is as fresh as its run."""


def test_the_first_run_tells_all(books):
    assert books.run() == dict.fromkeys(DEPS, KEYS)
    assert books.unsynced() == []


def test_where_nothing_changed_only_what_is_made_of_tables_of_other_ops_is_told_again(books):
    books.run()
    assert books.run() == QUIET_DAY
    assert books.run() == QUIET_DAY
    assert books.unsynced() == []


def test_a_partition_that_stands_for_others_says_of_how_many_nothing_changed(books):
    books.run()
    books.run()
    told = books.instance.fetch_materializations(dg.AssetKey("invoices"), limit=1).records[0].asset_materialization
    assert told.metadata[UNCHANGED].value == len(KEYS) - 1


def test_a_change_is_told_with_what_is_made_of_it(books):
    books.run()
    books.versions["lines", "org-1"] = "2"
    assert books.run() == QUIET_DAY | {"lines": ["org-1"], "tracking": ["org-1"]}
    assert books.unsynced() == []
    assert books.run() == QUIET_DAY


def test_lines_that_stayed_as_they_were_are_told_when_their_record_changed(books):
    books.run()
    books.versions["invoices", "org-2"] = "2"
    assert books.run() == QUIET_DAY | {"invoices": ["org-2"], "lines": ["org-2"]}
    assert books.unsynced() == []


def test_a_table_with_a_picture_is_told_again_for_that_shows_more_than_its_rows(books):
    books.pictured = ("lines",)
    books.run()
    assert books.run() == QUIET_DAY | {"lines": KEYS}


def test_what_is_made_of_the_table_is_worked_on_all_the_same(books):
    books.run()
    books.run()
    assert books.counted == 2


def test_what_a_run_did_not_come_to_tell_the_next_one_tells(books):
    books.run()
    books.versions["invoices", "org-1"] = "2"
    books.killed_at = "lines"
    books.run()
    assert ("lines", "org-1") in books.unsynced()
    books.killed_at = None
    assert books.run()["lines"] == KEYS, "the whole table had failed"
    assert books.unsynced() == []
    assert books.failed("lines") == []


def test_a_table_that_was_as_before_did_not_fail_when_something_else_of_its_run_did(books):
    books.run()
    books.fails = True
    books.run()
    assert {name: books.failed(name) for name in DEPS} == {name: [] for name in DEPS}


def test_a_partition_that_failed_is_told_when_it_is_as_before(books):
    books.run()
    books.killed_at = "lines"
    books.run()
    assert books.failed("lines") == KEYS
    books.killed_at = None
    assert books.run()["lines"] == KEYS
    assert books.failed("lines") == []


def test_what_a_person_selected_is_told_whatever_it_is(books):
    books.run()
    assert books.run(KEYS[:1]) == dict.fromkeys(DEPS, KEYS[:1])
    assert books.run(**{"dagster/backfill": "by hand"}) == dict.fromkeys(DEPS, KEYS)
