"""`rates`: gives rates, shows what is used, fails while one is missing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from xero_pipeline_tests.thoroughness import proof

XERO_PIPELINE = Path(sys.executable).with_name("xero-pipeline")
HEAD = "month,from_currency,to_currency,average,closing\n"


@pytest.fixture
def rates(filled_duckdb, tmp_path):
    shutil.copy(filled_duckdb, tmp_path / "books.duckdb")

    def run(*arguments, currency="NZD"):
        environment = {"XERO_PIPELINE_HOME": str(tmp_path), "XERO_GROUP_CURRENCY": currency, "HOME": str(tmp_path)}
        command = [str(XERO_PIPELINE), "rates", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment)

    return run


@proof
def test_given_rates_are_used_and_say_so(rates, tmp_path):
    (tmp_path / "rates.csv").write_text(HEAD + "2026-03,GBP,NZD,2.1351,2.1610\n")
    done = rates("--import", "rates.csv", "--json")
    assert "Larkspur & Finch Ltd has no rate before" in done.stderr
    used = [row for row in json.loads(done.stdout) if row["base_currency"] == "GBP"]
    march = next(row for row in used if row["period_start"] == "2026-03-01")
    assert (march["average_rate"], march["closing_source"]) == ("2.1351000000", "given")
    # The simulated books end in May: today's month has no rate, and that is no success.
    assert done.returncode == 1
    assert "No average and no closing rate from" in done.stderr


def test_without_a_currency_it_says_which_setting_is_missing(rates):
    done = rates(currency="")
    assert done.returncode == 2
    assert "XERO_GROUP_CURRENCY" in done.stderr


def test_a_wrong_file_changes_nothing(rates, tmp_path):
    (tmp_path / "rates.csv").write_text(HEAD + "2026-03,GBP,NZD,,\n")
    done = rates("--import", "rates.csv")
    assert done.returncode == 2
    assert "line 2" in done.stderr
    assert "Traceback" not in done.stderr
