"""A project's own `execute`: put around the work of a run, with all that the run yields in its hands."""

from __future__ import annotations

import importlib
import sys

import dagster as dg
import pytest

from xero_pipeline import build_xero_defs
from xero_pipeline_tests.defs.conftest import QUIET

OURS = """\
from xero_pipeline import XeroComponent


class OurXero(XeroComponent):
    def execute(self, context, work):
        context.log.info(f"Xero begins: {len(context.partition_keys)} organisations")
        for result in super().execute(context, work):
            if hasattr(result, "metadata"):
                result = result._replace(metadata={**result.metadata, "read_by": "finance"})
            yield result
        context.log.info("Xero is done")
"""
DEFINITIONS = """\
from pathlib import Path

import dagster as dg

defs = dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
"""


@pytest.fixture
def theirs(house, tmp_path, monkeypatch):
    """A project whose component is a subclass of ours, in the folder of its own."""
    folder = tmp_path / "theirs"
    (folder / "their_books" / "defs" / "xero").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(
        '[tool.dg]\ndirectory_type = "project"\n[tool.dg.project]\nroot_module = "their_books"\n'
    )
    (folder / "their_books" / "__init__.py").touch()
    (folder / "their_books" / "component.py").write_text(OURS)
    (folder / "their_books" / "definitions.py").write_text(DEFINITIONS)
    (folder / "their_books" / "defs" / "xero" / "defs.yaml").write_text(
        "type: their_books.component.OurXero\nattributes: {collections: [accounts], reports: []}\n"
    )
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(folder))
    yield importlib.import_module("their_books.definitions").defs
    for name in [name for name in sys.modules if name.split(".")[0] == "their_books"]:
        del sys.modules[name]


def materialise(house, definitions):
    return definitions.resolve_implicit_global_asset_job_def().execute_in_process(
        instance=house.instance,
        asset_selection=[dg.AssetKey(["xero", "accounts"])],
        partition_key=house.tenants[0],
        run_config=QUIET,
        raise_on_error=False,
    )


def test_a_subclass_does_its_own_before_and_after_and_adds_metadata(house, theirs):
    run = materialise(house, theirs)
    assert run.success
    (written,) = [event.materialization for event in run.get_asset_materialization_events()]
    assert written.metadata["read_by"].value == "finance"
    assert written.metadata["rows_inserted"].value > 0
    assert [one.passed for one in run.get_asset_check_evaluations()] == [True]
    logged = [entry.user_message for entry in house.instance.all_logs(run.run_id)]
    assert logged.index("Xero begins: 1 organisations") < logged.index("Xero is done")


def test_what_is_raised_before_the_work_leaves_it_undone(house):
    def refuse(context, work):
        raise dg.Failure("Not during the close.", allow_retries=False)
        yield from work

    run = materialise(house, build_xero_defs(collections=["accounts"], reports=[], execute=refuse))
    assert not run.success
    assert not run.get_asset_materialization_events()
    assert house.services.warehouse.cursor(house.tenants[0], "accounts") is None
