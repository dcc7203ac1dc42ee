"""How Sphinx makes the site of the pages: `make docs`. Nothing in it comes from another host, and warnings are errors.

The pages are plain Markdown that reads the same on a code host. What only the site needs, its navigation, is here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

NAVIGATION: dict[str, tuple[str, ...]] = {
    "Getting started": (
        "start",
        "demo",
        "live",
        "terminal",
        "queries",
        "assistants",
        "coming-from",
        "accountants",
        "cookbook",
        "faq",
    ),
    "The data": (
        "tables",
        "reports",
        "on-request",
        "ledger",
        "statements",
        "metrics",
        "checks",
        "group",
        "journals",
        "explained",
        "document-details",
        "history",
        "restatements",
        "fivetran",
    ),
    "Running it": (
        "operations",
        "troubleshooting",
        "web",
        "monitoring",
        "alerts",
        "dagster",
        "component",
        "connections",
        "events",
        "calls",
        "reading",
        "drift",
        "landing",
        "publish",
        "postgresql",
        "deploy",
        "scale",
        "upgrades",
    ),
    "Background": (
        "how-it-works",
        "glossary",
        "simulator",
        "security",
        "benchmarks",
        "field-cases",
        "decisions",
        "contributing",
        "changelog",
    ),
}
"""The pages by heading, in the order of the site; a page that is missing here fails the build."""

project = "xero_pipeline"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "xero_pipeline"
html_static_path = ["_static"]
html_css_files = ["wide.css"]
html_show_copyright = False
html_copy_source = False
html_last_updated_fmt = None
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
nitpicky = True
highlight_language = "none"


_PARENTS = {"tables", "decisions"}
_BELOW = re.compile(r"\(((?:tables|decisions)/[a-z0-9-]+)\.md\)")


def _navigate(_app: Sphinx, page: str, content: list[str]) -> None:
    """Put the tables of contents behind the pages that have pages below them."""
    if page == "index":
        content[0] += "".join(_toctree(pages, caption) for caption, pages in NAVIGATION.items())
    if page in _PARENTS:
        content[0] += _toctree(list(dict.fromkeys(_BELOW.findall(content[0]))))


def _toctree(pages: tuple[str, ...] | list[str], caption: str = "") -> str:
    options = f":hidden:\n{f':caption: {caption}' if caption else ''}"
    return f"\n\n```{{toctree}}\n{options}\n\n{chr(10).join(pages)}\n```\n"


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", _navigate)
