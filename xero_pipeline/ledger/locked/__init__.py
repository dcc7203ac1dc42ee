"""What documents changed in months whose books were locked, and the lock dates that moved."""
