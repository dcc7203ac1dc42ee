"""What hangs on a record: attached files and notes.

`contents` makes the files' bytes, `written` says which files the records of written books have, `cabinet` keeps what
people attached, removed and noted since.
"""
