"""Every file and folder that the pages for maintainers and the READMEs of the code name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from xero_pipeline_tests.docs.blocks import ROOT, inline, tokens

PAGES = (
    ROOT / "CONTRIBUTING.md",
    ROOT / "RELEASING.md",
    ROOT / ".github" / "pull_request_template.md",
    ROOT / "docs" / "upgrades.md",
    *sorted((ROOT / "docs" / "decisions").glob("*.md")),
    *sorted((ROOT / "xero_pipeline").rglob("README.md")),
    *(ROOT / folder / "README.md" for folder in ("xero_simulator", "xero_pipeline_tests", "benchmarks", "reference")),
)
FOLDERS = (ROOT, ROOT / "xero_pipeline", ROOT / "xero_pipeline_tests")
"""From where the pages name files."""
NO_FILES = {"build/docs", "build/peers", "dist/", "xero/organisation"}
"""What is built, and a tag of Dagster's."""
PATH = re.compile(r"[\w.*/<>-]+/[\w.*<>/-]*|[\w*<>-]+\.(?:py|md|toml|sql|yaml|yml|lock)")
LAYOUT = re.compile(r"^ *((?:[\w.]+/?(?:, )?)+)(?: {2,}|$)")


def named(page: Path) -> list[str]:
    """What a page names as a path, in a sentence or in the tree of the code; a picture in a README is no tree."""
    said = [token.content for token in inline(page) if token.type == "code_inline"]
    found = [one for one in said if PATH.fullmatch(one)]
    for token in tokens(page):
        for line in token.content.splitlines() if token.type == "fence" and not _is_picture(page, token.info) else ():
            names = LAYOUT.match(line)
            found += names[1].split(", ") if names else []
    return sorted(set(found) - NO_FILES)


def _is_picture(page: Path, info: str) -> bool:
    return bool(info) or page.name == "README.md"


def exists(path: str, page: Path = ROOT / "README.md") -> bool:
    """From one of the folders or beside the page, a module also without its ending; `<…>` stands for any name."""
    pattern = re.sub(r"<[^>]*>", "*", path).rstrip("/")
    folders = (*FOLDERS, page.parent)
    return any(any(folder.glob(one)) for folder in folders for one in (pattern, f"{pattern}.py"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_path_that_a_page_for_maintainers_names_exists(page: Path) -> None:
    assert [path for path in named(page) if not exists(path, page)] == []


def test_paths_are_found_in_sentences_and_in_the_tree_of_the_code() -> None:
    assert {"xero_pipeline/", "state/", "component.py", "RELEASING.md"} <= set(named(ROOT / "CONTRIBUTING.md"))
    assert not exists("xero_pipeline/nowhere.py")


def test_every_decision_has_its_line_on_the_page_of_decisions_and_says_what_follows() -> None:
    index = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert re.findall(r"^\| (\d+) \| \[.+?\]\(decisions/(.+?)\)", index, re.M) == [
        (str(number), record.name) for number, record in enumerate(records, 1)
    ]
    for number, record in enumerate(records, 1):
        text = record.read_text(encoding="utf-8")
        assert text.startswith(f"# {number}. ")
        assert re.findall(r"^## (.+)", text, re.M) == ["Context", "Decision", "Consequences"], record.name


def test_hooks_before_a_commit_download_nothing() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [(source["repo"], hook["language"]) for source in config["repos"] for hook in source["hooks"]]
    assert set(hooks) == {("local", "system")}


def test_a_report_of_a_bug_asks_for_what_is_needed_to_find_it() -> None:
    form = (ROOT / ".github" / "ISSUE_TEMPLATE" / "bug.yml").read_text(encoding="utf-8")
    fields = {field["id"] for field in yaml.safe_load(form)["body"] if "id" in field}
    assert {"version", "doctor", "correlation"} <= fields
    assert {"xero-pipeline doctor --json", "xero-pipeline --version"} <= set(re.findall(r"`(.+?)`", form))
