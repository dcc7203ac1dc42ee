"""The small lists of an organisation: tax rates, tracking, currencies, themes, users, its own record."""

from __future__ import annotations

from decimal import Decimal

from xero_simulator.values.days import add_months, month_end, month_start, wire_day
from xero_simulator.workbench import Record, Workbench

_ACTIONS = (
    "AttachFilesIntoInvoice",
    "CreateApprovedBill",
    "CreateApprovedInvoice",
    "CreateApprovedPurchaseOrder",
    "CreateDraftBill",
    "CreateDraftInvoice",
    "CreateDraftPurchaseOrder",
    "CreateDraftQuote",
    "CreateInvoicePayment",
    "CreateRepeatingBill",
    "CreateRepeatingInvoice",
    "CreateSentQuote",
    "UseMulticurrency",
)
_CURRENCY_NAMES = {
    "NZD": "New Zealand Dollar",
    "AUD": "Australian Dollar",
    "USD": "United States Dollar",
    "GBP": "British Pound",
    "EUR": "Euro",
    "CAD": "Canadian Dollar",
    "SGD": "Singapore Dollar",
}
_TRACKING = (
    ("Region", "ACTIVE", ("North", "South", "Online", "West Coast")),
    ("Department", "ACTIVE", ("Trade", "Retail", "Service")),
    ("Campaign", "ARCHIVED", ("Spring", "Winter")),
)


def add_settings(bench: Workbench) -> None:
    """Write every list that hardly ever changes."""
    _add_tax_rates(bench)
    if bench.habits.tracking:
        _add_tracking(bench)
    _add_currencies(bench)
    _add_themes(bench)
    _add_users(bench)
    _add_organisation(bench)
    for name in _ACTIONS:
        bench.add("Actions", name, {"Name": name, "Status": "ALLOWED"})
    bench.add("Actions", "CreatePayRun", {"Name": "CreatePayRun", "Status": "NOT-ALLOWED"})
    bench.add("InvoiceReminders", "settings", {"Enabled": True})


def _add_tax_rates(bench: Workbench) -> None:
    for rate in bench.country.rates:
        percent = Decimal(rate.percent).quantize(Decimal("0.0001"))
        component = {"Name": bench.country.tax_name, "Rate": percent, "IsCompound": False, "IsNonRecoverable": False}
        record = {
            "Name": rate.name,
            "TaxType": rate.tax_type,
            "ReportTaxType": rate.report_type,
            "CanApplyToAssets": True,
            "CanApplyToEquity": True,
            "CanApplyToExpenses": rate.side != "sales",
            "CanApplyToLiabilities": True,
            "CanApplyToRevenue": rate.side != "purchases",
            "DisplayTaxRate": percent,
            "EffectiveRate": percent,
            "Status": rate.status,
            "TaxComponents": [component],
        }
        bench.add("TaxRates", rate.tax_type, record)


def _add_tracking(bench: Workbench) -> None:
    for name, status, options in _TRACKING:
        category = bench.id_of(f"tracking/{name}")
        record = {"Name": name, "Status": status, "TrackingCategoryID": category, "Options": []}
        for place, option in enumerate(options):
            archived = status == "ARCHIVED" or place == 3
            record["Options"].append(
                {
                    "TrackingOptionID": bench.id_of(f"tracking/{name}/{option}"),
                    "Name": option,
                    "Status": "ARCHIVED" if archived else "ACTIVE",
                    "HasValidationErrors": False,
                    "IsDeleted": False,
                    "IsArchived": archived,
                    "IsActive": not archived,
                }
            )
        bench.add("TrackingCategories", category, record)


def tracking_of(bench: Workbench, region: int, department: int | None = None) -> list[Record]:
    """The Tracking list of a line, empty where nothing is tracked; lists of the same options are one object.

    Args:
        region: Number of the option of the first category.
        department: Number of the option of the second category, if it is tagged.
    """
    if not bench.habits.tracking:
        return []
    key = f"tracked/{region}/{department}"
    if key not in bench.shared:
        chosen = [(_TRACKING[0], region)] + ([(_TRACKING[1], department)] if department is not None else [])
        bench.shared[key] = [
            {
                "TrackingCategoryID": bench.id_of(f"tracking/{name}"),
                "TrackingOptionID": bench.id_of(f"tracking/{name}/{options[place % 3]}"),
                "Name": name,
                "Option": options[place % 3],
            }
            for (name, _, options), place in chosen
        ]
    return bench.shared[key]


def _add_currencies(bench: Workbench) -> None:
    for code in (bench.country.currency, *(code for code, _ in bench.country.foreign)):
        bench.add("Currencies", code, {"Code": code, "Description": _CURRENCY_NAMES[code]})


def theme_id(bench: Workbench, name: str = "Standard") -> str:
    """The id of a branding theme."""
    key = f"theme/{name}"
    if key not in bench.shared:
        bench.shared[key] = bench.id_of(key)
    return bench.shared[key]


def _add_themes(bench: Workbench) -> None:
    for place, name in enumerate(("Standard", "Trade customers", "Very orange invoice")):
        record: Record = {
            "BrandingThemeID": theme_id(bench, name),
            "Name": name,
            "Type": "INVOICE",
            "SortOrder": place,
            "CreatedDateUTC": bench.founded(f"theme/{name}"),
        }
        if place:
            record["LogoUrl"] = f"https://in.example/logo/{place}.png"
        bench.add("BrandingThemes", record["BrandingThemeID"], record)


def _add_users(bench: Workbench) -> None:
    people = (
        ("Aroha", "Whitfield", "FINANCIALADVISER", True),
        ("Jonas", "Petersen", "STANDARD", False),
        ("Mei", "Tanaka", "READONLY", False),
    )
    for first, last, role, subscriber in people:
        key = bench.id_of(f"user/{first}")
        record = {
            "UserID": key,
            "EmailAddress": f"{first}.{last}@organisation{bench.index}.example".lower(),
            "FirstName": first,
            "LastName": last,
            "UpdatedDateUTC": bench.founded(f"user/{first}"),
            "IsSubscriber": subscriber,
            "OrganisationRole": role,
        }
        bench.add("Users", key, record)


def _add_organisation(bench: Workbench) -> None:
    country = bench.country
    key = bench.id_of("organisation")
    lock = month_end(add_months(month_start(bench.config.first_month), -1))
    record = {
        "OrganisationID": key,
        "APIKey": bench.id_of("api-key").replace("-", "").upper()[:30],
        "Name": bench.name,
        "LegalName": bench.name,
        "PaysTax": True,
        "Version": country.version,
        "OrganisationType": "COMPANY",
        "BaseCurrency": country.currency,
        "CountryCode": country.code,
        "IsDemoCompany": False,
        "OrganisationStatus": "ACTIVE",
        "RegistrationNumber": f"{9_429_000_000_000 + bench.index}",
        "TaxNumber": "101-234-567",
        "FinancialYearEndDay": country.year_end[0],
        "FinancialYearEndMonth": country.year_end[1],
        "SalesTaxBasis": country.tax_basis,
        "SalesTaxPeriod": country.tax_period,
        "DefaultSalesTax": "Tax Exclusive",
        "DefaultPurchasesTax": "Tax Exclusive",
        "PeriodLockDate": wire_day(lock),
        "EndOfYearLockDate": wire_day(lock),
        "CreatedDateUTC": bench.founded("organisation"),
        "OrganisationEntityType": "COMPANY",
        "Timezone": country.timezone,
        "ShortCode": f"!{bench.id_of('short')[:5]}",
        "Edition": "BUSINESS",
        "Class": "PREMIUM",
        "LineOfBusiness": "Outdoor equipment",
        **_whereabouts(bench),
        "PaymentTerms": {
            "Bills": {"Day": 20, "Type": "OFFOLLOWINGMONTH"},
            "Sales": {"Day": 14, "Type": "DAYSAFTERBILLDATE"},
        },
    }
    bench.add("Organisations", key, record)


def _whereabouts(bench: Workbench) -> Record:
    """How the organisation is reached."""
    city, region, postcode = bench.country.cities[0]
    address = {"AddressType": "POBOX", "AddressLine1": "PO Box 1204", "City": city, "Region": region}
    return {
        "Addresses": [{**address, "PostalCode": postcode, "Country": bench.country.code, "AttentionTo": "Accounts"}],
        "Phones": [{"PhoneType": "OFFICE", "PhoneNumber": "555 0147", "PhoneAreaCode": "04", "PhoneCountryCode": ""}],
        "ExternalLinks": [{"LinkType": "Website", "Url": f"https://organisation{bench.index}.example"}],
    }
