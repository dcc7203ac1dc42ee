"""Collections of Xero's other APIs, which say what no document of the Accounting API shows: pay runs, fixed assets."""
