"""Speed and size: `make bench` prints the page."""
