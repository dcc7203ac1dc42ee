"""The web page: organisations to connect, sync and disconnect, their figures to look at, and the same as a JSON API."""
