"""Call limits: counted across processes, and every call recorded."""
