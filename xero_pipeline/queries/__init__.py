"""Questions to the warehouse: a person's own, the built-in ones, and everything at once into files. Reads only."""
