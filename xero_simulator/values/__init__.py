"""What records are made of: `days` (calendar and Xero's dates), `amounts` (cents and decimals), `ids` (stable ones).

`exact_json` reads JSON without a float.
"""
