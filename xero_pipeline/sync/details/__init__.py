"""What hangs on documents: which of them are asked for it, within how many calls, and what they answer."""
