"""The version stands in one place, and the changelog keeps up with it."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from importlib.metadata import version

from xero_pipeline_tests.docs.blocks import ROOT

CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
HEADINGS = re.findall(r"^## \[(.+?)\](?: – (\d{4}-\d\d-\d\d))?$", CHANGELOG, re.M)
DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def numbers(said: str) -> tuple[int, ...]:
    return tuple(int(part) for part in said.split("."))


def test_the_newest_release_in_the_changelog_is_the_declared_version() -> None:
    releases = [name for name, _ in HEADINGS if name != "Unreleased"]
    assert releases[0] == DECLARED == version("xero-pipeline")


def test_the_changelog_goes_from_the_newest_release_to_the_oldest_each_with_its_day() -> None:
    assert CHANGELOG.count("\n## ") == len(HEADINGS)
    assert [name for name, _ in HEADINGS].index("Unreleased") == 0
    releases, days = zip(*HEADINGS[1:], strict=True)
    assert sorted(map(numbers, releases), reverse=True) == [*map(numbers, releases)]
    assert all(days)
    assert sorted(days, reverse=True) == [*days]


def test_a_line_of_the_changelog_belongs_to_one_release() -> None:
    lines = Counter(line for line in CHANGELOG.splitlines() if line.startswith("- "))
    assert [line for line, times in lines.items() if times > 1] == []
