"""Customers and suppliers, their groups, and what they owe."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from xero_simulator.attachments.written import has_files
from xero_simulator.values.amounts import ZERO
from xero_simulator.values.days import event_ms, wire_day, wire_ms
from xero_simulator.workbench import Record, Workbench

_FIRST = ("Amber", "Birch", "Cedar", "Dune", "Ember", "Fern", "Granite", "Harbour", "Indigo", "Juniper", "Kauri")
_SECOND = ("Bay", "Bridge", "Creek", "Field", "Gate", "Hill", "Lane", "Mill", "Point", "Ridge", "Row", "View", "Wharf")
_KIND = ("Stores", "Traders", "Outdoor", "Studio", "Supplies", "Works", "Partners")
_PEOPLE = ("Ana", "Ben", "Chloe", "Dev", "Erin", "Femi", "Grace", "Hugo", "Iris", "Jack")


def customer_count(bench: Workbench) -> int:
    """How many customers there are."""
    return 24 + min(bench.config.invoices // 60, 1500)


def supplier_count(bench: Workbench) -> int:
    """How many suppliers there are."""
    return 14 + min(bench.config.invoices // 200, 400)


def add_contacts(bench: Workbench) -> None:
    """Write customers, suppliers, the single contacts of other payments, an archived and a merged one."""
    for place in range(customer_count(bench)):
        _add(bench, f"customer/{place}", _name(place), _currency(bench, place))
    for place in range(supplier_count(bench)):
        _add(bench, f"supplier/{place}", f"{_name(place + 4001)} Wholesale", _currency(bench, place))
    for name in ("Cash Customers", "Staff Payroll", "Tax Office", "Owner A", "City Bank"):
        _add(bench, f"other/{name}", name, bench.country.currency)
    archived = _add(bench, "archived", "Closed Down Trading", bench.country.currency)
    archived["ContactStatus"] = "ARCHIVED"
    merged = _add(bench, "merged", "Amber Bay Stores (old)", bench.country.currency)
    merged["ContactStatus"] = "ARCHIVED"
    merged["MergedToContactID"] = bench.id_of("contact/customer/0")
    _add_groups(bench)


def _name(place: int) -> str:
    first, rest = _FIRST[place % len(_FIRST)], place // len(_FIRST)
    second, turn = _SECOND[(rest + place) % len(_SECOND)], rest // len(_SECOND)
    name = f"{first} {second} {_KIND[place % len(_KIND)]}"
    return f"{name} {turn + 1}" if turn else name


def _currency(bench: Workbench, place: int) -> str:
    """Every sixth contact lives abroad."""
    foreign = bench.country.foreign
    return foreign[place // 6 % len(foreign)][0] if place % 6 == 5 else bench.country.currency


def _add(bench: Workbench, key: str, name: str, currency: str) -> Record:
    contact_id = bench.id_of(f"contact/{key}")
    number = len(bench.tables.get("Contacts", ()))
    first, last = _PEOPLE[number % 10], _SECOND[number % len(_SECOND)]
    slug = "".join(letter for letter in name.lower() if letter.isalnum())
    record: Record = {
        "ContactID": contact_id,
        "ContactNumber": f"C{number:05d}",
        "AccountNumber": f"{1000 + number}",
        "ContactStatus": "ACTIVE",
        "Name": name,
        "FirstName": first,
        "LastName": last,
        "EmailAddress": f"accounts@{slug}.example",
        "BankAccountDetails": f"0103{number:08d}00",
        "TaxNumber": f"{100_200_300 + number}",
        "Addresses": _addresses(bench, number, f"{first} {last}"),
        "Phones": _phones(number),
        "UpdatedDateUTC": bench.founded(f"contact/{key}"),
        "ContactGroups": [],
        "IsSupplier": False,
        "IsCustomer": False,
        "SalesDefaultLineAmountType": "EXCLUSIVE" if number % 3 else "INCLUSIVE",
        "PurchasesDefaultLineAmountType": "EXCLUSIVE" if number % 4 else "NONE",
        "DefaultCurrency": currency,
        "ContactPersons": [],
        "SalesTrackingCategories": [],
        "PurchasesTrackingCategories": [],
        "HasAttachments": has_files(contact_id),
        "HasValidationErrors": False,
    }
    _add_extras(bench, record, number)
    return bench.add("Contacts", contact_id, record)


def _addresses(bench: Workbench, number: int, person: str) -> list[Record]:
    city, region, postcode = bench.country.cities[number % len(bench.country.cities)]
    place = {"City": city, "Region": region, "PostalCode": postcode, "Country": bench.country.code}
    street = {"AddressType": "STREET", "City": "", "Region": "", "PostalCode": "", "Country": ""}
    box = {"AddressType": "POBOX", "AddressLine1": f"{number + 1} Market Street", **place, "AttentionTo": person}
    return [street, box]


def _phones(number: int) -> list[Record]:
    return [
        {"PhoneType": kind, "PhoneNumber": text, "PhoneAreaCode": "04" if text else "", "PhoneCountryCode": ""}
        for kind, text in (("DDI", ""), ("DEFAULT", f"555 {number:04d}"), ("FAX", ""), ("MOBILE", ""))
    ]


def _add_extras(bench: Workbench, record: Record, number: int) -> None:
    """What only some contacts have."""
    if number % 4 == 0:
        record["ContactPersons"] = [
            {"FirstName": "Priya", "LastName": "Nair", "EmailAddress": "priya@office.example", "IncludeInEmails": True}
        ]
        record["PaymentTerms"] = {"Sales": {"Day": 14, "Type": "DAYSAFTERBILLDATE"}}
    if number % 5 == 0:
        record["AccountsReceivableTaxType"] = bench.country.sales_tax
        record["AccountsPayableTaxType"] = bench.country.purchases_tax
        record["SalesDefaultAccountCode"] = bench.code("200")
        record["PurchasesDefaultAccountCode"] = bench.code("310")
        record["CompanyNumber"] = f"{7_000_000 + number}"
        if bench.habits.tracking:
            record["SalesTrackingCategories"] = [{"TrackingCategoryName": "Region", "TrackingOptionName": "North"}]
    if number % 7 == 0:
        record["Website"] = f"https://contact{number}.example"
        record["Discount"] = Decimal("5.00")
        record["BrandingTheme"] = {"BrandingThemeID": bench.id_of("theme/Standard"), "Name": "Standard"}
        record["BatchPayments"] = {
            "BankAccountNumber": f"0103{number:08d}00",
            "BankAccountName": record["Name"],
            "Details": "Payment",
        }


def _add_groups(bench: Workbench) -> None:
    chosen = [bench.id_of(f"contact/customer/{place}") for place in range(0, 12, 2)]
    for name, status, members in (
        ("Trade", "ACTIVE", chosen),
        ("Newsletter", "ACTIVE", chosen[:2]),
        ("Old", "DELETED", []),
    ):
        group_id = bench.id_of(f"group/{name}")
        short = {
            "ContactGroupID": group_id,
            "Name": name,
            "Status": status,
            "Contacts": [],
            "HasValidationErrors": False,
        }
        contacts = [bench.tables["Contacts"][member] for member in members]
        listed = [{"ContactID": contact["ContactID"], "Name": contact["Name"]} for contact in contacts]
        bench.add("ContactGroups", group_id, {**short, "Contacts": listed})
        for contact in contacts:
            contact["ContactGroups"] = [*contact["ContactGroups"], short]


def summary(bench: Workbench, contact: Record) -> Record:
    """The short form of a contact inside a document; one object for all its documents."""
    key = f"summary/{contact['ContactID']}"
    found = bench.shared.get(key)
    if found is None:
        found = bench.shared[key] = {
            "ContactID": contact["ContactID"],
            "Name": contact["Name"],
            "Addresses": [],
            "Phones": [],
            "ContactGroups": [],
            "ContactPersons": [],
            "HasValidationErrors": False,
        }
    return found


def touch_some(bench: Workbench, month: dt.date) -> None:
    """Somebody corrects a contact's address once a month: its UpdatedDateUTC moves.

    Args:
        month: The month of the correction, which happens on its ninth day.
    """
    day = month.replace(day=9)
    if day <= bench.today:
        place = bench.random(month, "touch").randrange(customer_count(bench))
        contact = bench.tables["Contacts"][bench.id_of(f"contact/customer/{place}")]
        contact["Addresses"][1]["AddressLine2"] = f"Level {month.month}"
        contact["UpdatedDateUTC"] = wire_ms(event_ms(day, contact["ContactID"]))


def with_balances(contacts: Iterable[Record], invoices: Iterable[Record], today: dt.date) -> tuple[Record, ...]:
    """Contacts with what they owe and are owed; as in Xero this does not move their UpdatedDateUTC.

    Args:
        invoices: All invoices and bills.
        today: The day on which a due date counts as overdue.
    """
    owed: dict[tuple[str, str], list[Decimal]] = {}
    limit = int(wire_day(today)[6:-7])
    for invoice in invoices:
        due: Decimal = invoice["AmountDue"]
        sums = owed.setdefault((invoice["Contact"]["ContactID"], invoice["Type"]), [ZERO, ZERO])
        if due and invoice["Status"] == "AUTHORISED":
            sums[0] += due
            if int(invoice["DueDate"][6:-7]) < limit:
                sums[1] += due
    return tuple(_balanced(contact, owed) for contact in contacts)


def without_bank_details(contacts: Iterable[Record], *, masked_tax_numbers: bool) -> tuple[Record, ...]:
    """Contacts as people see them who are no bank account admins (Xero's changelog of 29 June 2026).

    Args:
        masked_tax_numbers: Whether of tax numbers only the last four digits are shown, as in the United States.
    """
    hidden = {"BankAccountDetails", "BatchPayments"}
    shown = ({name: value for name, value in contact.items() if name not in hidden} for contact in contacts)
    if not masked_tax_numbers:
        return tuple(shown)
    return tuple({**contact, "TaxNumber": contact["TaxNumber"][-4:].rjust(9, "*")} for contact in shown)


def _balanced(contact: Record, owed: dict[tuple[str, str], list[Decimal]]) -> Record:
    sales, bills = (owed.get((contact["ContactID"], kind)) for kind in ("ACCREC", "ACCPAY"))
    if sales is None and bills is None:
        return contact
    balances = {
        key: {"Outstanding": sums[0], "Overdue": sums[1]}
        for key, sums in (("AccountsReceivable", sales or [ZERO, ZERO]), ("AccountsPayable", bills or [ZERO, ZERO]))
    }
    return {**contact, "IsCustomer": sales is not None, "IsSupplier": bills is not None, "Balances": balances}
