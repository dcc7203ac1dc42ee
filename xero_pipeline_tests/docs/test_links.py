"""No link of the pages leads nowhere, in the project's folder or in the site; and the site asks no other host."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from xero_pipeline_tests.docs.blocks import PAGES, ROOT, inline, tokens

pytestmark = pytest.mark.slow

READ = (*PAGES, ROOT / "CHANGELOG.md")
LINKS = [
    (page, str(token.attrs["href" if token.type == "link_open" else "src"]))
    for page in READ
    for token in inline(page)
    if token.type in {"link_open", "image"}
]
INTERNAL = sorted({(page, link) for page, link in LINKS if not urlsplit(link).scheme})
EXTERNAL = sorted({link for _, link in LINKS if urlsplit(link).scheme})


@cache
def anchors(page: Path) -> frozenset[str]:
    """Of the headings, as code hosts make them."""
    content = tokens(page)
    titles = [content[i + 1] for i, token in enumerate(content) if token.type == "heading_open"]
    said = ["".join(part.content for part in title.children or ()) for title in titles]
    slugs = [re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in said]
    before: Counter[str] = Counter()
    found = set()
    for slug in slugs:
        found.add(f"{slug}-{before[slug]}" if before[slug] else slug)
        before[slug] += 1
    return frozenset(found)


@pytest.mark.parametrize(("page", "link"), INTERNAL, ids=[f"{page.name}-{link}" for page, link in INTERNAL])
def test_a_link_leads_to_a_file_of_the_project(page: Path, link: str) -> None:
    path, _, anchor = link.partition("#")
    target = (page.parent / unquote(path)).resolve() if path else page
    assert target.is_relative_to(ROOT)
    assert target.exists(), f"{page.name} links to {link}"
    if anchor:
        assert anchor in anchors(target), f"{page.name} links to {link}"


@pytest.mark.parametrize("link", EXTERNAL)
def test_a_link_to_elsewhere_is_an_address(link: str) -> None:
    parts = urlsplit(link)
    assert parts.scheme in {"http", "https"}
    assert parts.hostname and re.fullmatch(r"localhost|([a-z0-9-]+\.)+[a-z]{2,}", parts.hostname)
    assert parts.scheme == "https" or parts.hostname == "localhost"


def test_every_picture_has_words_for_those_who_do_not_see_it() -> None:
    assert [page.name for page in READ for token in inline(page) if token.type == "image" and not token.content] == []


def test_the_site_is_built_without_a_warning_and_asks_no_other_host(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", str(tmp_path / "trees")]
    site = tmp_path / "site"
    done = subprocess.run([*command, str(ROOT / "docs"), str(site)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

    pages = {path.relative_to(site): path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    assert {Path("index.html"), Path("start.html"), Path("tables/reports.html")} <= set(pages)
    loaded = [tag for text in pages.values() for tag in re.findall(r"<(?:script|link|img|iframe)\b[^>]*>", text)]
    assert [tag for tag in loaded if re.search(r"(?:src|href)=\"(?:https?:)?//", tag)] == []
    styles = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    assert re.findall(r"url\([\"']?(?:https?:)?//|@import", styles) == []
