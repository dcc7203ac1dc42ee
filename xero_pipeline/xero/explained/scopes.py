"""The scopes of Xero's payroll, fixed asset and account data APIs, as their OpenAPI documents name them."""

PAY_RUNS = "payroll.payruns.read"
PAYROLL_SETTINGS = "payroll.settings.read"
PAYSLIPS = "payroll.payslip.read"
ASSETS = "assets.read"
ACCOUNT_BALANCES = "accountdata.balances.read"
ACCOUNT_TRANSACTIONS = "accountdata.transactions.read"
