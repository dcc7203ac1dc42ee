from __future__ import annotations

import pytest

from xero_pipeline.state.engine import open_state
from xero_pipeline_tests.xero.fakes import Clock


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def engine(tmp_path):
    engine = open_state(f"sqlite:///{tmp_path / 'state.db'}")
    yield engine
    engine.dispose()
