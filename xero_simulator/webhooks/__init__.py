"""Tells an address what changed in the books, as Xero's webhooks do.

events   which records changed since somebody last looked, and what Xero calls that
courier  looks for changes in served books, and hands them to the sender
sender   signs deliveries, sends them, sends them again, gives up; tries out whether signatures are checked
"""
