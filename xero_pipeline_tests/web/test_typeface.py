"""The typeface comes from this page's own host, with its licence, and is kept by browsers."""

from __future__ import annotations

import re
from pathlib import Path

from xero_pipeline.web import app

STATIC = Path(app.__file__).parent / "static"
OURS = {"css": "no-store", "js": "no-store", "svg": "no-store", "woff2": "max-age=604800", "txt": "no-store"}


def test_every_address_in_a_style_is_a_file_of_ours():
    styles = {path.name: path.read_text() for path in STATIC.glob("*.css")}
    told = {name: re.findall(r"url\(\"?([^)\"]+)", text) for name, text in styles.items()}
    assert len(told["typeface.css"]) == 2
    assert all((STATIC / file).is_file() for files in told.values() for file in files)
    assert not any(
        re.search(r"@import|//", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)) for text in styles.values()
    )


def test_a_browser_keeps_the_typeface_and_asks_for_everything_else_again(browser):
    for path in STATIC.iterdir():
        answer = browser.get(f"/static/{path.name}")
        assert answer.headers["cache-control"] == OURS[path.suffix[1:]], path.name


def test_it_comes_with_its_licence():
    assert "SIL OPEN FONT LICENSE Version 1.1" in (STATIC / "inter-license.txt").read_text()
