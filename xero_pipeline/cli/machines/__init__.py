"""Commands for set-ups of several machines: each of their processes, and what asks whether it can work."""
