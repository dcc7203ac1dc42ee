"""OAuth: consents, encrypted tokens, and the organisations they open."""
