"""What doctor says of the folder of XERO_CHECKS: which checks it has, and what is wrong with one."""

from __future__ import annotations

import pytest

from xero_pipeline.operations.dagster_home import open_instance
from xero_pipeline.operations.health.checkup import checkup
from xero_pipeline.operations.health.own_checks import NAME

pytestmark = pytest.mark.slow
GOOD = (
    "-- title: T\n-- why: W\n-- evidence: E\nselect name as finding_key from xero.contacts where tenant_id = :tenant_id"
)


@pytest.fixture
def doctor(services, clean, monkeypatch):
    """Looks with a folder that has these files."""

    def look(**files):
        folder = clean / "checks"
        folder.mkdir()
        for name, text in files.items():
            (folder / f"{name}.sql").write_text(text)
        monkeypatch.setenv("XERO_CHECKS", str(folder))
        return [(one.state, one.told) for one in checkup(open_instance) if one.check == NAME]

    return look


def test_it_names_the_checks_it_found(doctor, clean):
    assert doctor(mine=GOOD, stale_drafts=GOOD) == [("ok", f"2 in {clean / 'checks'}: mine, stale_drafts")]


def test_a_file_that_is_no_check_is_a_problem_with_its_line(doctor):
    ((state, told),) = doctor(mine=GOOD.replace("-- why: W\n", ""))
    assert state == "problem"
    assert "mine.sql, line 1 (XERO_CHECKS): its head lacks `-- why: …`" in told
