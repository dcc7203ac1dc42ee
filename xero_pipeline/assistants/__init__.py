"""What assistants may ask of the books, by the Model Context Protocol: reading, bounded, and marked as data."""
