"""What the terminal shows: progress, tables, messages, formats for programs."""
