"""Xero's Assets API (assets.xro/1.0): the register of fixed assets, its types and its settings.

Source: XeroAPI/Xero-OpenAPI 16.1.0, xero_assets.yaml.
"""
