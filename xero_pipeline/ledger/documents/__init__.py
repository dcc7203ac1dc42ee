"""A document as people ask for it: found by number or id, what it says, what settles it, and what it posts."""
