"""What docs/web.md tells programs to do works, letter by letter."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from xero_pipeline.web.app import _api
from xero_pipeline_tests.web.conftest import PASSWORD, served

pytestmark = pytest.mark.slow

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "web.md").read_text()


def block(language, beginning):
    (found,) = [one for one in re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL) if beginning in one]
    return found


def test_the_page_lists_every_address_of_the_api():
    told = set(re.findall(r"`/api(/[a-z]+)", PAGE))
    assert told == {re.sub(r"/\{\w+\}|\.json", "", route.path) for route in _api()}


def test_the_program_without_a_password_works(site, make_browser, monkeypatch):
    (first, *_) = make_browser(site).connect()
    started = []
    monkeypatch.setattr(site.syncs, "start", lambda one: started.append(one.tenant_id) or True)
    script = block("python", "X-CSRF-Token").replace("3001", str(site.address.port))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert len(started) == 2
    assert first in started
    assert "started" in done.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="the example is for curl")
def test_the_curl_with_the_password_works(tmp_path):
    with served(tmp_path, web_password=SecretStr(PASSWORD)) as site:
        command = block("sh", "curl").replace("3001", str(site.address.port))
        done = subprocess.run(
            ["bash", "-c", command], env={"XERO_WEB_PASSWORD": PASSWORD, "PATH": "/usr/bin:/bin"}, capture_output=True,
            text=True, check=True,
        )  # fmt: skip
    assert '"scheduler"' in done.stdout
