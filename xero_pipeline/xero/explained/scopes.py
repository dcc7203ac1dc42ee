"""The scopes of Xero's payroll and fixed asset APIs, as their OpenAPI documents name them."""

PAY_RUNS = "payroll.payruns.read"
PAYROLL_SETTINGS = "payroll.settings.read"
PAYSLIPS = "payroll.payslip.read"
ASSETS = "assets.read"
