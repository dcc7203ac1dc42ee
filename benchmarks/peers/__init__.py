"""Other tools beside ours, each loading the same invoices from the same served simulator: `make bench ARGS=peers`.

peer            what each is: pinned packages, a driver, an aim; installs it below `build/peers`
content         what is in the DuckDB file that one leaves
comparison      runs ours and each peer, one after the other, and prints the table
drivers/        one script a peer, which runs with that peer's Python
"""
