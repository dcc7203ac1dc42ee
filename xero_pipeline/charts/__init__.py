"""Charts as SVG: what is drawn, and how."""
