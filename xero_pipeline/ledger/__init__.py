"""Double entry from documents, statements from it, and the proof that both agree with Xero to the cent."""
