"""Homes of many organisations, and a look at what there is to tell of them."""

from __future__ import annotations

import pytest

from xero_pipeline import clock
from xero_pipeline.container import Services
from xero_pipeline.defs.partitions import ORGANISATIONS
from xero_pipeline.operations.alerts.sensor import tell
from xero_pipeline.settings import Settings
from xero_pipeline_tests import many_organisations as many


def filled(url, folder, count):
    """The folder of a home of so many organisations, in which every state is there."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(many, "FIGURES", 2)
        monkeypatch.setattr(many, "CALLS", 1)
        services = Services(Settings.load(_env_file=None, pipeline_home=folder / "home", warehouse_url=url))
        many.fill(services, count, clock.now())
        services.close()
    return folder


def look(services, instance):
    """What a tick of the sensor does."""
    return tell(services, instance, instance.get_dynamic_partitions(ORGANISATIONS))
