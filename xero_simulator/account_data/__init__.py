"""The Account Data API (beta): what accounts hold, what moved on them, and the lines behind that.

`api` routes and refuses, `parameters` reads what is asked, `balances` and `transactions` answer. Source: the draft of
its OpenAPI document, `xero-accountdata.yaml` 19.1.0 (brandon-nicholson-xero/Xero-OpenAPI at 0223e80).
"""
