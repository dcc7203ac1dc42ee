"""The landing zone: every response as received, in files, and the replay of them."""
