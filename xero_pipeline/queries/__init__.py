"""Questions to the warehouse: a person's own, ten that are ready, and everything at once into files. Reads only."""
