"""What the processes of `serve` become: a code server of each shard, a UI and a daemon that know them all."""

import sys
from pathlib import Path

import pytest
import yaml

from xero_pipeline.cli.dagster_project import require_one_location
from xero_pipeline.cli.machines import serve
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings
from xero_pipeline_tests.thoroughness import proof


@pytest.fixture
def became(monkeypatch, tmp_path):
    """What the process would have become."""
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    found = []
    monkeypatch.setattr(serve.os, "execv", lambda program, words: found.append((program, words)))
    return found


def test_a_code_server_is_called_like_its_shard(became, monkeypatch):
    monkeypatch.setenv("XERO_SHARD", "3/8")
    serve.code(host="127.0.0.1", port=4003)
    ((program, words),) = became
    assert program == sys.executable
    assert words[words.index("--location-name") + 1] == "shard_3"


def test_the_ui_knows_the_code_servers_of_all_shards(became, monkeypatch):
    monkeypatch.setenv("XERO_CODE_SERVER", "code-1:4000, code-2:4001")
    serve.ui(host="127.0.0.1", port=3000)
    ((_, words),) = became
    assert yaml.safe_load(Path(words[words.index("-w") + 1]).read_text()) == {
        "load_from": [
            {"grpc_server": {"host": "code-1", "port": 4000, "location_name": "shard_1"}},
            {"grpc_server": {"host": "code-2", "port": 4001, "location_name": "shard_2"}},
        ]
    }


@proof
@pytest.mark.parametrize("process", [serve.ui, serve.daemon, serve.code])
def test_each_process_logs_as_the_setting_says(became, monkeypatch, process):
    process(**{} if process is serve.daemon else {"host": "127.0.0.1", "port": 1})
    monkeypatch.setenv("XERO_LOG_FORMAT", "json")
    process(**{} if process is serve.daemon else {"host": "127.0.0.1", "port": 1})
    (_, text), (_, lines) = became
    assert lines == [*text, "--log-format", "json"]


def test_what_has_to_do_with_all_organisations_is_refused_with_what_to_do(monkeypatch):
    monkeypatch.setenv("XERO_SHARD", "3/8")
    with pytest.raises(ConfigurationError, match="XERO_SHARD is set.* Do this"):
        require_one_location(Settings.load(), "Do this.")
