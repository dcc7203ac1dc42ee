"""What is set up once: the organisation, its accounts, contacts, currencies and tracking categories."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from benchmarks.real_books.seeds import Row, Seeds
from xero_simulator.values.days import event_ms, wire_ms
from xero_simulator.values.ids import stable_id
from xero_simulator.workbench import Record

BASE = "CAD"
"""The seeds' organisation does not say it; it is the currency of the documents whose rate is 1."""
NAME = "The company of the seeds"

# The seeds' accounts lack SystemAccount. Names and codes are those of Xero's default chart of Canada.
_SYSTEM = {
    "Accounts Receivable": "DEBTORS",
    "Accounts Payable": "CREDITORS",
    "Sales Tax": "GST",
    "Rounding": "ROUNDING",
    "Realised Currency Gains": "REALISEDCURRENCYGAIN",
    "Unrealised Currency Gains": "UNREALISEDCURRENCYGAIN",
    "Bank Revaluations": "BANKCURRENCYGAIN",
    "Historical Adjustment": "HISTORICAL",
    "Retained Earnings": "RETAINEDEARNINGS",
    "Tracking Transfers": "TRACKINGTRANSFERS",
    "Unpaid Expense Claims": "UNPAIDEXPCLM",
    "Wages Payable": "WAGEPAYABLES",
}
_FOUNDED = dt.date(2019, 10, 1)


def organisation(seeds: Seeds) -> Record:
    """The organisation; its year end is the seeds', the rest follows from the documents."""
    row = seeds.rows("organization")[0]
    return {
        "OrganisationID": row["organisation_id"],
        "Name": NAME,
        "LegalName": NAME,
        "BaseCurrency": BASE,
        "CountryCode": "CA",
        "Version": "GLOBAL",
        "OrganisationType": "COMPANY",
        "OrganisationStatus": "ACTIVE",
        "IsDemoCompany": False,
        "FinancialYearEndDay": int(row["financial_year_end_day"]),
        "FinancialYearEndMonth": int(row["financial_year_end_month"]),
        "CreatedDateUTC": _founded("organisation"),
        "Timezone": "EASTERNSTANDARDTIME",
        "ShortCode": "!seeds",
        "Edition": "BUSINESS",
        "Class": "STANDARD",
    }


def accounts(seeds: Seeds) -> Iterator[Record]:
    """The chart."""
    for row in seeds.rows("account"):
        record: Record = {
            "AccountID": row["account_id"],
            "Name": row["name"],
            "Status": "ACTIVE",
            "Type": row["type"],
            "Class": row["class"],
            "TaxType": "NONE",
            "EnablePaymentsToAccount": False,
            "HasAttachments": False,
            "UpdatedDateUTC": _founded(row["account_id"]),
        }
        if row["code"]:
            record["Code"] = row["code"]
        if row["name"] in _SYSTEM:
            record["SystemAccount"] = _SYSTEM[row["name"]]
        if row["type"] == "BANK":
            record |= {"CurrencyCode": BASE, "BankAccountType": "BANK", "BankAccountNumber": ""}
        yield record


def contacts(seeds: Seeds) -> Iterator[Record]:
    """The contacts."""
    for row in seeds.rows("contact"):
        yield {
            "ContactID": row["contact_id"],
            "Name": row["name"],
            "ContactStatus": "ACTIVE",
            "IsCustomer": False,
            "IsSupplier": False,
            "UpdatedDateUTC": _founded(row["contact_id"]),
        }


def tax_rates(seeds: Seeds) -> Iterator[Record]:
    """The tax types that journals and lines name; the seeds do not say their per cent."""
    names = {row["tax_type"]: row.get("tax_name", "") for row in seeds.rows("journal_line") if row["tax_type"]}
    for kind, name in sorted(names.items()):
        yield {"TaxType": kind, "Name": name, "Status": "ACTIVE", "TaxComponents": []}


def currencies(seeds: Seeds) -> Iterator[Record]:
    """The currencies of the documents."""
    for code in sorted({BASE, *(row["currency_code"] for row in seeds.rows("invoice"))}):
        yield {"Code": code, "Description": code}


def tracking(seeds: Seeds) -> Iterator[Record]:
    """The tracking categories with their options."""
    options = {row["tracking_option_id"]: row for row in seeds.rows("tracking_category_option")}
    for row in seeds.rows("tracking_category"):
        key = row["tracking_category_id"]
        of_it = [one for one in seeds.rows("tracking_category_has_option") if one["tracking_category_id"] == key]
        found = [_option(options[one["tracking_option_id"]]) for one in of_it]
        yield {"TrackingCategoryID": key, "Name": row["name"], "Status": row["status"], "Options": found}


def tenant_id() -> str:
    """The organisation's tenant id."""
    return stable_id("real books/tenant")


def _option(row: Row) -> Record:
    told = {"IsDeleted": "is_deleted", "IsArchived": "is_archived", "IsActive": "is_active"}
    flags = {name: row[column] == "true" for name, column in told.items()}
    return {"TrackingOptionID": row["tracking_option_id"], "Name": row["name"], "Status": row["status"], **flags}


def _founded(salt: str) -> str:
    return wire_ms(event_ms(_FOUNDED, salt))
