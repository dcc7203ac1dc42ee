"""Xero's payroll APIs: of Australia (payroll.xro/1.0), of New Zealand and the United Kingdom (payroll.xro/2.0).

Sources: XeroAPI/Xero-OpenAPI 16.1.0, xero-payroll-au.yaml, xero-payroll-nz.yaml and xero-payroll-uk.yaml. An
organisation of another country is refused; what Xero answers there is not documented.
"""
