"""The identity service: who may read which organisation.

Begin with `grant`, what a person allowed. `consent` is the page that asks (its HTML is in `templates`); `service`
answers for tokens, revocation, keys and connections. `grants` keeps consents, codes and refresh tokens, `connections`
which organisation is connected to which app; `signer` signs and reads the access tokens.
"""
