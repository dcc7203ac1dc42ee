"""The page's API takes and answers what its OpenAPI document says, whatever it is sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from xero_pipeline import web
from xero_pipeline.files.catalogue import STATEMENTS
from xero_pipeline.operations.organisation_states import STATES
from xero_pipeline.web.app import _api
from xero_pipeline.web.books.options import STATEMENT_PAGES
from xero_pipeline_tests.thoroughness import so_many
from xero_pipeline_tests.web.conftest import Browser, served

DOCUMENT = json.loads((Path(web.__file__).parent / "openapi.json").read_text())
PATHS = DOCUMENT["paths"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Two organisations are connected, and nothing was synced."""
    with served(tmp_path_factory.mktemp("api")) as site:
        with Browser(site) as browser:
            browser.connect()
        yield site


@pytest.fixture(scope="module")
def document(site):
    return schemathesis.openapi.from_url(f"{site.address.shown}/api/openapi.json")


def either(operation):
    """Requests as the document wants them, and others."""
    right = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    return st.one_of(right, operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))


def test_the_document_has_every_address_and_method():
    routes = {(route.path, method.lower()) for route in _api() for method in route.methods - {"HEAD"}}
    assert {(path, method) for path, methods in PATHS.items() for method in methods} == routes


def test_its_choices_are_those_of_the_program():
    parameters = {one["name"]: one["schema"].get("enum") for one in PATHS["/status"]["get"]["parameters"]}
    assert parameters["state"] == ["", *STATES]
    (statement,) = [
        one["schema"]["enum"]
        for one in PATHS["/statements/{tenant_id}/{statement}"]["get"]["parameters"]
        if one["name"] == "statement"
    ]
    assert sorted(statement) == sorted(STATEMENT_PAGES)
    assert set(statement) <= set(STATEMENTS)


@pytest.mark.parametrize(("path", "method"), [(path, method) for path, methods in PATHS.items() for method in methods])
def test_every_answer_is_one_of_those_in_the_document(site, document, path, method):
    one = site.services.organisations.list()[0].tenant_id

    @settings(max_examples=so_many(200, 12), suppress_health_check=list(HealthCheck))
    @given(case=either(document[path][method]))
    def ask(case):
        if "tenant_id" in case.path_parameters:
            case.path_parameters["tenant_id"] = one
        # A period may end before it begins, a ledger be empty: no schema says so.
        case.call_and_validate(excluded_checks=[positive_data_acceptance], timeout=60)

    ask()


@pytest.mark.parametrize("path", ["/status", "/logs", "/scheduler", "/session"])
def test_what_is_right_is_answered_as_described(site, path):
    with Browser(site) as browser:
        answer = browser.get(f"/api{path}")
    assert answer.status_code == 200
    found = schemathesis.openapi.from_dict(DOCUMENT)[path]["GET"]
    found.validate_response(answer)
