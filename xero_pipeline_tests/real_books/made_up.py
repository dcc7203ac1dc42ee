"""A small company in the shape of the seeds of fivetran/dbt_xero; every row is made up."""

from __future__ import annotations

import csv
from pathlib import Path

BANK, CARD, RECEIVABLE, PAYABLE, TAX, ROUNDING, SALES, COSTS, FEES, GAIN, EQUITY = (
    f"{number:08d}-0000-4000-8000-00000000acc0" for number in range(11)
)
SHOP, BUYER = "5b000000-0000-4000-8000-000000000001", "5b000000-0000-4000-8000-000000000002"


def of(number: int) -> str:
    """An id."""
    return f"d0c00000-0000-4000-8000-{number:012d}"


BILL, SALE, VOIDED, SPENT, UNDONE, MOVED, MANUAL = (of(number) for number in range(1, 8))
PAID, FIRST_PART, LAST_PART, TAKEN_BACK = (of(number) for number in range(21, 25))

ACCOUNTS = (
    (BANK, "Cheque Account", "100", "BANK", "ASSET"),
    (CARD, "Card", "", "BANK", "ASSET"),
    (RECEIVABLE, "Accounts Receivable", "610", "CURRENT", "ASSET"),
    (PAYABLE, "Accounts Payable", "800", "CURRLIAB", "LIABILITY"),
    (TAX, "Sales Tax", "820", "CURRLIAB", "LIABILITY"),
    (ROUNDING, "Rounding", "860", "CURRLIAB", "LIABILITY"),
    (SALES, "Sales", "200", "REVENUE", "REVENUE"),
    (COSTS, "General Expenses", "429", "EXPENSE", "EXPENSE"),
    (FEES, "Bank Fees", "404", "EXPENSE", "EXPENSE"),
    (GAIN, "Realised Currency Gains", "499", "EXPENSE", "EXPENSE"),
    (EQUITY, "Retained Earnings", "960", "EQUITY", "EQUITY"),
)
INVOICES = (
    # id, type, status, day, paid on, currency, rate, subtotal, tax, total
    (BILL, "ACCPAY", "PAID", "2021-02-01", "2021-02-10", "CAD", "1", "100", "13", "113"),
    (SALE, "ACCREC", "PAID", "2021-01-05", "2021-02-20", "USD", "0.8", "1000", "0", "1000"),
    (VOIDED, "ACCPAY", "VOIDED", "2021-02-03", "", "CAD", "1", "40", "0", "40"),
)
LINES = ((BILL, "429", "100", "13", "INPUT"), (SALE, "200", "1000", "0", "OUTPUT"), (VOIDED, "429", "40", "0", "NONE"))
JOURNALS = (
    # source, kind, day, lines of account, net, tax type, tax
    (BILL, "ACCPAY", "2021-02-01", ((PAYABLE, "-90"), (COSTS, "90", "NONE"))),
    (BILL, "ACCPAY", "2021-02-01", ((PAYABLE, "90"), (COSTS, "-90", "NONE"))),
    (BILL, "ACCPAY", "2021-02-01", ((PAYABLE, "-113"), (TAX, "13"), (COSTS, "100", "INPUT", "13"))),
    (SALE, "ACCREC", "2021-01-05", ((RECEIVABLE, "1250"), (SALES, "-1250", "OUTPUT"))),
    (VOIDED, "ACCPAY", "2021-02-03", ((PAYABLE, "-40"), (COSTS, "40", "NONE"))),
    (VOIDED, "ACCPAY", "2021-02-03", ((PAYABLE, "40"), (COSTS, "-40", "NONE"))),
    (PAID, "ACCPAYPAYMENT", "2021-02-10", ((PAYABLE, "113"), (BANK, "-113"))),
    (FIRST_PART, "ACCRECPAYMENT", "2021-01-30", ((RECEIVABLE, "-500"), (BANK, "510"), (GAIN, "-10"))),
    (LAST_PART, "ACCRECPAYMENT", "2021-02-20", ((RECEIVABLE, "-750"), (BANK, "730"), (GAIN, "20"))),
    (TAKEN_BACK, "ACCPAYPAYMENT", "2021-02-09", ((PAYABLE, "113"), (CARD, "-113"))),
    (TAKEN_BACK, "ACCPAYPAYMENT", "2021-02-09", ((PAYABLE, "-113"), (CARD, "113"))),
    (SPENT, "CASHPAID", "2021-01-15", ((BANK, "-12.50"), (COSTS, "12.50", "NONE"))),
    (SPENT, "CASHPAID", "2021-01-15", ((BANK, "12.50"), (COSTS, "-12.50", "NONE"))),
    (SPENT, "CASHPAID", "2021-01-15", ((BANK, "-12.50"), (FEES, "12.50", "NONE"))),
    (UNDONE, "CASHREC", "2021-01-16", ((BANK, "7"), (COSTS, "-7", "NONE"))),
    (UNDONE, "CASHREC", "2021-01-16", ((BANK, "-7"), (COSTS, "7", "NONE"))),
    (MOVED, "TRANSFER", "2021-02-25", ((BANK, "-60"), (CARD, "60"))),
    (MANUAL, "MANJOURNAL", "2021-01-31", ((COSTS, "5", "NONE"), (EQUITY, "-5", "NONE"))),
    ("", "", "2021-02-11", ((BANK, "-0.02"), (ROUNDING, "0.02"))),
)


def write_seeds(folder: Path) -> None:
    """Write the files."""
    account = {row[0]: row for row in ACCOUNTS}
    _write(folder, "account", "account_id name code type class", ACCOUNTS)
    _write(folder, "contact", "contact_id name", ((SHOP, "Shop"), (BUYER, "Buyer")))
    year = ((of(99), "12", "31"),)
    _write(folder, "organization", "organisation_id financial_year_end_month financial_year_end_day", year)
    _write(
        folder,
        "invoice",
        "invoice_id type status date fully_paid_on_date currency_code currency_rate sub_total total_tax total "
        "contact_id invoice_number reference line_amount_types due_date amount_due amount_paid amount_credited "
        "has_attachments updated_date_utc",
        (
            (*row, SHOP, "", "", "Exclusive", row[3], "0", row[-1], "0", "false", "2021-03-01 10:00:00.000 UTC")
            for row in INVOICES
        ),
    )
    _write(
        folder,
        "invoice_line_item",
        "invoice_id account_code line_amount tax_amount tax_type line_item_id description quantity unit_amount",
        ((*row, of(100 + place), "", "1", row[2]) for place, row in enumerate(LINES)),
    )
    _write(
        folder,
        "journal",
        "source_id source_type journal_date journal_id journal_number created_date_utc reference",
        (
            (*row[:3], of(200 + place), str(place), f"2021-03-01 10:00:{place:02d}.000 UTC", "")
            for place, row in enumerate(JOURNALS, start=1)
        ),
    )
    _write(
        folder,
        "journal_line",
        "journal_id account_id net_amount tax_type tax_amount account_name",
        (
            (of(200 + place), line[0], line[1], *([*line[2:], "", "0"][:1]), line[3] if len(line) > 3 else "0",
             account[line[0]][1])
            for place, row in enumerate(JOURNALS, start=1)
            for line in row[3]
        ),
    )  # fmt: skip


def _write(folder: Path, name: str, columns: str, rows) -> None:
    with (folder / f"xero_{name}_data.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns.split())
        writer.writerows(rows)
