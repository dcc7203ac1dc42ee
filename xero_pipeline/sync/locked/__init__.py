"""Changes in locked months: figures until a person accepts them, and who changed documents."""
