"""Load balancers and containers learn without a password whether the page is alive and ready, and nothing else."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from xero_pipeline.operations.health.readiness import readiness
from xero_pipeline_tests.health.test_readiness import NEWER, make_newer, states
from xero_pipeline_tests.web.conftest import PASSWORD, served
from xero_pipeline_tests.xero.person import free_port


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_a_health_check_is_answered_without_a_password_under_any_name(make_browser, guarded, path):
    answer = make_browser(guarded).get(path, headers={"Host": "10.2.3.4.pod.example"})
    assert (answer.status_code, answer.headers.get("set-cookie")) == (200, None)
    assert not make_browser(guarded).post(path).is_success, "nothing can be changed there"
    assert make_browser(guarded).get("/api/status").status_code == 401


def test_an_answer_holds_no_more_than_yes_or_no(make_browser, tmp_path):
    with served(tmp_path, web_password=SecretStr(PASSWORD)) as site:
        browser = make_browser(site)
        assert browser.get("/health").text == "ok\n"
        assert browser.get("/ready").json() == {"ready": True, "state database": "ok", "warehouse": "ok"}


@pytest.mark.parametrize("wrong", NEWER)
def test_with_a_database_of_a_newer_program_it_is_alive_but_not_ready(tmp_path, make_browser, wrong):
    with served(tmp_path) as site:
        address = f"http://localhost:{site.address.port}"
        site.services.warehouse.prepare()
        assert states(readiness(site.services, "web", address)) == {"web page": "ok"}
        make_newer(site.services, wrong)
        answer = make_browser(site).get("/ready")
        told = {"ready": False, "state database": "ok", "warehouse": "ok"} | {wrong: "problem"}
        assert (answer.status_code, answer.json()) == (503, told)
        assert make_browser(site).get("/health").status_code == 200
        assert states(readiness(site.services, "web", address)) == {"web page": "problem"}
    assert states(readiness(site.services, "web", f"http://127.0.0.1:{free_port()}")) == {"web page": "problem"}
