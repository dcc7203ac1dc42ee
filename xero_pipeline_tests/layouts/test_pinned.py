"""Nobody changes a layout without saying so: the declarations, their revision and the pinned files agree."""

from __future__ import annotations

import pytest

from xero_pipeline.revisions import BASE
from xero_pipeline_tests.layouts import pinned
from xero_pipeline_tests.layouts.pinned import PINNED, described, pin, program_of

LAYOUTS = pytest.mark.parametrize("path", PINNED, ids=lambda path: path.stem)


@LAYOUTS
def test_the_declared_layout_is_the_one_pinned_under_the_newest_revision(path):
    revisions, metadata = PINNED[path]
    assert described(revisions(), metadata()) == path.read_text(), (
        "The layout changed. If it only gained tables or columns and the revision is not released: `make layout`. "
        "Otherwise it needs a revision; see the folder's __init__.py."
    )


@LAYOUTS
def test_the_revisions_are_one_chain_from_the_base_to_the_head(path):
    from alembic.script import ScriptDirectory

    revisions = PINNED[path][0]()
    script = ScriptDirectory(str(revisions.folder), version_locations=[str(revisions.folder)])
    assert script.get_heads() == [revisions.head]
    assert script.get_bases() == [BASE]
    for one in script.walk_revisions():
        assert one.module.program, f"{one.path} does not say which version of the program brings it"


@LAYOUTS
def test_a_change_is_not_pinned_under_a_revision_of_the_released_version(path, tmp_path, monkeypatch):
    revisions, metadata = PINNED[path]
    changed = tmp_path / path.name
    changed.write_text("an earlier layout")
    monkeypatch.setattr(pinned, "PINNED", {changed: (revisions, metadata)})
    monkeypatch.setattr(pinned, "PROJECT", tmp_path)
    monkeypatch.setattr(pinned, "project_version", lambda: program_of(revisions()))
    with pytest.raises(SystemExit, match="was released already"):
        pin()
    assert changed.read_text() == "an earlier layout"

    monkeypatch.setattr(pinned, "project_version", lambda: (0, 0, 0))
    pin()
    assert changed.read_text() == path.read_text()
