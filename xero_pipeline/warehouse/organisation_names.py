"""What organisations are called where people read it: several of the same name get the end of their tenant id."""

from __future__ import annotations

NAMED = (
    "(SELECT tenant_id, name AS own_name, base_currency, CASE WHEN COUNT(*) OVER (PARTITION BY LOWER(TRIM(name))) > 1 "
    "THEN name || ' (' || RIGHT(tenant_id, 8) || ')' ELSE name END AS name FROM xero.organisations)"
)
"""SQL in the place of `xero.organisations`: `name` as `xero/auth/organisations.py` has it, and `own_name` as Xero
has it."""
