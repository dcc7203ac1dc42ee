"""The Grafana dashboard that comes along asks for what `/metrics` tells, and leaves none of it out."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from xero_pipeline.operations.health.issues import KINDS
from xero_pipeline.operations.organisation_states import STATES
from xero_pipeline.web.monitoring.prometheus import exposition
from xero_pipeline.web.monitoring.workload import Workload
from xero_pipeline_tests.clock import BEGINS

DASHBOARD = json.loads((Path(__file__).parents[2] / "deploy" / "grafana" / "dashboard.json").read_text())
TOLD = {
    "mode": "live",
    "states": dict.fromkeys(STATES, 1),
    "scheduler": {"on": True, "dagster": True},
    "organisations": [
        {"name": "A", "tenant_id": "a", "status": "connected", "calls_today": 1, "calls_left_today": 9, "sync": None}
        | dict.fromkeys(("last_sync", "next_sync", "consent_ends_at", "resume_at"), BEGINS)
        | {"problem": None, "waiting": [], "put_aside": [], "issues": [{"kind": kind, "count": 1} for kind in KINDS]}
    ],
}
"""Everything is known."""
WORK = Workload(
    {"queued": 1},
    {"SCHEDULER": 1.0},
    {"invoices": 1},
    {"received": 1},
    {"invoices": 1},
    {"invoices": BEGINS.timestamp()},
)


@pytest.fixture(scope="module")
def families():
    """By name the metrics there are, each with its labels."""
    found = text_string_to_metric_families(exposition(TOLD, WORK).decode())
    return {one.name: {label for sample in one.samples for label in sample.labels} for one in found}


def expressions():
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def asked_for(expression):
    return set(re.findall(r"\bxero_[a-z_]+", expression))


@pytest.mark.parametrize(("title", "expression"), [*expressions()], ids=lambda text: text[:40])
def test_a_panel_asks_for_metrics_and_labels_that_exist(families, title, expression):
    names = asked_for(expression)
    assert names
    assert names <= set(families)
    grouped = re.findall(r"(?:by|on)\s*\(([^)]*)\)", expression)
    labels = {label for found in grouped for label in re.split(r",\s*", found)}
    labels |= set(re.findall(r"[{,]\s*(\w+)\s*=~?", expression))
    assert labels <= set.union(*(families[name] for name in names))


def test_no_metric_is_left_out(families):
    shown = set.union(*(asked_for(expression) for _, expression in expressions()))
    assert set(families) == shown


def test_an_organisation_is_chosen_from_those_there_are(families):
    (chosen,) = [one for one in DASHBOARD["templating"]["list"] if one["type"] == "query"]
    metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", chosen["query"]["query"]).groups()
    assert label in families[metric]


def test_panels_have_their_own_place_and_say_what_they_show():
    panels = DASHBOARD["panels"]
    assert len({one["id"] for one in panels}) == len(panels)
    assert all(one["description"] and one["datasource"]["uid"] == "${datasource}" for one in panels)
    for one, other in combinations([panel["gridPos"] for panel in panels], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        assert beside or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
