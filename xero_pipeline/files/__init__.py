"""Statements as files: CSV and workbooks, for the command line and the web page alike."""
