"""The books of an organisation as pages: any statement, down to the document behind a figure, and closed periods."""
