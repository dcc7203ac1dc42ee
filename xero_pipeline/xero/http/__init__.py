"""One request to Xero and its response: transport, retries, error bodies."""
