"""`python -m reference`: write the pages and pictures of all tables below `docs/`, remove what is of none."""

from __future__ import annotations

from pathlib import Path

from reference.drawing import svg
from reference.pages import pages, pictures

DOCS = Path(__file__).resolve().parents[1] / "docs"


def main() -> None:
    """Write every page and every picture."""
    wanted = {DOCS / path: text for path, text in pages().items()}
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    drawn = {DOCS / path: diagram for path, diagram in pictures().items()}
    for path, diagram in drawn.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(svg(diagram), encoding="utf-8")
    for folder in (DOCS / "tables", DOCS / "images" / "tables"):
        for path in folder.iterdir():
            if path not in wanted and path not in drawn:
                path.unlink()


if __name__ == "__main__":
    main()
